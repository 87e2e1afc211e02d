/** Prices for members and from n pieces on, multi-buys, and what the article costs online. Null: as prices were before. */
export const priceShapes = ["price", "next_price"]
	.map(
		(table) => `
ALTER TABLE ${table} ADD COLUMN tier TEXT;
ALTER TABLE ${table} ADD COLUMN from_quantity INTEGER;
ALTER TABLE ${table} ADD COLUMN multi_quantity INTEGER;
ALTER TABLE ${table} ADD COLUMN multi_amount_minor INTEGER;
ALTER TABLE ${table} ADD COLUMN online_amount_minor INTEGER;`,
	)
	.join("\n");
