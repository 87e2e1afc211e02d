import type { FastifyInstance } from "fastify";
import { defined } from "../../../words/defined.ts";
import type { Repositories } from "../../repositories.ts";
import { check } from "../answers.ts";
import { byOf } from "../order-routes.ts";
import { byNameQuery, noQuery } from "../schemas.ts";
import { couponBody } from "./coupon-schema.ts";

/** Campaigns of coupons; stores redeem what they were lent. */
export function couponRoutes(app: FastifyInstance, repositories: Repositories): void {
	app.post("/api/v1/coupons", async (request, reply) => {
		const { conditions, ...asked } = check(couponBody, request.body, "");
		const coupon = { ...defined(asked), ...(conditions && { conditions: defined(conditions) }) };
		const { created, state, stores, tooOld } = await repositories.makeCoupon(coupon, byOf(request));
		return reply.code(created ? 201 : 200).send({ ...state, stores: stores.length, tooOld });
	});
	app.post<{ Params: { id: string } }>("/api/v1/coupons/:id/end", async (request) => {
		check(noQuery, request.body ?? {}, "");
		const { state, stores, tooOld } = await repositories.endCoupon(request.params.id, byOf(request));
		return { ...state, stores: stores.length, tooOld };
	});
	app.get("/api/v1/coupons", async ({ query }) => {
		const { after, limit } = check(byNameQuery, query, "query");
		const items = await repositories.coupons(after, limit);
		return { items, ...(items.length === limit && { next: items.at(-1)!.id }) };
	});
	app.get<{ Params: { id: string } }>("/api/v1/coupons/:id", async ({ params }) => repositories.coupon(params.id));
}
