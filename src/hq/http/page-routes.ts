import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { builtAsset, builtFile, keptForEver } from "../../access/pages/built-file.ts";

const built = fileURLToPath(new URL("../../../dist/office", import.meta.url));
const notBuilt = `<!doctype html><meta charset="utf-8"><title>Head office</title>
<p>Head office is running, but its page was not built. Run <code>npm run page</code> and load this again.
<p>总部正在运行，但界面尚未构建：请运行 <code>npm run page</code> 后刷新。`;

/** No external content, and no script or style but the page's own files. `data:` is for the QR code of an enrolment. */
const policy =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"frame-ancestors 'none'; form-action 'none'; base-uri 'none'";

/** Head office's page: one document and its files. `instead` answers visitors who may not see it, and returns whether it did. */
export function mountPage(app: FastifyInstance, instead?: (request: FastifyRequest, reply: FastifyReply) => Promise<boolean>): void {
	app.get("/", async (request, reply) => {
		reply.header("vary", "cookie, authorization");
		if (await instead?.(request, reply)) return reply;
		const page = await builtFile(join(built, "index.html"));
		return reply
			.type("text/html; charset=utf-8")
			.header("content-security-policy", policy)
			.send(page?.bytes ?? notBuilt);
	});
	app.get<{ Params: { file: string } }>("/assets/:file", async (request, reply) => {
		const file = await builtAsset(built, request.params.file);
		if (!file) return reply.callNotFound();
		return reply.type(file.mediaType).header("cache-control", keptForEver).send(file.bytes);
	});
}
