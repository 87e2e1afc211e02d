import { z } from "zod";
import type { ReturnAnswer } from "../../../flows/returns/return-goods.ts";
import { defined } from "../../../words/defined.ts";
import { longestLineName, qualityPlaces, returnConditions } from "../../../words/tills/return.ts";
import type { DeskLedger } from "../../ledger-view.ts";
import { limits } from "../../limits.ts";
import { Problem } from "../../problems.ts";
import { json, page, type Route, route } from "../../route.ts";
import { articleKey, idIn, instantOut, listOf, shapes } from "../../schemas.ts";
import { receiptCodeIn } from "./receipts.ts";

/** Days within which goods are taken back where the configuration says nothing else. */
export const returnDaysUsual = 30;

const range = z.object({ from: z.int(), to: z.int(), right: z.string() });
export const goodsReturn = z.object({
	id: z.string(),
	at: instantOut,
	line: z.string().optional(),
	sku: z.string(),
	name: z.string().optional(),
	quantity: z.int(),
	unit: z.enum(["piece", "milligram"]),
	condition: z.enum(returnConditions),
	refundMinor: z.int().nullable(),
	currency: z.string().nullable(),
	reason: z.string().optional(),
	till: z.string().optional(),
	exchange: z.string().optional(),
	by: z.string(),
	pieces: z.array(range),
	duplicate: z.boolean().optional(),
	slip: z.string().optional(),
});
shapes.add(goodsReturn, {
	id: "Return",
	description:
		"Goods that came back. `refundMinor`: what was paid for these pieces, after discounts; null where the online shop knows it. Without " +
		"`line`: without a receipt. `pieces`: which of the line's pieces, counted from 0. `slip`: the print job, where one was asked for",
});

const amount = z.int().min(1).max(1e12);
/** Movement ids are made from it, and their length is limited. */
const returnId = idIn.refine((id) => id.length <= 100, "100 characters at most");
const goodsIn = {
	id: returnId,
	quantity: amount.optional(),
	milligrams: amount.optional(),
	condition: z.enum(returnConditions),
	reason: z
		.string()
		.trim()
		.min(1)
		.max(200)
		.regex(/^[^\p{Cc}]*$/u, "no control characters")
		.optional(),
	till: idIn.optional(),
	/** Paper for the customer: at the first printer, or at this one. */
	slip: z.union([z.literal(true), z.strictObject({ printer: idIn.optional() })]).optional(),
};
const oneMeasure = ({ quantity, milligrams }: { quantity?: number | undefined; milligrams?: number | undefined }): boolean =>
	(quantity === undefined) !== (milligrams === undefined);
const wantsOne = { path: ["quantity"], error: "give a number of pieces, or milligrams of a weighed article: one of them" };

const { till: _till, slip: _slip, ...inExchange } = goodsIn;
const named = {
	line: z.string().min(1).max(longestLineName).optional(),
	receipt: receiptCodeIn.optional(),
	number: z.int().min(1).max(9_999).optional(),
	sku: articleKey.optional(),
};
type Named = { line?: string | undefined; receipt?: string | undefined; number?: number | undefined; sku?: string | undefined };
const namesLine = ({ line, receipt, number, sku }: Named): boolean => {
	const isOne = (number === undefined) !== (sku === undefined);
	return line === undefined ? receipt !== undefined && isOne : receipt === undefined && number === undefined && sku === undefined;
};
const wantsLine = { path: ["line"], error: "give `line`, or `receipt` (its code) with the line's `number` or `sku`: one of them" };
/** Goods that come back while a basket is settled: the till is the basket's. */
export const returnIn = z
	.strictObject({ ...inExchange, ...named })
	.refine(oneMeasure, wantsOne)
	.refine(namesLine, wantsLine);

export function returnRoutes(ledger: DeskLedger, days = returnDaysUsual): Route[] {
	return [take(ledger, days), takeWithoutReceipt(ledger), list(ledger), show(ledger), apart(ledger), settleApart(ledger)];
}

const common = { room: "orders", keepsActor: true } as const;

