import { randomUUID } from "node:crypto";
import { defined } from "../../words/defined.ts";
import { type GoodsReturn, longestLineName, returnConditions } from "../../words/tills/return.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { json, table } from "../verb/output.ts";
import { everyItem, type Page } from "../verb/pages.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola returns [list]                         goods that came back to this store
gondola returns show RETURN
gondola returns take LINE [--quantity N] [--kilograms W] [--condition ${returnConditions.join("|")}] [--reason TEXT] [--id ID]
              LINE: STORE/TILL/SALE/NUMBER as on the receipt, or order/ORDER/SKU; each part percent-encoded
gondola returns without-receipt SKU […]        the same by a supervisor, at today's price
gondola returns apart                          damaged and opened goods that wait for a decision
gondola returns decide SKU shelf|waste --quantity N [--id ID]

${deskUsage}`;

const options = {
	...deskOptions,
	quantity: { type: "string" },
	kilograms: { type: "string" },
	condition: { type: "string" },
	reason: { type: "string" },
	id: { type: "string" },
} as const;

interface Values {
	quantity?: string;
	kilograms?: string;
	condition?: string;
	reason?: string;
	id?: string;
}

const goodsOf = ({ quantity, kilograms, condition = "sellable", reason, id }: Values) => ({
	id: id ?? randomUUID(),
	...(kilograms === undefined ? { quantity: Number(quantity ?? 1) } : { milligrams: Math.round(Number(kilograms) * 1_000_000) }),
	condition,
	...defined({ reason }),
});

export const returns: Verb = {
	summary: "goods that customers bring back",
	usage,
	async run(args) {
		const given = read(args, usage, options);
		if (typeof given === "number") return given;
		const { values, words } = given;
		const [act = "list", what, to] = words;
		const base = await deskUrl(values.url);
		const ofDesk = <T>(path: string, body?: object) => ask<T>(base, path, { token: values.token, ...(body && { method: "POST", body }) });
		if (act === "list" && words.length <= 1) {
			const items = await everyItem("/api/v1/returns", (path) => ofDesk<Page<GoodsReturn>>(path));
			if (values.json) return json({ items });
			say(items.length === 0 ? "no returns" : returnTable(items));
			return 0;
		}
		if (act === "apart" && words.length === 1) {
			const items = await everyItem("/api/v1/quality", (path) => ofDesk<Page<{ sku: string; quality: number }>>(path));
			if (values.json) return json({ items });
			say(
				items.length === 0
					? "nothing is kept apart"
					: table(
							["sku", "kept apart"],
							items.map((it) => [it.sku, String(it.quality)]),
						),
			);
			return 0;
		}
		if (what === undefined) return fail(2, usage);
		if (act === "decide" && words.length === 3) {
			const body = { id: values.id ?? randomUUID(), sku: what, quantity: Number(values.quantity ?? 1), to };
			const done = await ofDesk<{ sku: string; quality: number }>("/api/v1/quality", body);
			if (values.json) return json(done);
			say(`${done.quality} of ${done.sku} are still kept apart`);
			return 0;
		}
		if (words.length !== 2 || what.length > longestLineName || !["show", "take", "without-receipt"].includes(act)) return fail(2, usage);
		const answer =
			act === "show"
				? await ofDesk<GoodsReturn>(`/api/v1/returns/${encodeURIComponent(what)}`)
				: await ofDesk<GoodsReturn>(`/api/v1/returns${act === "take" ? "" : "/without-receipt"}`, {
						...goodsOf(values),
						...(act === "take" ? { line: what } : { sku: what }),
					});
		if (values.json) return json(answer);
		say(returnTable([answer]));
		return 0;
	},
};

type Shown = Omit<GoodsReturn, "unit"> & { unit?: GoodsReturn["unit"]; store?: string | null };

/** One line a return; `store` where several stores are listed. */
export function returnTable(items: readonly Shown[]): string {
	const hasStore = items.some(({ store }) => store !== undefined);
	return table(
		["return", ...(hasStore ? ["store"] : []), "sku", "quantity", "condition", "refund", "line", "at", "by"],
		items.map((it) => [
			it.id,
			...(hasStore ? [it.store ?? "head office"] : []),
			it.sku,
			it.unit === "milligram" ? `${(it.quantity / 1_000_000).toFixed(3)} kg` : String(it.quantity),
			it.condition,
			it.refundMinor === null ? "by the shop" : `${it.refundMinor} ${it.currency ?? ""}`.trim(),
			it.line ?? "no receipt",
			it.at,
			it.by,
		]),
	);
}
