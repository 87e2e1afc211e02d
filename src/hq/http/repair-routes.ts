import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Repositories } from "../repositories.ts";
import { check } from "./answers.ts";
import { noQuery } from "./schemas.ts";

interface StoreParams {
	Params: { store: string };
}

export const incarnationBody = z.strictObject({
	box: z
		.string()
		.regex(/^[0-9a-f]{16}$/, "the box as quarantine names it")
		.optional(),
});
export const settingBody = z.strictObject({ value: z.union([z.string().max(1_024), z.number(), z.boolean(), z.null()]) });

/** Box swaps, quarantines, restores, forks, and settings of single stores. */
export function repairRoutes(app: FastifyInstance, repositories: Repositories): void {
	app.post<StoreParams>("/api/v1/stores/:store/incarnations", async (request, reply) => {
		const { box } = check(incarnationBody, request.body ?? {}, "");
		const { inc, token } = await repositories.grantIncarnation(request.params.store, box);
		return reply.code(201).send({ id: request.params.store, incarnation: inc, token });
	});
	app.get<StoreParams>("/api/v1/stores/:store/quarantine", async ({ params, query }) => {
		check(noQuery, query, "query");
		return { items: await repositories.quarantined(params.store) };
	});
	app.get<StoreParams>("/api/v1/stores/:store/forks", async ({ params, query }) => {
		check(noQuery, query, "query");
		return { items: await repositories.forks(params.store) };
	});
	app.get("/api/v1/restorations", async ({ query }) => {
		check(noQuery, query, "query");
		return { items: await repositories.restorations(1_000) };
	});
	app.post("/api/v1/restorations/release", async (request, reply) => {
		await repositories.releaseRestore(request.asker?.actor.name);
		return reply.code(204).send();
	});
	app.put<{ Params: { store: string; name: string } }>("/api/v1/stores/:store/settings/:name", async (request) => {
		const { value } = check(settingBody, request.body, "");
		return repositories.setSetting(request.params.store, request.params.name, value);
	});
}
