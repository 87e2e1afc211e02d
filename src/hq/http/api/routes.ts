import type { FastifyInstance } from "fastify";
import { apiDocument, apiPagePolicy } from "../../../access/pages/api-page.ts";
import { name as storeName } from "../../../link/protocol/ids.ts";
import { HqRefusal } from "../../refusal.ts";
import { type MountedRoute, openApiOf, operations } from "./document.ts";

/** Routes that fastify mounts by itself and nobody calls: HEAD and OPTIONS. */
const isCalled = (method: string): boolean => method !== "HEAD" && method !== "OPTIONS";

/** Collects every route that is mounted after it. */
export function listRoutes(app: FastifyInstance): MountedRoute[] {
	const mounted: MountedRoute[] = [];
	app.addHook("onRoute", ({ method, url }) => {
		for (const each of [method].flat()) if (isCalled(each)) mounted.push({ method: each, url });
	});
	return mounted;
}

/** Whoever sends what a documented route does not read believes that it has an effect: a query, or a body, is refused there. */
export function refuseUnread(app: FastifyInstance): void {
	app.addHook("preHandler", async ({ method, routeOptions, query, body }) => {
		const url = routeOptions.url ?? "";
		const operation = operations[`${method} ${url}`];
		if (!operation || !url.startsWith("/api/v1/")) return;
		const names = operation.query ? [] : Object.keys((query ?? {}) as object).map((name) => `query.${name}`);
		if (names.length > 0) {
			const errors = names.map((path) => ({ path, message: "not known" }));
			throw new HqRefusal("unknown-field", `${names[0]}: not known.`, errors);
		}
		const isNothing = body === undefined || body === null || (typeof body === "object" && Object.keys(body).length === 0);
		if (!operation.body && !operation.files && !isNothing) throw new HqRefusal("unknown-field", "This address takes no body.");
	});
}

/** A list of a store that is not enrolled would be empty, and look as if nothing had happened there. */
export function refuseUnknownStores(app: FastifyInstance, requireStores: (names: readonly string[]) => Promise<void>): void {
	app.addHook("preHandler", async ({ method, routeOptions, query }) => {
		const { store } = query as { store?: unknown };
		if (typeof store !== "string" || !operations[`${method} ${routeOptions.url ?? ""}`]?.query) return;
		const names = store.split(",");
		// One that is no name at all is refused by the schema of the route.
		if (names.every((each) => storeName.safeParse(each).success)) await requireStores(names);
	});
}

/** The OpenAPI document, and the same as a page without external content. */
export function apiRoutes(app: FastifyInstance, mounted: readonly MountedRoute[], version: string): void {
	const document = apiDocument(() => openApiOf(mounted, version));
	app.get("/openapi.json", async (_request, reply) => reply.type("application/json; charset=utf-8").send(document.json()));
	app.get("/docs", async (_request, reply) =>
		reply.type("text/html; charset=utf-8").header("content-security-policy", apiPagePolicy).send(document.page()),
	);
}
