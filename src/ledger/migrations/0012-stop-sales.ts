/** Articles and lots of which head office has stopped the sale. */
export const stopSales = `
-- lot: NULL for every lot. ended: when head office lifted it.
CREATE TABLE stop_sale (
	id TEXT PRIMARY KEY, gtin TEXT NOT NULL, lot TEXT, reason TEXT NOT NULL, at TEXT NOT NULL, ended TEXT) WITHOUT ROWID;
CREATE INDEX stop_sale_in_force ON stop_sale (gtin) WHERE ended IS NULL;
`;
