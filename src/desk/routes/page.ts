import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import type { FastifyInstance, FastifyReply } from "fastify";

const notBuilt = `<!doctype html><meta charset="utf-8"><title>Gondola</title>
<p>The gateway is running, but its page was not built. Run <code>npm run page</code> and load this again.
<p>界面尚未构建：请运行 <code>npm run page</code> 后刷新。`;

const mediaTypes: Record<string, string> = {
	".html": "text/html; charset=utf-8",
	".js": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml",
};

/**
 * Serves the built cockpit: one page and its files. Files below assets/ have their hash in the name, so browsers may cache them for
 * ever. Written here because a library for static files takes 2 MB for these four files.
 */
export function mountPage(app: FastifyInstance, dir: string): void {
	const send = async (reply: FastifyReply, file: string, keep: string): Promise<Buffer | undefined> => {
		const bytes = await readFile(join(dir, file)).catch(() => undefined);
		if (bytes) reply.header("cache-control", keep).type(mediaTypes[extname(file)] ?? "application/octet-stream");
		return bytes;
	};
	const open = { config: { right: "claim" } } as const;
	app.get(
		"/",
		open,
		async (_, reply) => (await send(reply, "index.html", "no-cache")) ?? reply.type("text/html; charset=utf-8").send(notBuilt),
	);
	app.get<{ Params: { file: string } }>("/assets/:file", open, async (request, reply) => {
		const { file } = request.params;
		const isName = /^[\w-][\w.-]*$/.test(file);
		return (isName ? await send(reply, join("assets", file), "public, max-age=31536000, immutable") : undefined) ?? reply.callNotFound();
	});
}
