/** An act on who is a store's box, as an approver signs it (trust/approvers.ts). */
import type { PlaceAct } from "../../trust/approvers.ts";
import { defined } from "../../words/defined.ts";
import type { Instant } from "../../words/time.ts";
import type { Queries } from "../database/database.ts";
import { requireStore } from "./stores.ts";

export type PlaceQuestion =
	| { does: "swap"; store: string; box?: string | undefined }
	| { does: "end"; store: string }
	| { does: "take-back" };

/** Throws store-unknown. */
export async function placeActOf(db: Queries, asked: PlaceQuestion, at: Instant): Promise<PlaceAct> {
	if (asked.does === "take-back") {
		const [now] = await db.query<{ n: number | null }>("SELECT max(n) AS n FROM generation");
		return { does: "take-back", store: null, inc: now?.n ?? 0, at };
	}
	await requireStore(db, asked.store);
	const [{ inc } = { inc: 0 }] = await db.query<{ inc: number }>("SELECT inc FROM store WHERE id = $1", [asked.store]);
	if (asked.does === "end") return { does: "end", store: asked.store, inc, at };
	return { does: "swap", store: asked.store, inc: inc + 1, ...defined({ box: asked.box }), at };
}
