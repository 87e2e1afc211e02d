/** Prices that are kept and do not count, the kill switch, and what a snapshot says of the step that each of its prices made. */
export const heldPrices = `
-- The rows of price with state 3: held by this store's guard rails.
CREATE TABLE price_hold (sku TEXT NOT NULL, version INTEGER NOT NULL, at TEXT NOT NULL, reasons TEXT NOT NULL,
	PRIMARY KEY (sku, version)) WITHOUT ROWID;
-- One row while prices are frozen.
CREATE TABLE price_freeze (n INTEGER PRIMARY KEY CHECK (n = 1), since TEXT NOT NULL, by TEXT NOT NULL, reason TEXT);

ALTER TABLE next_price ADD COLUMN released INTEGER;
ALTER TABLE next_price ADD COLUMN before_amount_minor INTEGER;
ALTER TABLE next_price ADD COLUMN before_currency TEXT;
`;
