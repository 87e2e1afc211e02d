/** The first shape of the ledger. Never edited once released: a later shape is a later file. */
export const first = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- One head per sequence: 'event' (all), 'facts' and 'notes' (to HQ). Kept apart from the rows so that thinning old rows never re-uses a
-- number.
CREATE TABLE head (name TEXT PRIMARY KEY, last INTEGER NOT NULL, hash TEXT NOT NULL, acked INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE event (
	seq INTEGER PRIMARY KEY, id TEXT NOT NULL, type TEXT NOT NULL, at TEXT NOT NULL, body TEXT NOT NULL,
	device TEXT, source_id TEXT, stream TEXT NOT NULL, stream_seq INTEGER NOT NULL, hash TEXT NOT NULL);
CREATE UNIQUE INDEX event_by_source ON event (device, source_id) WHERE source_id IS NOT NULL;
CREATE UNIQUE INDEX event_by_stream ON event (stream, stream_seq);
CREATE TABLE position (reader TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE article (sku TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE article_gtin (gtin TEXT PRIMARY KEY, sku TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX article_gtin_by_sku ON article_gtin (sku);

-- state: 0 waiting for its time, 1 in force, 2 over
CREATE TABLE price (
	sku TEXT NOT NULL, version INTEGER NOT NULL, kind TEXT NOT NULL, amount_minor INTEGER NOT NULL, currency TEXT NOT NULL,
	from_at TEXT NOT NULL, until_at TEXT, unit_amount_minor INTEGER, unit_per TEXT, prior_amount_minor INTEGER, push TEXT,
	state INTEGER NOT NULL, PRIMARY KEY (sku, version)) WITHOUT ROWID;
CREATE INDEX price_waiting ON price (from_at) WHERE state = 0;
CREATE INDEX price_ending ON price (until_at) WHERE state = 1 AND until_at IS NOT NULL;

CREATE TABLE label (
	id TEXT PRIMARY KEY, sku TEXT, face TEXT, hw_type INTEGER, firmware INTEGER,
	desired_version INTEGER NOT NULL DEFAULT 0, desired_at TEXT, desired_fields TEXT, desired_price_version INTEGER, desired_up_to INTEGER,
	sent_version INTEGER, sent_at TEXT, downloaded_version INTEGER, downloaded_at TEXT,
	confirmed_version INTEGER, confirmed_at TEXT, confirmed_up_to INTEGER,
	trouble TEXT, battery_millivolts INTEGER, rssi INTEGER, temperature_celsius INTEGER,
	last_check_in_at TEXT, access_point TEXT) WITHOUT ROWID;
CREATE INDEX label_by_sku ON label (sku);
CREATE TABLE label_task (label TEXT PRIMARY KEY, version INTEGER NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE label_picture (
	label TEXT NOT NULL, slot TEXT NOT NULL, version INTEGER NOT NULL, hw_type INTEGER NOT NULL, data_type INTEGER NOT NULL,
	picture TEXT NOT NULL, bytes BLOB NOT NULL, sku TEXT NOT NULL, price_version INTEGER NOT NULL, up_to INTEGER NOT NULL,
	amount_minor INTEGER NOT NULL, currency TEXT NOT NULL, PRIMARY KEY (label, slot));

CREATE TABLE movement (
	id TEXT PRIMARY KEY, sku TEXT NOT NULL, quantity INTEGER NOT NULL, reason TEXT NOT NULL, occurred_at TEXT NOT NULL,
	reference TEXT, origin TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX movement_by_sku ON movement (sku, occurred_at);
CREATE TABLE on_hand (sku TEXT PRIMARY KEY, on_hand INTEGER NOT NULL, counted_at TEXT, count_id TEXT, last_at TEXT) WITHOUT ROWID;
CREATE TABLE stock_grant (id TEXT PRIMARY KEY, sku TEXT NOT NULL, granted INTEGER NOT NULL, used INTEGER NOT NULL,
	expires_at TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX grant_by_sku ON stock_grant (sku);

CREATE TABLE print_job (
	id TEXT PRIMARY KEY, n INTEGER NOT NULL UNIQUE, printer TEXT NOT NULL, document TEXT NOT NULL, state TEXT NOT NULL, why TEXT,
	copy INTEGER NOT NULL, queued_at TEXT NOT NULL, changed_at TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX print_job_open ON print_job (n) WHERE state IN ('queued', 'printing', 'in-doubt', 'void');

CREATE TABLE device (
	id TEXT PRIMARY KEY, family TEXT NOT NULL, protocol TEXT NOT NULL, address TEXT NOT NULL, state TEXT NOT NULL,
	trouble TEXT, since TEXT NOT NULL, last_heard_at TEXT, detail TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE alarm (
	id TEXT PRIMARY KEY, level TEXT NOT NULL, code TEXT NOT NULL, subject TEXT NOT NULL, facts TEXT NOT NULL, heals INTEGER NOT NULL,
	since TEXT NOT NULL, count INTEGER NOT NULL, acknowledged_at TEXT, acknowledged_by TEXT, cleared_at TEXT) WITHOUT ROWID;
CREATE TABLE shelf (id TEXT PRIMARY KEY, milligrams INTEGER, state TEXT) WITHOUT ROWID;

CREATE TABLE down (stream TEXT PRIMARY KEY, epoch TEXT NOT NULL, position INTEGER NOT NULL, hash TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE dead_letter (stream TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, code TEXT NOT NULL, why TEXT NOT NULL,
	record TEXT NOT NULL, PRIMARY KEY (stream, epoch, seq)) WITHOUT ROWID;
CREATE TABLE parked (stream TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, type TEXT NOT NULL, record TEXT NOT NULL,
	PRIMARY KEY (stream, epoch, seq)) WITHOUT ROWID;
CREATE TABLE command_result (id TEXT PRIMARY KEY, code TEXT NOT NULL, out TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE broker_retained (topic TEXT PRIMARY KEY, qos INTEGER NOT NULL, payload BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE broker_subscription (client TEXT NOT NULL, topic TEXT NOT NULL, qos INTEGER NOT NULL, PRIMARY KEY (client,
	topic)) WITHOUT ROWID;
CREATE TABLE broker_will (client TEXT PRIMARY KEY, topic TEXT NOT NULL, qos INTEGER NOT NULL, retain INTEGER NOT NULL,
	payload BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE broker_received (client TEXT NOT NULL, packet INTEGER NOT NULL, PRIMARY KEY (client, packet)) WITHOUT ROWID;
CREATE TABLE broker_queue (client TEXT NOT NULL, id INTEGER NOT NULL, topic TEXT NOT NULL, qos INTEGER NOT NULL, retain INTEGER NOT NULL,
	payload BLOB NOT NULL, PRIMARY KEY (client, id));
`;
