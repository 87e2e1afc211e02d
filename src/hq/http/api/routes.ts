import type { FastifyInstance } from "fastify";
import { apiPage, apiPagePolicy } from "../../../access/pages/api-page.ts";
import { type MountedRoute, openApiOf } from "./document.ts";

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

/** The OpenAPI document, and the same as a page without external content. */
export function apiRoutes(app: FastifyInstance, mounted: readonly MountedRoute[], version: string): void {
	let document: object | undefined;
	const made = (): object => (document ??= openApiOf(mounted, version));
	app.get("/openapi.json", async (_request, reply) => reply.type("application/json").send(made()));
	app.get("/docs", async (_request, reply) =>
		reply.type("text/html; charset=utf-8").header("content-security-policy", apiPagePolicy).send(apiPage(made())),
	);
}
