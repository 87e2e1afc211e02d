/** Online orders that stores pick and hand over. */
export const orders = `
-- body: the Order as JSON, with the steps that its store reported. asked: what was ordered, as canonical text; empty: HQ learned the order
-- back from its store. code: what the customer shows; empty: not known. cancel: who asked to cancel it, when and why, as JSON.
CREATE TABLE store_order (
	id text COLLATE "C" PRIMARY KEY, store text COLLATE "C" NOT NULL, state text NOT NULL, body text NOT NULL, asked text NOT NULL,
	code text NOT NULL, over boolean NOT NULL, cancel text, changed_at text NOT NULL);
CREATE INDEX store_order_by_store ON store_order (store, id);
CREATE INDEX store_order_open ON store_order (id) WHERE NOT over;
-- What each order holds of an article: reserved on the shelf, staged in its bag.
CREATE TABLE order_stock (
	store text COLLATE "C" NOT NULL, sku text COLLATE "C" NOT NULL, order_id text COLLATE "C" NOT NULL, reserved bigint NOT NULL,
	staged bigint NOT NULL, PRIMARY KEY (store, sku, order_id));
CREATE INDEX order_stock_by_order ON order_stock (order_id);
`;