function take(ledger: DeskLedger, days: number): Route {
	return route({
		...common,
		method: "POST",
		url: "/api/v1/returns",
		right: "orders.write",
		summary:
			"Takes goods back: `line` is STORE/TILL/SALE/NUMBER (the line's place on the receipt, from 1) or order/ORDER/SKU; or `receipt` is the " +
			"code that was scanned from the slip, with the line's `number` or `sku`. 201 the first time, " +
			"200 again. What this store sold needs no line to head office; else head office is asked for the right, and the answer is 409 " +
			"`return-asked` until it lent it",
		body: z
			.strictObject({ ...goodsIn, ...named })
			.refine(oneMeasure, wantsOne)
			.refine(namesLine, wantsLine),
		answers: { 200: goodsReturn, 201: goodsReturn },
		problems: [400, 404, 409, 503],
		run: async ({ body, by }) => {
			const done = await ledger.do("returnGoods", { ...defined(body), days }, { actor: by.actor });
			if ("taken" in done) return json(shownReturn(done), done.duplicate ? 200 : 201);
			throw askedProblem(done, body.line ?? `${body.number ?? body.sku} of the receipt`);
		},
	});
}

const shownReturn = ({ taken, ...more }: { taken: object; duplicate: boolean; slip?: string }): object => ({ ...taken, ...more });

const knownWhys = ["return-asked", "return-elsewhere", "line-returned", "return-line-unknown", "order-not-sold"] as const;

function askedProblem({ why }: Extract<ReturnAnswer, { asked: true }>, of: string): Problem {
	const code = knownWhys.find((each) => each === why) ?? "return-elsewhere";
	const problem = new Problem(code, `Line ${of}.`);
	if (code === "return-asked") problem.retryAfterSeconds = 2;
	return problem;
}

function takeWithoutReceipt(ledger: DeskLedger): Route {
	return route({
		...common,
		method: "POST",
		url: "/api/v1/returns/without-receipt",
		right: "orders.decide",
		summary: "A supervisor takes goods back without a receipt, at the price that anybody pays for them today",
		body: z.strictObject({ ...goodsIn, sku: articleKey }).refine(oneMeasure, wantsOne),
		answers: { 200: goodsReturn, 201: goodsReturn },
		problems: [400, 404, 409, 503],
		run: async ({ body, by }) => {
			const done = await ledger.do("returnWithoutReceipt", defined(body), { actor: by.actor });
			return json(shownReturn(done), done.duplicate ? 200 : 201);
		},
	});
}

const pageQuery = z.strictObject({
	after: z.string().max(128).default(""),
	limit: z.coerce.number().int().min(1).max(limits.pageMost).default(limits.pageDefault),
});

function list({ read }: DeskLedger): Route {
	return route({
		method: "GET",
		url: "/api/v1/returns",
		room: "orders",
		right: "orders.read",
		summary: "Returns of this store, by id",
		query: pageQuery,
		answers: { 200: listOf(goodsReturn) },
		problems: [400],
		run: ({ query: { after, limit } }) => json(page(read.returns.list(after, limit + 1), limit, ({ id }) => id)),
	});
}

function show({ read }: DeskLedger): Route {
	return route({
		method: "GET",
		url: "/api/v1/returns/{id}",
		room: "orders",
		right: "orders.read",
		summary: "One return",
		path: z.strictObject({ id: idIn }),
		answers: { 200: goodsReturn },
		problems: [404],
		run: ({ path: { id } }) => {
			const found = read.returns.get(id);
			if (!found) throw new Problem("not-found", `This store took no return ${id}.`);
			return json(found);
		},
	});
}

const keptApart = z.object({ sku: z.string(), quality: z.int() });
shapes.add(keptApart, { id: "KeptApart", description: "Damaged or opened goods that came back: not on hand, until a person decides" });

function apart({ read }: DeskLedger): Route {
	return route({
		method: "GET",
		url: "/api/v1/quality",
		room: "stock",
		right: "stock.read",
		summary: "Damaged or opened goods that came back and are kept apart, by SKU",
		query: pageQuery,
		answers: { 200: listOf(keptApart) },
		problems: [400],
		run: ({ query: { after, limit } }) => {
			const rows = read.returns.qualityPage(after, limit + 1).map(({ sku, quantity }) => ({ sku, quality: quantity }));
			return json(page(rows, limit, ({ sku }) => sku));
		},
	});
}

function settleApart(ledger: DeskLedger): Route {
	return route({
		...common,
		room: "stock",
		method: "POST",
		url: "/api/v1/quality",
		right: "orders.decide",
		summary: "A person has looked at goods that were kept apart: back on the shelf, or waste",
		body: z.strictObject({ id: returnId, sku: articleKey, quantity: amount, to: z.enum(qualityPlaces) }),
		answers: { 200: z.object({ sku: z.string(), quality: z.int(), duplicate: z.boolean() }) },
		problems: [400, 409, 503],
		run: async ({ body, by }) => json(await ledger.do("settleQuality", body, { actor: by.actor })),
	});
}
