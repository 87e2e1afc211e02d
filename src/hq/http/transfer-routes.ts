import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { name as storeName } from "../../link/protocol/ids.ts";
import { transferStates } from "../../words/transfers/transfer.ts";
import type { Repositories } from "../repositories.ts";
import { check } from "./answers.ts";
import { byOf } from "./order-routes.ts";
import { noQuery } from "./schemas.ts";

const limit = z.coerce.number().int().min(1).max(1_000).default(200);
const amount = z.int().min(1).max(1e12);
const sku = z.string().regex(/^[^\s\p{Cc}]{1,64}$/u, "1 to 64 characters without spaces");
const line = z
	.strictObject({ sku, quantity: amount.optional(), milligrams: amount.optional() })
	.refine(({ quantity, milligrams }) => (quantity === undefined) !== (milligrams === undefined), {
		path: ["quantity"],
		message: "give a number of pieces, or milligrams of a weighed article: one of them",
	});
export const transferBody = z.strictObject({
	id: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, "1 to 64 letters, digits, . _ or -"),
	from: storeName,
	to: storeName,
	lines: z.array(line).min(1).max(200),
});
export const transfersQuery = z.strictObject({
	store: storeName.optional(),
	state: z.enum(transferStates).optional(),
	after: z.string().max(128).default(""),
	limit,
});
/** `after`: `store/sku` of the last one seen. */
export const offersQuery = z.strictObject({
	store: storeName.optional(),
	sku: sku.optional(),
	after: z.string().max(200).default(""),
	limit,
});
export const slowMoversQuery = z.strictObject({ days: z.coerce.number().int().min(1).max(366).default(28), limit });

interface OneTransfer {
	Params: { id: string };
}

/** Goods between stores, what the web shop may promise, and what lies too long. */
export function transferRoutes(app: FastifyInstance, repositories: Repositories): void {
	app.post("/api/v1/transfers", async (request, reply) => {
		const { created, transfer } = await repositories.planTransfer(check(transferBody, request.body, ""), byOf(request));
		return reply.code(created ? 201 : 200).send(transfer);
	});
	app.get("/api/v1/transfers", async ({ query }) => {
		const asked = check(transfersQuery, query, "query");
		const items = await repositories.transfers(asked);
		return { items, ...(items.length === asked.limit && { next: items.at(-1)!.id }) };
	});
	app.get<OneTransfer>("/api/v1/transfers/:id", async ({ params, query }) => {
		check(noQuery, query, "query");
		return repositories.transfer(params.id);
	});
	app.post<OneTransfer>("/api/v1/transfers/:id/cancel", async (request, reply) => {
		check(noQuery, request.body ?? {}, "");
		return reply.code(202).send(await repositories.cancelTransfer(request.params.id));
	});
	app.get("/api/v1/availability", async ({ query }) => {
		const { after, ...asked } = check(offersQuery, query, "query");
		const cut = after.indexOf("/");
		const items = await repositories.offers({ ...asked, after: cut < 0 ? [after, ""] : [after.slice(0, cut), after.slice(cut + 1)] });
		const last = items.at(-1);
		return { items, ...(last && items.length === asked.limit && { next: `${last.store}/${last.sku}` }) };
	});
	app.get<{ Params: { store: string } }>("/api/v1/stores/:store/slow-movers", async ({ params, query }) => ({
		items: await repositories.slowMovers(params.store, check(slowMoversQuery, query, "query")),
	}));
}
