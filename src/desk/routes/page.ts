import { join } from "node:path";
import type { FastifyInstance, FastifyReply } from "fastify";
import { type BuiltFile, builtAsset, builtFile, keptForEver } from "../../access/pages/built-file.ts";

const notBuilt = `<!doctype html><meta charset="utf-8"><title>Gondola</title>
<p>The gateway is running, but its page was not built. Run <code>npm run page</code> and load this again.
<p>界面尚未构建：请运行 <code>npm run page</code> 后刷新。`;

/** The handheld page uses the camera, and reads bar codes by WebAssembly in browsers without a reader of their own. */
const handPolicies = {
	"content-security-policy":
		"default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; base-uri 'none'; form-action 'self'; " +
		"frame-ancestors 'none'; object-src 'none'",
	"permissions-policy": "camera=(self), microphone=(), geolocation=()",
} as const;

const open = { config: { right: "claim" } } as const;

/** The built pages: the cockpit at `/`, a till at `/till` and the handheld page at `/hand`. `dirs`: where `npm run page` put them. */
export function mountPages(app: FastifyInstance, dirs: { cockpit: string; hand: string }): void {
	const page = (url: string, dir: string, policies: Record<string, string> = {}, file = "index.html"): void => {
		app.get(url, open, async (_, reply) => {
			reply.headers(policies);
			return send(reply, await builtFile(join(dir, file)), "no-cache") ?? reply.type("text/html; charset=utf-8").send(notBuilt);
		});
	};
	const assets = (url: string, dir: string): void => {
		app.get<{ Params: { file: string } }>(`${url}/:file`, open, async (request, reply) => {
			return send(reply, await builtAsset(dir, request.params.file), keptForEver) ?? reply.callNotFound();
		});
	};
	page("/", dirs.cockpit);
	page("/till", dirs.cockpit, {}, "till.html");
	assets("/assets", dirs.cockpit);
	page("/hand", dirs.hand, handPolicies);
	assets("/hand/assets", dirs.hand);
	// A service worker may serve what lies below its own address; this one serves `/hand` itself too.
	app.get("/hand/worker.js", open, async (_, reply) => {
		reply.header("service-worker-allowed", "/hand");
		return send(reply, await builtFile(join(dirs.hand, "worker.js")), "no-cache") ?? reply.callNotFound();
	});
}

function send(reply: FastifyReply, file: BuiltFile | undefined, keep: string): Buffer | undefined {
	if (file) reply.header("cache-control", keep).type(file.mediaType);
	return file?.bytes;
}
