/** Rises that the till does not charge until the labels show them, and how long each price lets its rise wait. Null: as usual. */
export const priceRises = `
-- floors: what the shelf may still say, as JSON. reported: a fact says that it waits.
CREATE TABLE price_rise (
	sku TEXT PRIMARY KEY, version INTEGER NOT NULL, push TEXT, since TEXT NOT NULL, until TEXT NOT NULL, wait_ms INTEGER NOT NULL,
	floors TEXT NOT NULL, reported INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX price_rise_by_until ON price_rise (until);
CREATE INDEX label_picture_by_sku ON label_picture (sku);
ALTER TABLE price ADD COLUMN rise_waits_ms INTEGER;
ALTER TABLE next_price ADD COLUMN rise_waits_ms INTEGER;
`;
