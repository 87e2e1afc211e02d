import type { CouponAtHq, Lent } from "../../../words/answers/head-office/coupons.ts";
import { json, table } from "../../verb/output.ts";
import { fail, say } from "../../verb/verb.ts";
import type { AskOffice } from "../office.ts";

export interface CouponValues {
	json?: boolean;
	what?: string;
	amount?: string;
	sku?: string;
	from?: string;
	until?: string;
	total?: string;
	tier?: string;
}

/** Lists, shows, makes and ends coupons. */
export async function hqCoupons(ask: AskOffice, [act = "list", id, code]: string[], values: CouponValues, usage: string): Promise<number> {
	if (act === "list" && id === undefined) {
		const { items } = await ask<{ items: CouponAtHq[] }>("/api/v1/coupons?limit=1000");
		if (values.json) return json({ items });
		const row = (it: CouponAtHq): string[] => [
			...[it.id, it.code, it.what, it.endedAt === undefined ? it.until : `ended ${it.endedAt}`, String(it.redeemed), String(it.openLeases)],
			...[String(it.bound), String(it.total)],
		];
		const heads = ["coupon", "code", "what", "until", "redeemed", "lent", "bound", "total"];
		say(items.length === 0 ? "no coupons" : table(heads, items.map(row)));
		return 0;
	}
	if (act === "show" && id !== undefined) {
		const state = await ask<CouponAtHq & { leases: Lent[] }>(`/api/v1/coupons/${encodeURIComponent(id)}`);
		if (values.json) return json(state);
		say(`${state.id}: ${state.redeemed} of ${state.total} redeemed; at most ${state.bound} can have been, ${state.free} may still be lent`);
		if (state.endedAt !== undefined)
			say(`ended early at ${state.endedAt} by ${state.endedBy}; redeemed after it: ${state.redeemedAfterEnd}; ${mayStill(state)}`);
		const row = (it: Lent): string[] => [it.store, String(it.quantity), String(it.live), it.expiresAt, it.closedAt ?? "open"];
		if (state.leases.length > 0) say(table(["store", "lent", "redeemed", "until", "closed"], state.leases.map(row)));
		return 0;
	}
	if (act === "end" && id !== undefined) return endCoupon(ask, id, values.json === true);
	if (act !== "add" || id === undefined || code === undefined) return fail(2, usage);
	const { what = "amount", amount, sku, from, until, total, tier } = values;
	const body = {
		...{ id, code, what, amountMinor: Number(amount), from: from ?? new Date().toISOString(), until, total: Number(total) },
		...(sku !== undefined && { skus: sku.split(",") }),
		...(tier !== undefined && { conditions: { tier } }),
	};
	const made = await ask<CouponAtHq & { stores: number; tooOld: string[] }>("/api/v1/coupons", { method: "POST", body });
	if (values.json) return json(made);
	say(`coupon ${made.id} is told to ${made.stores} stores; ${made.openLeases} of ${made.total} are lent to them`);
	if (made.tooOld.length > 0) say(`these run a build that does not know coupons: ${made.tooOld.join(", ")}. Update their gateways.`);
	return 0;
}

type Ended = CouponAtHq & { stores: number; tooOld: string[] };

async function endCoupon(ask: AskOffice, id: string, asJson: boolean): Promise<number> {
	const ended = await ask<Ended>(`/api/v1/coupons/${encodeURIComponent(id)}/end`, { method: "POST", body: {} });
	if (asJson) return json(ended);
	const { endedAt, redeemed, total, tooOld } = ended;
	say(`coupon ${id} ended at ${endedAt}, ${redeemed} of ${total} redeemed; ${mayStill(ended)}`);
	if (tooOld.length > 0)
		say(
			`these run a build that does not know such ends, and redeem until their leases are over: ${tooOld.join(", ")}. Update their gateways.`,
		);
	return 0;
}

/** Stores refuse it as soon as they have heard of the end; until they report, what was lent to them counts. */
const mayStill = ({ openLeases }: CouponAtHq): string =>
	openLeases === 0 ? "no store can redeem it any more" : `${openLeases} more can be redeemed by stores that have not reported yet`;
