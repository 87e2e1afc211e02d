/** Online orders that this store picks and hands over. */
export const orders = `
-- body: the Order as JSON. asked: what head office placed, as canonical text. over: nothing more happens to it. due: its next clock.
-- wrong_codes: hand-over codes that were wrong since the last right one; locked_until: none is looked at before.
CREATE TABLE store_order (
	id TEXT PRIMARY KEY, state TEXT NOT NULL, body TEXT NOT NULL, asked TEXT NOT NULL, over INTEGER NOT NULL, due TEXT,
	wrong_codes INTEGER NOT NULL DEFAULT 0, locked_until TEXT, placed_at TEXT NOT NULL, changed_at TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX store_order_by_state ON store_order (over, state);
CREATE INDEX store_order_due ON store_order (due) WHERE due IS NOT NULL;
-- What each order holds of an article: reserved on the shelf, staged in its bag.
CREATE TABLE order_stock (
	sku TEXT NOT NULL, order_id TEXT NOT NULL, reserved INTEGER NOT NULL, staged INTEGER NOT NULL, PRIMARY KEY (sku, order_id)) WITHOUT ROWID;
CREATE INDEX order_stock_by_order ON order_stock (order_id);
-- Acts by the id their sender gave them; asked: order and contents as canonical text.
CREATE TABLE order_act (id TEXT PRIMARY KEY, asked TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
`;
