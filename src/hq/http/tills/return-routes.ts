import type { FastifyInstance } from "fastify";
import { HqRefusal } from "../../refusal.ts";
import type { Repositories } from "../../repositories.ts";
import { check } from "../answers.ts";
import { byOf } from "../order-routes.ts";
import { noQuery } from "../schemas.ts";
import { returnBody, returnsQuery } from "./return-schema.ts";

/** Goods that came back to head office, and what stores reported of theirs. */
export function returnRoutes(app: FastifyInstance, repositories: Repositories): void {
	app.post("/api/v1/returns", async (request, reply) => {
		const { created, taken } = await repositories.takeReturn(check(returnBody, request.body, ""), byOf(request));
		return reply.code(created ? 201 : 200).send({ ...taken, duplicate: !created });
	});
	app.get("/api/v1/returns", async ({ query }) => {
		const asked = check(returnsQuery, query, "query");
		const items = await repositories.returns(asked);
		return { items, ...(items.length === asked.limit && { next: items.at(-1)!.n }) };
	});
	app.get<{ Params: { id: string } }>("/api/v1/returns/:id", async ({ params, query }) => {
		check(noQuery, query, "query");
		const items = await repositories.returnsById(params.id);
		if (items.length === 0) throw new HqRefusal("return-unknown", `No return has the id ${params.id}. GET /api/v1/returns lists them.`);
		return { items };
	});
}
