/** Goods that customers bring back: the right to take each line back, what was taken, and what is kept apart. */
export const returns = `
-- What was sold in a line that came back, or that head office lent the right to.
CREATE TABLE sold_line (line TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
-- Pieces from_n (counted from 0) to to_n, without to_n; those before next_n came back. expires: null is this store's own right.
CREATE TABLE return_right (
	id TEXT PRIMARY KEY, line TEXT NOT NULL, from_n INTEGER NOT NULL, next_n INTEGER NOT NULL, to_n INTEGER NOT NULL, expires TEXT,
	closed INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX return_right_of ON return_right (line);
CREATE INDEX return_right_due ON return_right (expires) WHERE closed = 0 AND expires IS NOT NULL;
-- asked: the request as text. body: the return as it was taken.
CREATE TABLE goods_return (id TEXT PRIMARY KEY, asked TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
-- denied: head office's answer, until the next request.
CREATE TABLE return_ask (id TEXT PRIMARY KEY, line TEXT NOT NULL, open INTEGER NOT NULL, denied TEXT) WITHOUT ROWID;
CREATE INDEX return_ask_of ON return_ask (line);
-- Came back and is not on hand: damaged, opened.
CREATE TABLE quality_stock (sku TEXT PRIMARY KEY, quantity INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE quality_act (id TEXT PRIMARY KEY, asked TEXT NOT NULL) WITHOUT ROWID;
`;
