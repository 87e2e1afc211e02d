import type { FastifyInstance, FastifyRequest } from "fastify";
import { actorText } from "../../words/actor.ts";
import type { OrderAtHq } from "../../words/answers/head-office/orders.ts";
import type { MemberSecrets } from "../members/members.ts";
import { type KeptOrder, shownOrder, shownWithQr } from "../orders/order-rows.ts";
import type { Repositories } from "../repositories.ts";
import { check } from "./answers.ts";
import { byNameQuery, cancelBody, noQuery, orderBody, ordersQuery, placedOrderBody } from "./schemas.ts";

interface OrderParams {
	Params: { id: string };
}

/** Who asked, without the network address: stores and customers read it in the order's history. */
export const byOf = ({ asker }: FastifyRequest): string => actorText(asker ? { kind: asker.actor.kind, name: asker.actor.name } : anybody);
const anybody = { kind: "hq", name: "head office" } as const;

/**
 * Online orders: without `kind` sold at once from the store's grants, with it picked and handed over by the store. `members`: whose key
 * also signs pick-up codes.
 */
export function orderRoutes(app: FastifyInstance, repositories: Repositories, members: (() => MemberSecrets) | undefined): void {
	const shown = (kept: KeptOrder): OrderAtHq => shownWithQr(kept, members?.().key.privateKey);
	app.post("/api/v1/orders", async (request, reply) => {
		if ((request.body as { kind?: unknown } | null)?.kind === undefined) {
			const { created, order } = await repositories.takeOrder(check(orderBody, request.body, ""));
			return reply.code(created ? 201 : 200).send(order);
		}
		const { created, kept } = await repositories.placeOrder(check(placedOrderBody, request.body, ""), byOf(request));
		return reply.code(created ? 201 : 200).send(shown(kept));
	});
	app.get("/api/v1/orders", async ({ query }) => {
		const asked = check(ordersQuery, query, "query");
		const items = await repositories.orders(asked);
		return { items, ...(items.length === asked.limit && { next: items.at(-1)!.id }) };
	});
	app.get<OrderParams>("/api/v1/orders/:id", async ({ params, query }) => {
		check(noQuery, query, "query");
		return shown(await repositories.order(params.id));
	});
	app.post<OrderParams>("/api/v1/orders/:id/cancel", async (request, reply) => {
		const { why = "cancelled at head office" } = check(cancelBody, request.body ?? {}, "");
		return reply.code(202).send(shownOrder(await repositories.cancelOrder(request.params.id, { by: byOf(request), why })));
	});
	app.get<{ Params: { sku: string } }>("/api/v1/stock/:sku", async ({ params, query }) => {
		const asked = check(byNameQuery, query, "query");
		const found = await repositories.stockInAllStores(params.sku, asked);
		return { ...found, ...(found.items.length === asked.limit && { next: found.items.at(-1)!.store }) };
	});
}
