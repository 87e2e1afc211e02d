/** Rises that a store does not charge before its labels show them, as the store reports them. */
export const priceRises = `
-- state: waits, or why it no longer does (words/prices/rise.ts). push: null where no push of this database brought the price.
CREATE TABLE price_rise (
	store text COLLATE "C" NOT NULL, sku text COLLATE "C" NOT NULL, version bigint NOT NULL, push text COLLATE "C", state text NOT NULL,
	at text NOT NULL, PRIMARY KEY (store, sku, version));
CREATE INDEX price_rise_by_push ON price_rise (push, store) WHERE state IN ('waits', 'went-on');
CREATE INDEX price_rise_by_store ON price_rise (store) WHERE state IN ('waits', 'went-on');
`;
