/** Policies of retention: rows that may leave the database after some days, once they were exported, and records of those exports. */
export const retention = `
-- A kind without a row is kept for ever. seen_n: of facts: none of this kind is left up to this number.
CREATE TABLE retention_policy (
	kind text COLLATE "C" PRIMARY KEY, days integer NOT NULL, at text NOT NULL, by_whom text NOT NULL, seen_n bigint NOT NULL DEFAULT 0);
-- Every fact up to n had been taken by this time, by head office's clock.
CREATE TABLE fact_mark (at text COLLATE "C" PRIMARY KEY, n bigint NOT NULL);
-- up_to: key of the last row that it may hold. place, file, sha256 and what follows: null while it is planned; the rows are in their
-- tables then. before_sha256: of the file at the place before, of the same kind.
CREATE TABLE retention_export (
	id text COLLATE "C" PRIMARY KEY, kind text COLLATE "C" NOT NULL, cutoff text NOT NULL, up_to text NOT NULL, planned_at text NOT NULL,
	place integer, file text, host text, rows bigint, bytes bigint, sha256 text, before_sha256 text, at text);
CREATE UNIQUE INDEX retention_export_planned ON retention_export (kind) WHERE place IS NULL;
CREATE UNIQUE INDEX retention_export_place ON retention_export (kind, place);
-- Facts that are gone, so that one which comes again is known: fact and body are 16 bytes of SHA-256, of store/id and of its text.
CREATE TABLE gone_fact (fact bytea PRIMARY KEY, body bytea NOT NULL);
-- asked_sha256: of the order as canonical text; null: head office learned the order back from its store.
CREATE TABLE gone_order (id text COLLATE "C" PRIMARY KEY, asked_sha256 text, export text NOT NULL, at text NOT NULL);
-- The export with the refused rows of a push; null: they are in rejected.
ALTER TABLE push ADD COLUMN rejected_export text;
`;
