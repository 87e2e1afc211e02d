/** Records of one decision have consecutive numbers, so a row for each run of them says what a row for each record did. */
export const sealedRuns = `
-- Records first to first + count - 1 are in the seal, as its leaves from leaf on. A record may be in several seals, of other stores.
CREATE TABLE sealed_run (seal text NOT NULL, leaf bigint NOT NULL, first bigint NOT NULL, count bigint NOT NULL, PRIMARY KEY (seal, leaf));
CREATE INDEX sealed_run_by_record ON sealed_run USING gist (int8range(first, first + count));
INSERT INTO sealed_run (seal, leaf, first, count)
SELECT seal, min(leaf), min(record), count(*) FROM (
	SELECT seal, record, leaf, record - leaf AS ahead,
		leaf - row_number() OVER (PARTITION BY seal, record - leaf ORDER BY leaf) AS island FROM sealed
) x GROUP BY seal, ahead, island;
DROP TABLE sealed;
`;
