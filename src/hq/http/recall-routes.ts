import type { FastifyInstance } from "fastify";
import type { Announced } from "../recalls/recalls.ts";
import type { Repositories } from "../repositories.ts";
import { check } from "./answers.ts";
import { byOf } from "./order-routes.ts";
import { byNameQuery, noQuery, recallBody } from "./schemas.ts";

const shown = ({ recall, stores, tooOld }: Announced) => ({ ...recall, stores: stores.length, tooOld });

/** Recalls: every store sells no more of an article or a lot. */
export function recallRoutes(app: FastifyInstance, repositories: Repositories): void {
	app.post("/api/v1/recalls", async (request, reply) => {
		const { created, ...announced } = await repositories.recallArticle(check(recallBody, request.body, ""), byOf(request));
		return reply.code(created ? 201 : 200).send(shown(announced));
	});
	app.get("/api/v1/recalls", async ({ query }) => {
		const { after, limit } = check(byNameQuery, query, "query");
		const items = await repositories.recalls(after, limit);
		return { items, ...(items.length === limit && { next: items.at(-1)!.id }) };
	});
	app.post<{ Params: { id: string } }>("/api/v1/recalls/:id/lift", async (request) => {
		check(noQuery, request.body ?? {}, "");
		return shown(await repositories.liftRecall(request.params.id, byOf(request)));
	});
}
