/** Points of members: rules, sales that earned, what was spent, and what stores were lent. */
export const points = `
CREATE TABLE points_rule (id text COLLATE "C" PRIMARY KEY, body text NOT NULL, at text NOT NULL, by_whom text NOT NULL);
-- paid_minor earned one point for each minor_per_point; what came back of the sale is in goods_return, under lines that begin with lines.
CREATE TABLE points_sale (
	store text COLLATE "C" NOT NULL, till text COLLATE "C" NOT NULL, sale text COLLATE "C" NOT NULL, member text COLLATE "C" NOT NULL,
	lines text COLLATE "C" NOT NULL, paid_minor bigint NOT NULL, minor_per_point bigint NOT NULL, spent bigint NOT NULL,
	at text NOT NULL, PRIMARY KEY (store, till, sale));
CREATE INDEX points_sale_of ON points_sale (member);
-- used: as its store reported. closed_at: null while the store may still spend of it.
CREATE TABLE points_lease (
	id text COLLATE "C" PRIMARY KEY, member text COLLATE "C" NOT NULL, store text COLLATE "C" NOT NULL, inc integer NOT NULL,
	points bigint NOT NULL, used bigint NOT NULL, expires_at text NOT NULL, at text NOT NULL, closed_at text);
CREATE INDEX points_lease_of ON points_lease (member);
CREATE INDEX points_lease_in ON points_lease (store);
`;
