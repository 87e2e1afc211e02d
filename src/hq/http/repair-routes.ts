import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Repositories } from "../repositories.ts";
import { check } from "./answers.ts";
import { incarnationBody, noQuery, placeBody, releaseBody } from "./schemas.ts";
import type { PlaceSigning } from "./signatures.ts";

interface StoreParams {
	Params: { store: string };
}

export const settingBody = z.strictObject({ value: z.union([z.string().max(1_024), z.number(), z.boolean(), z.null()]) });

/** Box swaps, quarantines, restores, forks, and settings of single stores. */
export function repairRoutes(app: FastifyInstance, repositories: Repositories, places: PlaceSigning): void {
	app.post<StoreParams>("/api/v1/stores/:store/place/options", async (request) => {
		const asked = check(placeBody, request.body, "");
		return places.offer(request, { ...asked, store: request.params.store });
	});
	app.post<StoreParams>("/api/v1/stores/:store/incarnations", async (request, reply) => {
		const { store } = request.params;
		const { box, approval } = check(incarnationBody, request.body ?? {}, "");
		const approved = await places.approvalOf(
			request,
			approval,
			{ does: "swap", store, box },
			`Give the place of store ${store} to another box on head office's page`,
		);
		const { inc, token } = await repositories.grantIncarnation(store, box, approved);
		return reply.code(201).send({ id: store, incarnation: inc, token });
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
	app.post("/api/v1/restorations/release/options", async (request) => {
		check(noQuery, request.body ?? {}, "");
		return places.offer(request, { does: "take-back" });
	});
	app.post("/api/v1/restorations/release", async (request, reply) => {
		const { approval } = check(releaseBody, request.body ?? {}, "");
		const todo = "Take back what stores remember on head office's page";
		const approved = await places.approvalOf(request, approval, { does: "take-back" }, todo);
		await repositories.releaseRestore(request.asker?.actor.name, approved);
		return reply.code(204).send();
	});
	app.put<{ Params: { store: string; name: string } }>("/api/v1/stores/:store/settings/:name", async (request) => {
		const { value } = check(settingBody, request.body, "");
		return repositories.setSetting(request.params.store, request.params.name, value);
	});
}
