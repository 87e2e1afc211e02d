/** Baskets of tills. */
export const baskets = `
-- body: the basket as JSON (words/tills/basket.ts). changed: for forgetting those that nobody works on any more.
CREATE TABLE basket (id TEXT PRIMARY KEY, body TEXT NOT NULL, changed TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX basket_by_change ON basket (changed);
`;
