/** HQ processes on one database divide the shards by leases. All times are the database's clock: the processes' clocks may differ. */
export const shards = `
CREATE TABLE hq_process (id text PRIMARY KEY, until timestamptz NOT NULL);
CREATE TABLE shard_lease (shard text PRIMARY KEY, owner text, until timestamptz NOT NULL);
INSERT INTO shard_lease (shard, until) SELECT lpad(to_hex(n), 2, '0'), '-infinity' FROM generate_series(0, 255) AS n;
-- Which stores a process is talking to, so that every process can say of any store whether it is connected.
CREATE TABLE talking (store text COLLATE "C" PRIMARY KEY, owner text NOT NULL);
`;
