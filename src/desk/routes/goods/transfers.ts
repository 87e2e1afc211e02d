import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { defined } from "../../../words/defined.ts";
import { differencesOf, type Transfer, transferStates } from "../../../words/transfers/transfer.ts";
import type { DeskLedger, LineStatus } from "../../ledger-view.ts";
import { limits } from "../../limits.ts";
import { Problem } from "../../problems.ts";
import { json, page, type Route, route } from "../../route.ts";
import { articleKey, idIn, instantOut, listOf, shapes } from "../../schemas.ts";

const lines = z.array(z.object({ sku: z.string(), quantity: z.int() }));
const transfer = z.object({
	id: z.string(),
	from: z.string(),
	to: z.string(),
	state: z.enum(transferStates),
	at: instantOut,
	by: z.string(),
	lines,
	sent: lines.optional(),
	sentAt: instantOut.optional(),
	received: lines.optional(),
	receivedAt: instantOut.optional(),
	cancelledAt: instantOut.optional(),
	differences: z.array(z.object({ sku: z.string(), sent: z.int(), received: z.int() })).optional(),
	duplicate: z.boolean().optional(),
});
shapes.add(transfer, {
	id: "Transfer",
	description: "Goods from one store to another: pieces, or milligrams of weighed articles. `differences`: not as much arrived as was sent",
});

function shown(of: Transfer): Transfer & { differences?: ReturnType<typeof differencesOf> } {
	const differences = differencesOf(of);
	return { ...of, ...(differences.length > 0 && { differences }) };
}

/** `line`: whether head office is there to answer. */
export function transferRoutes(ledger: DeskLedger, line: () => Pick<LineStatus, "connected">): Route[] {
	return [list(ledger), show(ledger), send(ledger), receive(ledger), elsewhere(ledger, line)];
}

function list({ read }: DeskLedger): Route {
	return route({
		method: "GET",
		url: "/api/v1/transfers",
		room: "orders",
		right: "orders.read",
		summary: "Transfers from and to this store, by id",
		query: z.strictObject({
			state: z.enum(transferStates).optional(),
			after: z.string().max(128).default(""),
			limit: z.coerce.number().int().min(1).max(limits.pageMost).default(limits.pageDefault),
		}),
		answers: { 200: listOf(transfer) },
		problems: [400],
		run: ({ query: { state, after, limit } }) => {
			const found = read.transfers.list({ after, limit: limit + 1, ...defined({ state }) });
			return json(page(found.map(shown), limit, ({ id }) => id));
		},
	});
}

const path = z.strictObject({ id: idIn });

function show({ read }: DeskLedger): Route {
	return route({
		method: "GET",
		url: "/api/v1/transfers/{id}",
		room: "orders",
		right: "orders.read",
		summary: "One transfer",
		path,
		answers: { 200: transfer },
		problems: [404],
		run: ({ path: { id } }) => {
			const found = read.transfers.get(id);
			if (!found) throw new Problem("transfer-unknown", `This store has heard of no transfer ${id}.`);
			return json(shown(found));
		},
	});
}

const amount = z.int().min(0).max(1e12);
const linesIn = z
	.strictObject({
		lines: z
			.array(
				z
					.strictObject({ sku: articleKey, quantity: amount.optional(), milligrams: amount.optional() })
					.refine(({ quantity, milligrams }) => (quantity === undefined) !== (milligrams === undefined), {
						path: ["quantity"],
						error: "give a number of pieces, or milligrams of a weighed article: one of them",
					}),
			)
			.max(200)
			.optional(),
	})
	.transform(({ lines: given }) => defined({ lines: given?.map((each) => defined(each)) }));

const act = {
	method: "POST",
	keepsActor: true,
	room: "orders",
	right: "orders.write",
	path,
	body: linesIn,
	answers: { 200: transfer },
	problems: [400, 404, 409, 503],
} as const;

function send(ledger: DeskLedger): Route {
	return route({
		...act,
		problems: [...act.problems],
		url: "/api/v1/transfers/{id}/send",
		summary: "The goods leave: off this store's stock, in transit. `lines`: what really goes, where that is less than was planned",
		run: async ({ path: { id }, body, by }) => {
			const done = await ledger.do("sendTransfer", { transfer: id, ...body }, { actor: by.actor });
			return json({ ...shown(done.transfer), duplicate: done.duplicate });
		},
	});
}

function receive(ledger: DeskLedger): Route {
	return route({
		...act,
		problems: [...act.problems],
		url: "/api/v1/transfers/{id}/receive",
		summary:
			"The goods arrive: on this store's stock. `lines`: what really came, where that is not what was sent; each difference raises an alarm " +
			"here and at head office",
		run: async ({ path: { id }, body, by }) => {
			const done = await ledger.do("receiveTransfer", { transfer: id, ...body }, { actor: by.actor });
			return json({ ...shown(done.transfer), duplicate: done.duplicate });
		},
	});
}

const figures = z.object({
	sku: z.string(),
	unit: z.enum(["piece", "milligram"]),
	asOf: instantOut.nullable(),
	ageSeconds: z.int().nullable(),
	items: z.array(
		z.object({ store: z.string(), onHand: z.int(), available: z.int(), asOf: instantOut.nullable(), ageSeconds: z.int().nullable() }),
	),
	more: z.int(),
});
shapes.add(figures, {
	id: "StockElsewhere",
	description:
		"An article in other stores, the one with most first. `asOf`: when head office said so, null before its first answer; of an item: when " +
		"head office had heard that store last",
});

/** So long a clerk waits for head office's answer. */
const waitMs = 2_000;
const lookEveryMs = 25;

function elsewhere(ledger: DeskLedger, line: () => Pick<LineStatus, "connected">): Route {
	return route({
		method: "GET",
		url: "/api/v1/stock/{key}/elsewhere",
		room: "stock",
		right: "stock.read",
		summary:
			"The article in other stores, as head office said last, with its age: asked again after a minute; without the line, what it said then",
		path: z.strictObject({ key: articleKey }),
		answers: { 200: figures },
		problems: [404, 503],
		run: async ({ path: { key } }) => {
			const article = ledger.read.articles.find(key);
			if (!article) throw new Problem("article-unknown", `No article has SKU or GTIN ${key}.`);
			const { sku } = article;
			const before = ledger.read.elsewhere.get(sku)?.figures?.at;
			const { asked } = await ledger.do("askElsewhere", { sku });
			const isAnswered = (): boolean => ledger.read.elsewhere.get(sku)?.figures?.at !== before;
			for (let waited = 0; asked && line().connected && waited < waitMs && !isAnswered(); waited += lookEveryMs) await sleep(lookEveryMs);
			return json(shownElsewhere(ledger, sku, article.weighed === true));
		},
	});
}

function shownElsewhere(ledger: DeskLedger, sku: string, isWeighed: boolean) {
	const kept = ledger.read.elsewhere.get(sku)?.figures;
	const now = Date.parse(ledger.now().wall);
	const ageOf = (at: string | null): number | null => (at === null ? null : Math.max(0, Math.floor((now - Date.parse(at)) / 1_000)));
	return {
		sku,
		unit: kept?.unit ?? (isWeighed ? ("milligram" as const) : ("piece" as const)),
		asOf: kept?.at ?? null,
		ageSeconds: ageOf(kept?.at ?? null),
		items: (kept?.stores ?? []).map((store) => ({ ...store, ageSeconds: ageOf(store.asOf) })),
		more: kept?.more ?? 0,
	};
}
