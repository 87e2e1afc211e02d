import { randomUUID } from "node:crypto";
import type { ReceiptLines } from "../../flows/returns/receipt.ts";
import type { List } from "../../words/answers/list.ts";
import { longestReceiptCode } from "../../words/codes/receipt-code.ts";
import { looksLikeSignedCode } from "../../words/codes/signed-code.ts";
import { defined } from "../../words/defined.ts";
import { type GoodsReturn, returnConditions } from "../../words/tills/return.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { json, table } from "../verb/output.ts";
import { everyItem } from "../verb/pages.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola returns [list]                         goods that came back to this store
gondola returns show RETURN
gondola returns take LINE [--quantity N] [--kilograms W] [--condition ${returnConditions.join("|")}] [--reason TEXT] [--id ID]
              LINE: STORE/TILL/SALE/NUMBER as on the receipt, or order/ORDER/SKU; each part percent-encoded
gondola returns read CODE                      the lines that a scanned receipt's code names (GR1.…; of an order GO1.…)
gondola returns take CODE --number N|--sku SKU […]  by the scanned code
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
	number: { type: "string" },
	sku: { type: "string" },
} as const;

interface Values {
	quantity?: string;
	kilograms?: string;
	condition?: string;
	reason?: string;
	id?: string;
	number?: string;
	sku?: string;
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
			const items = await everyItem("/api/v1/returns", (path) => ofDesk<List<GoodsReturn>>(path));
			if (values.json) return json({ items });
			say(items.length === 0 ? "no returns" : returnTable(items));
			return 0;
		}
		if (act === "apart" && words.length === 1) {
			const items = await everyItem("/api/v1/quality", (path) => ofDesk<List<{ sku: string; quality: number }>>(path));
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
		if (act === "read" && words.length === 2)
			return readCode(await ofDesk<ReceiptLines>("/api/v1/receipts/read", { code: what }), values.json);
		if (words.length !== 2 || what.length > longestReceiptCode || !["show", "take", "without-receipt"].includes(act)) return fail(2, usage);
		const answer =
			act === "show"
				? await ofDesk<GoodsReturn>(`/api/v1/returns/${encodeURIComponent(what)}`)
				: await ofDesk<GoodsReturn>(`/api/v1/returns${act === "take" ? "" : "/without-receipt"}`, {
						...goodsOf(values),
						...(act === "take" ? lineIn(what, values) : { sku: what }),
					});
		if (values.json) return json(answer);
		say(returnTable([answer]));
		return 0;
	},
};

const lineIn = (what: string, { number, sku }: Values): object =>
	looksLikeSignedCode(what)
		? { receipt: what, ...defined({ number: number === undefined ? undefined : Number(number), sku }) }
		: { line: what };

function readCode(found: ReceiptLines, asJson: boolean | undefined): number {
	if (asJson) return json(found);
	const of =
		found.order === undefined ? `sale ${found.sale} of ${found.till} in store ${found.store}, ${found.at}` : `order ${found.order}`;
	const rows = found.lines.map((it) => [
		...[it.number === undefined ? "" : String(it.number), it.sku ?? "", it.name ?? ""],
		...[it.quantity === undefined ? "" : String(it.quantity), it.left === undefined ? "ask" : String(it.left), it.line],
	]);
	say(`${of}\n${table(["number", "sku", "name", "quantity", "may come back", "line"], rows)}`);
	return 0;
}

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
