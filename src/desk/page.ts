import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";

const notBuilt = `<!doctype html><meta charset="utf-8"><title>Gondola</title>
<p>The gateway is running, but its page was not built. Run <code>npm run page</code> and load this again.
<p>界面尚未构建：请运行 <code>npm run page</code> 后刷新。`;

/** Serves the built cockpit. Files below assets/ carry their hash in the name, so a browser may keep them for ever. */
export async function mountPage(app: FastifyInstance, dir: string): Promise<void> {
	if (!existsSync(join(dir, "index.html"))) {
		app.get("/", (_, reply) => reply.type("text/html; charset=utf-8").send(notBuilt));
		return;
	}
	await app.register(fastifyStatic, {
		root: dir,
		cacheControl: false,
		setHeaders: (reply, path) => {
			const lasting = path.includes(`${sep}assets${sep}`);
			reply.header("cache-control", lasting ? "public, max-age=31536000, immutable" : "no-cache");
		},
	});
}
