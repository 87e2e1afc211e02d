import type { Grant } from "../../words/stock.ts";
import type { Connection } from "../file/open.ts";

interface Row {
	id: string;
	sku: string;
	granted: number;
	used: number;
	expires_at: string;
}
const toGrant = (row: Row): Grant => ({ id: row.id, sku: row.sku, granted: row.granted, used: row.used, expiresAt: row.expires_at });

export function readGrants(db: Connection) {
	const get = db.prepare<[string], Row>("SELECT * FROM stock_grant WHERE id = ?");
	const of = db.prepare<[string], Row>("SELECT * FROM stock_grant WHERE sku = ? ORDER BY id");
	return {
		get(id: string): Grant | undefined {
			const row = get.get(id);
			return row && toGrant(row);
		},
		of: (sku: string): Grant[] => of.all(sku).map(toGrant),
	};
}

export function writeGrants(db: Connection) {
	const give = db.prepare(
		"INSERT INTO stock_grant (id, sku, granted, used, expires_at) VALUES (?, ?, ?, 0, ?) ON CONFLICT (id) DO NOTHING",
	);
	const giveBack = db.prepare("UPDATE stock_grant SET used = max(0, used - ?) WHERE id = ?");
	const use = db.prepare("UPDATE stock_grant SET used = used + ? WHERE id = ? AND used + ? <= granted");
	return {
		give: (grant: { id: string; sku: string; granted: number; expiresAt: string }): boolean =>
			give.run(grant.id, grant.sku, grant.granted, grant.expiresAt).changes === 1,
		/** False when the grant does not cover it: granted − used stays ≥ 0 by construction (LINK rule 9). */
		use: (id: string, quantity: number): boolean => use.run(quantity, id, quantity).changes === 1,
		/** An order gives this quantity back: head office may sell it again. */
		giveBack: (id: string, quantity: number): void => void giveBack.run(quantity, id),
	};
}
