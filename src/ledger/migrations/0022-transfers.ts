/** Goods on their way between stores, and what head office said of the stock of other stores. */
export const transfers = `
-- body: the transfer as this store knows it. asked: what head office planned, as text.
CREATE TABLE transfer (id TEXT PRIMARY KEY, state TEXT NOT NULL, asked TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX transfer_in ON transfer (state, id);
-- body: the figures of the other stores. asked: when head office was asked last.
CREATE TABLE stock_elsewhere (sku TEXT PRIMARY KEY, asked TEXT, at TEXT, body TEXT) WITHOUT ROWID;
`;
