/** Goods that customers bring back: the right to take each line back, to whom it is lent, and what was taken where. */
export const returns = `
-- body: what was sold in the line, as its seller knows it.
CREATE TABLE return_line (line text COLLATE "C" PRIMARY KEY, body text NOT NULL);
-- Pieces of a line that head office may lend: its seller gave them, or it was an online order.
CREATE TABLE return_given (
	line text COLLATE "C" NOT NULL, from_n bigint NOT NULL, to_n bigint NOT NULL, PRIMARY KEY (line, from_n, to_n));
-- inc: the incarnation of the box it was lent to. closed_next: the box has said that it took the pieces before this one.
CREATE TABLE return_lease (
	id text COLLATE "C" PRIMARY KEY, line text COLLATE "C" NOT NULL, store text COLLATE "C" NOT NULL, inc integer NOT NULL,
	from_n bigint NOT NULL, to_n bigint NOT NULL, expires_at text NOT NULL, at text NOT NULL, closed_next bigint);
CREATE INDEX return_lease_of ON return_lease (line);
-- store: empty where head office itself takes the goods. state: open, waiting (for the seller), answered (by the seller), over.
CREATE TABLE return_ask (
	id text COLLATE "C" PRIMARY KEY, line text COLLATE "C" NOT NULL, store text COLLATE "C" NOT NULL, quantity bigint NOT NULL,
	state text NOT NULL, why text, at text NOT NULL);
CREATE INDEX return_ask_of ON return_ask (line);
-- store: empty where head office took them. asked: head office's own request, canonical.
CREATE TABLE goods_return (
	n bigint GENERATED ALWAYS AS IDENTITY, store text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, line text COLLATE "C",
	body text NOT NULL, asked text, at text NOT NULL, PRIMARY KEY (store, id));
CREATE UNIQUE INDEX goods_return_n ON goods_return (n);
CREATE INDEX goods_return_of ON goods_return (line);
-- Came back damaged or opened, and not decided yet.
CREATE TABLE quality_stock (
	store text COLLATE "C" NOT NULL, sku text COLLATE "C" NOT NULL, quantity bigint NOT NULL, PRIMARY KEY (store, sku));
`;
