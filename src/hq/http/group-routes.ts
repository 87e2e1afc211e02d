import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { name } from "../../link/protocol/ids.ts";
import { actorText } from "../../words/actor.ts";
import type { Repositories } from "../repositories.ts";
import { check } from "./answers.ts";
import { noQuery } from "./schemas.ts";

const groupsBody = z.strictObject({ groups: z.array(name).max(1_000) });

/** Groups of stores: listing them, and setting those of a store. */
export function groupRoutes(app: FastifyInstance, repositories: Repositories): void {
	app.get("/api/v1/groups", { config: { hqRight: "stores.read" } }, async ({ query }) => {
		check(noQuery, query, "query");
		return { items: await repositories.groups() };
	});
	const path = "/api/v1/stores/:store/groups";
	app.get<{ Params: { store: string } }>(path, { config: { hqRight: "stores.read" } }, async ({ params, query }) => {
		check(noQuery, query, "query");
		return repositories.groupsOf(params.store);
	});
	app.put<{ Params: { store: string } }>(path, { config: { hqRight: "settings.write" } }, async (request) => {
		const { groups } = check(groupsBody, request.body, "");
		const asker = request.asker?.actor ?? { kind: "system" as const, name: "anybody" };
		return repositories.setGroups(request.params.store, groups, actorText({ kind: asker.kind, name: asker.name }));
	});
}
