import type { OrderAtHq } from "../../words/answers/head-office/orders.ts";
import type { List } from "../../words/answers/list.ts";
import { orderTable, orderText } from "../goods/orders.ts";
import { json } from "../verb/output.ts";
import { everyItem } from "../verb/pages.ts";
import { fail, say } from "../verb/verb.ts";
import type { AskOffice } from "./office.ts";

/** `pen=2`, `cheese=0.5kg`, or undefined. */
function lineOf(text: string): object | undefined {
	const [, sku, amount, kilograms] = /^(.+)=(\d+(?:\.\d+)?)(kg)?$/.exec(text) ?? [];
	if (sku === undefined || amount === undefined) return undefined;
	return kilograms === undefined ? { sku, quantity: Number(amount) } : { sku, milligrams: Math.round(Number(amount) * 1_000_000) };
}

export interface OrderOptions {
	store?: string;
	state?: string;
	kind?: string;
	json?: boolean;
}

/** Lists, shows, places and cancels online orders. */
export async function hqOrders(ask: AskOffice, words: string[], { store, state, kind, json: asJson }: OrderOptions, usage: string) {
	const [act = "list", id, ...rest] = words;
	if (act === "list" && id === undefined) {
		const query = new URLSearchParams({ ...(store && { store }), ...(state && { state }) });
		const items = await everyItem(`/api/v1/orders?${query}`, (path) => ask<List<OrderAtHq>>(path));
		if (asJson) return json({ items });
		say(items.length === 0 ? "no orders" : orderTable(items));
		return 0;
	}
	if (id === undefined) return fail(2, usage);
	const path = `/api/v1/orders/${encodeURIComponent(id)}`;
	let answer: OrderAtHq;
	if (act === "show" && rest.length === 0) answer = await ask(path);
	else if (act === "cancel")
		answer = await ask(`${path}/cancel`, { method: "POST", body: rest.length === 0 ? {} : { why: rest.join(" ") } });
	else if (act === "place" && rest.length > 0 && store !== undefined) {
		const lines = rest.map(lineOf);
		if (lines.includes(undefined)) return fail(2, usage);
		answer = await ask("/api/v1/orders", { method: "POST", body: { id, store, kind: kind ?? "pickup", lines } });
	} else return fail(2, usage);
	if (asJson) return json(answer);
	say(orderText(answer));
	return 0;
}
