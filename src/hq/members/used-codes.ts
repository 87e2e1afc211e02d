/** A member's code counts once. The store that took it says so; the stores near it are told while the code is valid, and refuse it. */
import type { StoreEvent } from "../../words/event.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { storesNear } from "../stores/nearby.ts";
import { sendToOne } from "../streams/to-all.ts";

const rememberedSeconds = 86_400;

/** Returns codes that another store had taken before. */
export async function takeUsedCodes(
	tx: Queries,
	store: string,
	events: readonly StoreEvent[],
): Promise<{ event: string; why: string; id: string; other: string }[]> {
	const twice: { event: string; why: string; id: string; other: string }[] = [];
	for (const event of events) {
		if (event.type !== "member.presented" || event.codeId === undefined || event.codeExp === undefined) continue;
		const { codeId: id, codeExp: exp, at } = event;
		await tx.query("INSERT INTO member_code_used (id, store, exp, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", [
			id,
			store,
			exp,
			at,
		]);
		const [other] = await tx.query<{ store: string; at: Instant }>("SELECT store, at FROM member_code_used WHERE id = $1 AND store <> $2", [
			id,
			store,
		]);
		if (other) twice.push({ event: event.id, id, other: other.store, why: `store ${other.store} took the code at ${other.at}` });
	}
	return twice;
}

/** Tells the stores near this one which codes it took. Returns these stores. */
export async function announceUsedCodes(db: Db, store: string, events: readonly StoreEvent[], now: Instant): Promise<string[]> {
	const nowSeconds = Math.floor(Date.parse(now) / 1_000);
	const codes = events.flatMap((event) => {
		if (event.type !== "member.presented" || event.codeId === undefined || (event.codeExp ?? 0) <= nowSeconds) return [];
		return [{ id: event.codeId, exp: event.codeExp! }];
	});
	if (codes.length === 0) return [];
	return db.transaction(async (tx) => {
		await tx.query("SELECT last FROM counter FOR UPDATE");
		await tx.query("DELETE FROM member_code_used WHERE exp < $1", [nowSeconds - rememberedSeconds]);
		const near = await storesNear(tx, store);
		for (const other of near) await sendToOne(tx, other, [{ type: "member-codes-used", codes }]);
		return near;
	});
}
