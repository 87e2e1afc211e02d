/** Shelves that somebody filled up, and the sales of each article by the hour. */
export const shelfFills = `
-- n counts the fillings of a place, from 1. fill: the id of the task that was done.
CREATE TABLE shelf_fill (
	fill TEXT PRIMARY KEY, place TEXT NOT NULL, n INTEGER NOT NULL, sku TEXT NOT NULL, quantity INTEGER NOT NULL, on_shelf INTEGER NOT NULL,
	at TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX shelf_fill_of ON shelf_fill (place, n);
`;
