/**
 * Instants are text, as everywhere (words/time.ts); COLLATE "C" so that they and ids order by their bytes on every server.
 * Bodies are JSON text: what was hashed is what is kept.
 */
export const first = `
-- One rising number for everything HQ decides: a price's or an article's version is the number of its record.
CREATE TABLE counter (one boolean PRIMARY KEY DEFAULT true CHECK (one), last bigint NOT NULL);
INSERT INTO counter (last) VALUES (0);

CREATE TABLE store (
	id text COLLATE "C" PRIMARY KEY, inc bigint NOT NULL, fenced boolean NOT NULL DEFAULT false, enrolled_at text NOT NULL,
	token_sha256 text NOT NULL, heard_at text, hello text);

-- The items of the whole chain; which version a store was sent is in store_article.
CREATE TABLE article (sku text COLLATE "C" PRIMARY KEY, gtin text COLLATE "C", version bigint NOT NULL, body text NOT NULL);
CREATE INDEX article_by_gtin ON article (gtin);
CREATE TABLE store_article (
	store text COLLATE "C" NOT NULL, sku text COLLATE "C" NOT NULL, version bigint NOT NULL, PRIMARY KEY (store, sku));

-- A record is kept once, however many stores it goes to. Chains differ per store.
CREATE TABLE record (n bigint PRIMARY KEY, body text NOT NULL);
CREATE TABLE down_stream (
	store text COLLATE "C" NOT NULL, stream text NOT NULL, epoch text NOT NULL, last bigint NOT NULL, hash text NOT NULL,
	handed bigint NOT NULL, acked bigint NOT NULL, PRIMARY KEY (store, stream));
CREATE TABLE down_record (
	store text COLLATE "C" NOT NULL, stream text NOT NULL, seq bigint NOT NULL, hash text NOT NULL, record bigint NOT NULL,
	PRIMARY KEY (store, stream, seq));

-- One row per epoch a store ever used; the current one is marked.
CREATE TABLE up_epoch (
	store text COLLATE "C" NOT NULL, stream text NOT NULL, epoch text NOT NULL, position bigint NOT NULL, hash text NOT NULL,
	current boolean NOT NULL,
	PRIMARY KEY (store, stream, epoch));
CREATE TABLE up_fact (
	n bigserial PRIMARY KEY, store text COLLATE "C" NOT NULL, stream text NOT NULL, epoch text NOT NULL, seq bigint NOT NULL,
	id text COLLATE "C" NOT NULL, type text NOT NULL, at text NOT NULL, body text NOT NULL);
CREATE UNIQUE INDEX up_fact_by_id ON up_fact (store, id);
CREATE INDEX up_fact_by_store ON up_fact (store, n);
CREATE TABLE dead_letter (
	store text COLLATE "C" NOT NULL, stream text NOT NULL, epoch text NOT NULL, seq bigint NOT NULL, code text NOT NULL, why text NOT NULL,
	body text NOT NULL,
	PRIMARY KEY (store, stream, epoch, seq));
CREATE TABLE parked (
	store text COLLATE "C" NOT NULL, stream text NOT NULL, epoch text NOT NULL, seq bigint NOT NULL, body text NOT NULL,
	PRIMARY KEY (store, stream, epoch, seq));
CREATE TABLE lost_up (
	store text COLLATE "C" NOT NULL, stream text NOT NULL, epoch text NOT NULL, from_seq bigint NOT NULL, to_seq bigint NOT NULL,
	why text NOT NULL,
	PRIMARY KEY (store, stream, epoch, from_seq));

-- push_change is the price change log: every price HQ ever decided.
CREATE TABLE push (id text COLLATE "C" PRIMARY KEY, n bigserial, at text NOT NULL, changes bigint NOT NULL, rejected text NOT NULL);
CREATE TABLE push_change (
	version bigint PRIMARY KEY, push text COLLATE "C" NOT NULL, n integer NOT NULL, sku text COLLATE "C" NOT NULL);
CREATE INDEX push_change_by_sku ON push_change (sku, version);
-- A push's prices lie in one run of the store's catalog stream, so that stored is a subtraction. The rest is counted as facts come in.
CREATE TABLE push_store (
	push text COLLATE "C" NOT NULL, store text COLLATE "C" NOT NULL, first_seq bigint NOT NULL, last_seq bigint NOT NULL,
	active bigint NOT NULL DEFAULT 0, shown bigint NOT NULL DEFAULT 0, unlabelled bigint NOT NULL DEFAULT 0, failed bigint NOT NULL DEFAULT 0,
	first_at text, last_at text, PRIMARY KEY (push, store));
CREATE INDEX push_store_by_store ON push_store (store);
-- Where one change stands in one store, from its activation on: pending, shown, unlabelled or failed. since = up_fact.n of the activation.
CREATE TABLE change_state (
	store text COLLATE "C" NOT NULL, sku text COLLATE "C" NOT NULL, version bigint NOT NULL, push text COLLATE "C" NOT NULL,
	state text NOT NULL, masked boolean NOT NULL, amount_minor bigint NOT NULL, since bigint NOT NULL, PRIMARY KEY (store, sku, version));

CREATE TABLE label (
	store text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, sku text COLLATE "C", face text, bound_at text,
	version bigint, price_version bigint, up_to_version bigint NOT NULL DEFAULT 0, amount_minor bigint, currency text, shown_at text,
	shown_n bigint NOT NULL DEFAULT 0, failed_up_to bigint NOT NULL DEFAULT 0, failed_why text, failed_at text, PRIMARY KEY (store, id));
CREATE INDEX label_by_sku ON label (store, sku);

CREATE TABLE movement (
	store text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, sku text COLLATE "C" NOT NULL, quantity bigint NOT NULL,
	reason text NOT NULL,
	occurred_at text COLLATE "C" NOT NULL, reference text, origin text NOT NULL, PRIMARY KEY (store, id));
CREATE INDEX movement_by_sku ON movement (store, sku, occurred_at, id);
CREATE TABLE on_hand (
	store text COLLATE "C" NOT NULL, sku text COLLATE "C" NOT NULL, on_hand bigint NOT NULL, counted_at text COLLATE "C",
	count_id text COLLATE "C",
	last_at text COLLATE "C", PRIMARY KEY (store, sku));

CREATE TABLE stock_grant (
	store text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, sku text COLLATE "C" NOT NULL, granted bigint NOT NULL,
	used bigint NOT NULL DEFAULT 0 CHECK (used <= granted), expires_at text COLLATE "C" NOT NULL, PRIMARY KEY (store, id));
CREATE INDEX stock_grant_by_sku ON stock_grant (store, sku, expires_at);
CREATE TABLE grant_ask (
	store text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, sku text COLLATE "C" NOT NULL, wanted bigint NOT NULL,
	expires_at text NOT NULL, PRIMARY KEY (store, id));
CREATE TABLE online_order (id text COLLATE "C" PRIMARY KEY, store text COLLATE "C" NOT NULL, at text NOT NULL, lines text NOT NULL);
-- What an order took from which grant; part names the store's movement: order-{part}-{sku}.
CREATE TABLE order_take (
	part text COLLATE "C" NOT NULL, sku text COLLATE "C" NOT NULL, store text COLLATE "C" NOT NULL, grant_id text COLLATE "C" NOT NULL,
	quantity bigint NOT NULL, PRIMARY KEY (part, sku));
CREATE INDEX order_take_by_sku ON order_take (store, sku);
`;
