/** Tables for an HQ that came back from a backup: that it did, the records it learned back, and the stores it has asked. */
export const recall = `
-- One row per start of HQ's first process. A restored database gives it a number again, and its first version too.
CREATE TABLE generation (n bigserial PRIMARY KEY, first bigint NOT NULL, at text NOT NULL);
-- The generation in which HQ last compared itself with the store: only then it sells from the store's grants.
ALTER TABLE store ADD COLUMN greeted_in bigint;

-- Records of HQ's own that it had forgotten, by sha256 of their text. n: under which number they are kept; origin: their version then;
-- said: the version under which they were said again.
CREATE TABLE learned (sha text PRIMARY KEY, n bigint NOT NULL, origin bigint, said bigint);
CREATE INDEX learned_by_said ON learned (said);
CREATE INDEX learned_by_origin ON learned (origin);
-- whole, part: it had been forgotten, and all or some of its changes were learned back.
ALTER TABLE push ADD COLUMN learned text;
ALTER TABLE online_order ADD COLUMN learned boolean NOT NULL DEFAULT false;
CREATE TABLE restoration (
	n bigserial PRIMARY KEY, at text NOT NULL, store text COLLATE "C" NOT NULL, stream text NOT NULL, records bigint NOT NULL,
	-- The last number HQ had given when the backup was made.
	before bigint NOT NULL,
	prices bigint NOT NULL, articles bigint NOT NULL, orders bigint NOT NULL, again bigint NOT NULL, whole boolean NOT NULL);
`;
