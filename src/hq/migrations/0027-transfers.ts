/** Goods between stores. */
export const transfers = `
-- body: the transfer as head office knows it. asked: the request, canonical. cancelling: the sending store was asked to cancel.
CREATE TABLE transfer (
	id text COLLATE "C" PRIMARY KEY, from_store text COLLATE "C" NOT NULL, to_store text COLLATE "C" NOT NULL, state text NOT NULL,
	asked text NOT NULL, body text NOT NULL, cancelling boolean NOT NULL, at text NOT NULL);
-- On the way: sent, and not received.
CREATE TABLE in_transit (
	transfer text COLLATE "C" NOT NULL, store text COLLATE "C" NOT NULL, sku text COLLATE "C" NOT NULL, quantity bigint NOT NULL,
	PRIMARY KEY (transfer, sku));
CREATE INDEX in_transit_to ON in_transit (store, sku);
`;
