/** The life of a push: who asked, what waits for a second person, what was taken back; and the guard rails with their history. */
export const pushLife = `
ALTER TABLE push ADD COLUMN author text;
ALTER TABLE push ADD COLUMN approver text;
ALTER TABLE push ADD COLUMN released_at text;
ALTER TABLE push ADD COLUMN withdrawn_by text;
ALTER TABLE push ADD COLUMN withdrawn_at text;
-- JSON: the names of the stores, or "all". Null: of an older build.
ALTER TABLE push ADD COLUMN targets text;
ALTER TABLE push ADD COLUMN effective_at text;
-- How many changes it was answered to have taken at first; changes counts those that were released later too.
ALTER TABLE push ADD COLUMN accepted bigint;
-- The first instant at which one of its prices comes into force.
ALTER TABLE push ADD COLUMN first_from text;
-- What a guard rail or a person holds: change is a PriceChange as JSON, reasons a list of HeldReason. Kept after the release.
CREATE TABLE push_held (
	push text COLLATE "C" NOT NULL, n integer NOT NULL, sku text COLLATE "C" NOT NULL, change text NOT NULL, reasons text NOT NULL,
	waits boolean NOT NULL DEFAULT true, PRIMARY KEY (push, n));
CREATE INDEX push_held_waits ON push_held (push) WHERE waits;
-- When HQ ended the price; variant: the stores it is for, where a push says different things to different stores (push_store.variant).
ALTER TABLE push_change ADD COLUMN ended_at text;
ALTER TABLE push_change ADD COLUMN variant text;
ALTER TABLE push_store ADD COLUMN variant text;
CREATE INDEX push_change_by_push ON push_change (push);
-- Further runs of a push in a store's stream, after the one in push_store: what was released later. first_n: push_change.n of its first.
CREATE TABLE push_run (
	push text COLLATE "C" NOT NULL, store text COLLATE "C" NOT NULL, first_n integer NOT NULL, first_seq bigint NOT NULL,
	last_seq bigint NOT NULL, PRIMARY KEY (push, store, first_n));
CREATE INDEX push_run_by_store ON push_run (store);
CREATE INDEX change_state_apart ON change_state (push, store) WHERE state IN ('masked', 'never');
-- IANA name of the store's time zone, as the store or a person said it. Null: not known, UTC.
ALTER TABLE store ADD COLUMN time_zone text;
-- store: empty for the whole tenant. Rows are never changed but for their approval.
CREATE TABLE guard_rails (
	n bigserial PRIMARY KEY, store text COLLATE "C" NOT NULL, rails text NOT NULL, proposed_by text NOT NULL, proposed_at text NOT NULL,
	approved_by text, approved_at text);
`;
