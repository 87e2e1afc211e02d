/** Epochs and checkpoints of the streams, snapshots under construction, settings from HQ. */
export const mending = `
-- Epochs of the streams to HQ after the first one: which they left, and where.
CREATE TABLE up_epoch (
	n INTEGER PRIMARY KEY, epoch TEXT NOT NULL, parent TEXT NOT NULL, at TEXT NOT NULL, why TEXT NOT NULL,
	facts INTEGER NOT NULL, facts_hash TEXT NOT NULL, notes INTEGER NOT NULL, notes_hash TEXT NOT NULL);
CREATE TABLE down_mark (stream TEXT PRIMARY KEY, epoch TEXT NOT NULL, marks TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE setting (name TEXT PRIMARY KEY, version INTEGER NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;

-- A snapshot on its way: nothing of it counts until all of it is here and takes the place of the old rows in one transaction.
CREATE TABLE snapshot (stream TEXT PRIMARY KEY, manifest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE snapshot_chunk (stream TEXT NOT NULL, chunk INTEGER NOT NULL, PRIMARY KEY (stream, chunk)) WITHOUT ROWID;
CREATE TABLE next_article (sku TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE next_gtin (gtin TEXT PRIMARY KEY, sku TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE next_price (
	sku TEXT NOT NULL, version INTEGER NOT NULL, kind TEXT NOT NULL, amount_minor INTEGER NOT NULL, currency TEXT NOT NULL,
	from_at TEXT NOT NULL, until_at TEXT, unit_amount_minor INTEGER, unit_per TEXT, prior_amount_minor INTEGER, push TEXT,
	state INTEGER NOT NULL, PRIMARY KEY (sku, version)) WITHOUT ROWID;
CREATE TABLE next_label (id TEXT PRIMARY KEY, sku TEXT, face TEXT) WITHOUT ROWID;
`;
