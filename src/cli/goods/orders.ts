import { randomUUID } from "node:crypto";
import type { List } from "../../words/answers/list.ts";
import type { ShownOrder } from "../../words/answers/orders.ts";
import { defined } from "../../words/defined.ts";
import type { OrderView } from "../../words/orders/view.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { json, table } from "../verb/output.ts";
import { everyItem } from "../verb/pages.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola orders [list] [--state STATE|open]    online orders of this store
gondola orders show ORDER
gondola orders accept ORDER
gondola orders refuse ORDER REASON            possible while nothing is picked
gondola orders pick ORDER CODE [--quantity N] [--kilograms W] [--instead SKU [--agreed]] [--id ID]
                                              CODE as a scanner reads it; --instead: the ordered article it stands in for
gondola orders short ORDER SKU REASON         what is still open of the line cannot be found
gondola orders ready ORDER
gondola orders hand-over ORDER CODE           CODE: what the customer or courier shows
gondola orders shelve ORDER CODE [--quantity N]   a piece of a cancelled order is back on its shelf

${deskUsage}`;

const options = {
	...deskOptions,
	state: { type: "string" },
	quantity: { type: "string" },
	kilograms: { type: "string" },
	instead: { type: "string" },
	agreed: { type: "boolean" },
	id: { type: "string" },
} as const;

interface Values {
	state?: string;
	quantity?: string;
	kilograms?: string;
	instead?: string;
	agreed?: boolean;
	id?: string;
}

export const orders: Verb = {
	summary: "online orders: see, accept, pick and hand them over",
	usage,
	async run(args) {
		const given = read(args, usage, options);
		if (typeof given === "number") return given;
		const { values, words } = given;
		const [act = "list", order, ...rest] = words;
		const base = await deskUrl(values.url);
		const ofDesk = <T>(path: string, body?: object) =>
			ask<T>(base, `/api/v1/orders${path}`, { token: values.token, ...(body && { method: "POST", body }) });
		if (act === "list" && words.length <= 1) {
			const items = await everyItem(`?${new URLSearchParams(defined({ state: values.state }))}`, (path) => ofDesk<List<ShownOrder>>(path));
			if (values.json) return json({ items });
			say(items.length === 0 ? "no orders" : orderTable(items));
			return 0;
		}
		if (order === undefined) return fail(2, usage);
		const path = `/${encodeURIComponent(order)}`;
		const body = bodyOf(act, rest, values);
		if (act !== "show" && body === undefined) return fail(2, usage);
		const answer = await ofDesk<OrderView>(body ? `${path}/${act}` : path, body);
		if (values.json) return json(answer);
		say(orderText(answer));
		return 0;
	},
};

/** The body of the request for an act; undefined: the words do not fit. */
function bodyOf(act: string, rest: string[], { quantity, kilograms, instead, agreed, id }: Values): object | undefined {
	const [first, ...more] = rest;
	const amounts = {
		...(quantity !== undefined && { quantity: Number(quantity) }),
		...(kilograms !== undefined && { milligrams: Math.round(Number(kilograms) * 1_000_000) }),
	};
	const own = { id: id ?? randomUUID() };
	switch (act) {
		case "accept":
		case "ready":
			return first === undefined ? own : undefined;
		case "refuse":
			return first === undefined ? undefined : { ...own, reason: rest.join(" ") };
		case "short":
			return more.length === 0 ? undefined : { ...own, sku: first, reason: more.join(" ") };
		case "pick":
			if (first === undefined || more.length > 0) return undefined;
			return { ...own, code: first, ...amounts, ...defined({ instead }), ...(agreed && { agreed }) };
		case "shelve":
			return first === undefined || more.length > 0 ? undefined : { ...own, code: first, ...amounts };
		case "hand-over":
			return first === undefined || more.length > 0 ? undefined : { ...own, code: first };
		default:
			return undefined;
	}
}

/** The time by which it has to be ready, or the deadline that is missed or will be. */
function dueText({ due, clocks }: Pick<ShownOrder, "due" | "clocks">): string {
	return due === undefined || due.standing === "in-time" ? (clocks.readyBy ?? "") : `${due.at} (${due.standing})`;
}

/** One line an order. */
export function orderTable(items: (ShownOrder & { store?: string })[]): string {
	const hasStore = items.some(({ store }) => store !== undefined);
	return table(
		["order", ...(hasStore ? ["store"] : []), "kind", "state", "lines", "open", "ready by", "since"],
		items.map((it) => [
			it.id,
			...(hasStore ? [it.store ?? ""] : []),
			it.kind,
			it.state,
			String(it.lines.length),
			String(it.lines.filter(({ open }) => open > 0).length),
			dueText(it),
			it.history.at(-1)!.at,
		]),
	);
}

export function orderText(order: OrderView & { store?: string; pickupCode?: string; pickupQr?: string }): string {
	const amount = (n: number, isWeighed: boolean): string => (isWeighed ? `${(n / 1_000_000).toFixed(3)} kg` : String(n));
	return [
		`order ${order.id} (${order.kind})${order.store === undefined ? "" : ` in store ${order.store}`} is ${order.state}` +
			(order.pickupCode === undefined ? "" : `; its code is ${order.pickupCode}`),
		...(order.pickupQr === undefined ? [] : [`to be shown as a QR code: ${order.pickupQr}`]),
		table(
			["sku", "ordered", "picked", "short", "substitute"],
			order.lines.map((line) => {
				const isWeighed = "milligrams" in line;
				const ordered = "milligrams" in line ? line.milligrams : line.quantity;
				const instead = line.substitute === undefined ? "" : `${amount(line.substituted!, isWeighed)} of ${line.substitute}`;
				const short = `${amount(line.short, isWeighed)}${line.shortReason === undefined ? "" : ` (${line.shortReason})`}`;
				return [line.sku, amount(ordered, isWeighed), amount(line.picked, isWeighed), short, instead];
			}),
		),
		...order.history.map(({ at, state, by, why }) => `${at}  ${state}, by ${by}${why === undefined ? "" : `: ${why}`}`),
	].join("\n");
}
