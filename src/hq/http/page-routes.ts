import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

const built = fileURLToPath(new URL("../../../dist/office", import.meta.url));
const notBuilt = `<!doctype html><meta charset="utf-8"><title>Head office</title>
<p>Head office is running, but its page was not built. Run <code>npm run page</code> and load this again.
<p>总部正在运行，但界面尚未构建：请运行 <code>npm run page</code> 后刷新。`;

const mediaTypes: Record<string, string> = {
	".html": "text/html; charset=utf-8",
	".js": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml",
};
/** No external content, and no script or style but the page's own files. `data:` is for the QR code of an enrolment. */
const policy =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"frame-ancestors 'none'; form-action 'none'; base-uri 'none'";

/**
 * Head office's page: one document and its files, whose names contain their hash. `instead` answers visitors who may not see it,
 * and returns whether it did.
 */
export function mountPage(app: FastifyInstance, instead?: (request: FastifyRequest, reply: FastifyReply) => Promise<boolean>): void {
	app.get("/", async (request, reply) => {
		reply.header("vary", "cookie, authorization");
		if (await instead?.(request, reply)) return reply;
		const page = await readFile(join(built, "index.html")).catch(() => notBuilt);
		return reply.type(mediaTypes[".html"]!).header("content-security-policy", policy).send(page);
	});
	app.get<{ Params: { file: string } }>("/assets/:file", async (request, reply) => {
		const { file } = request.params;
		const bytes = /^[\w-][\w.-]*$/.test(file) ? await readFile(join(built, "assets", file)).catch(() => undefined) : undefined;
		if (!bytes) return reply.callNotFound();
		return reply
			.type(mediaTypes[extname(file)] ?? "application/octet-stream")
			.header("cache-control", "public, max-age=31536000, immutable")
			.send(bytes);
	});
}
