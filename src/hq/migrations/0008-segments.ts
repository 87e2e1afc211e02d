import { genesis } from "../../words/basics/chain.ts";

/**
 * A store's stream becomes a list of segments over shared records: a push costs one row a store, not one row a store and change. Hashes
 * of a chain are computed when a store comes for its records.
 */
export const segments = `
-- Records that were kept together, with consecutive numbers. No segment crosses the edge of a run, so that who was sent a record is found
-- by the run it lies in. Records of older builds lie in runs of 256 numbers.
CREATE TABLE record_run (first bigint PRIMARY KEY, count bigint NOT NULL);
INSERT INTO record_run (first, count)
	SELECT (n / 256) * 256, 256 FROM record GROUP BY n / 256;

-- Records first_seq to first_seq + count - 1 of a stream are the shared records record to record + count - 1.
-- hash: the chain before the first of them, NULL where nobody has needed it yet.
CREATE TABLE down_segment (
	store text COLLATE "C" NOT NULL, stream text NOT NULL, first_seq bigint NOT NULL, count bigint NOT NULL, record bigint NOT NULL,
	hash text, PRIMARY KEY (store, stream, first_seq));
INSERT INTO down_segment (store, stream, first_seq, count, record)
	SELECT store, stream, min(seq), count(*), min(record)
	FROM (SELECT store, stream, seq, record, apart, run,
			seq - row_number() OVER (PARTITION BY store, stream, apart, run ORDER BY seq) AS island
		FROM (SELECT store, stream, seq, record, record - seq AS apart, record / 256 AS run FROM down_record) AS r) AS s
	GROUP BY store, stream, apart, run, island;
UPDATE down_segment g SET hash = d.hash FROM down_record d WHERE d.store = g.store AND d.stream = g.stream AND d.seq = g.first_seq - 1;
UPDATE down_segment SET hash = '${genesis}' WHERE first_seq = 1;
CREATE INDEX down_segment_by_record ON down_segment (record) WHERE stream = 'catalog';

-- NULL: nobody has computed the chain up to the newest record yet.
ALTER TABLE down_stream ALTER COLUMN hash DROP NOT NULL;
DROP TABLE down_record;
DROP TABLE store_article;
`;
