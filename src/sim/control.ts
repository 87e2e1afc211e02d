import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { z } from "zod";

/**
 * HTTP control of the virtual store: takes a bag from a shelf, pulls paper, pulls plugs. It listens on the loopback address only and asks
 * for no password.
 */
export interface ControlAct {
	method: "GET" | "POST";
	/** Parts in braces are handed to `act` in order. */
	path: string;
	body?: z.ZodType;
	/** Answers JSON, or a picture. Undefined says there is no such thing. */
	act(parts: string[], body: unknown): unknown;
}

export interface Control {
	readonly url: string;
	stop(): Promise<void>;
}

const longestBody = 64 * 1024;

/** A control request of the wrong shape; the text names the path. */
export class ControlRefusal extends Error {
	override name = "ControlRefusal";
}

export async function startControl(outDir: string, tcpPort: number, acts: readonly ControlAct[]): Promise<Control> {
	const routes = acts.map((act) => ({
		...act,
		pattern: new RegExp(`^${act.path.replace(/[.]/g, "\\.").replace(/\{[a-z]+\}/g, "([^/]+?)")}$`),
	}));

	const server = createServer(async (request, answer) => {
		const say = (status: number, body: unknown): void => {
			const isPicture = body instanceof Uint8Array;
			answer.writeHead(status, { "content-type": isPicture ? "image/png" : "application/json", "cache-control": "no-store" });
			answer.end(isPicture ? body : `${JSON.stringify(body)}\n`);
		};
		try {
			const path = new URL(request.url ?? "/", "http://store").pathname;
			const route = routes.find((one) => one.method === request.method && one.pattern.test(path));
			if (!route) return say(404, { error: "there is nothing here", paths: routes.map((one) => `${one.method} ${one.path}`) });
			const parts = (route.pattern.exec(path) ?? []).slice(1).map(decodeURIComponent);
			const body = route.body ? route.body.parse(await readBody(request)) : undefined;
			const done = await route.act(parts, body);
			if (done === undefined) return say(404, { error: `there is no ${parts[0] ?? "such thing"} in this store` });
			say(200, done);
		} catch (error) {
			if (error instanceof z.ZodError) say(400, { error: z.prettifyError(error) });
			else if ([ControlRefusal, SyntaxError, URIError].some((kind) => error instanceof kind)) say(400, { error: String(error) });
			else say(500, { error: String(error) });
		}
	});
	await new Promise<void>((done, fail) => {
		server.once("error", fail);
		server.listen(tcpPort, "127.0.0.1", done);
	});
	const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
	writeFileSync(join(outDir, "control.json"), JSON.stringify({ url }));
	return {
		url,
		stop: () =>
			new Promise((done) => {
				server.close(() => done());
				server.closeAllConnections();
			}),
	};
}

async function readBody(request: IncomingMessage): Promise<unknown> {
	const pieces: Buffer[] = [];
	let bytes = 0;
	for await (const piece of request as AsyncIterable<Buffer>) {
		bytes += piece.length;
		if (bytes > longestBody) throw new ControlRefusal(`a request has at most ${longestBody} bytes`);
		pieces.push(piece);
	}
	return bytes === 0 ? {} : JSON.parse(Buffer.concat(pieces).toString("utf8"));
}
