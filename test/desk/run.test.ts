/** The daemon as an operator starts it: who it lets in, and how it ends when a part does not open. */
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { request as httpsRequest } from "node:https";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../support/ports.ts";
import { type BoxFolder, gondola, newBox, type Running } from "../support/processes.ts";

let box: BoxFolder;
let running: Running;
let url: string;
beforeAll(async () => {
	box = await newBox("0204");
	running = await box.run();
	url = /cockpit (http:\S+)/.exec(running.said())![1]!;
}, 120_000);
afterAll(async () => {
	await running.stop();
	box.remove();
});

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
	fetch(url + path, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });

describe("a gateway that was just installed", () => {
	it("says a claim code, lets nobody in without it, and makes the first technician with it", async () => {
		expect(await (await fetch(`${url}/api/v1/status`)).json()).toMatchObject({ status: 401, code: "unclaimed" });
		const [, code] = await running.until(/claim code: (\S+)/);
		const person = { name: "mara", password: "a long enough phrase" };
		expect((await post("/api/v1/claim", { ...person, code: "AAAA-AAAA-AAAA" })).status).toBe(401);
		expect((await post("/api/v1/claim", { ...person, code: code! })).status).toBe(201);
		expect(await (await fetch(`${url}/api/v1/status`)).json()).toMatchObject({ status: 401, code: "token-missing" });
		expect((await post("/api/v1/sessions", person)).status).toBe(201);
		expect(statSync(join(box.data, "access.json")).mode & 0o777).toBe(0o600);
	});

	it("takes people and tokens from the command line at once, and prints a token alone", async () => {
		const made = await gondola("token", "add", "till-7", "--role", "till", "--expires", "30d", "--config", box.config);
		expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^gt_[\w-]{43}\n$/) });
		const bearer = { authorization: `Bearer ${made.out.trim()}` };
		expect((await fetch(`${url}/api/v1/status`, { headers: bearer })).status).toBe(200);
		expect((await fetch(`${url}/api/v1/users`, { headers: bearer })).status).toBe(403);
		expect(JSON.parse((await gondola("token", "list", "--json", "--config", box.config)).out)).toMatchObject({
			items: [{ name: "till-7", roles: ["till"] }],
		});
		expect((await gondola("token", "revoke", "till-7", "--config", box.config)).code).toBe(0);
		expect((await fetch(`${url}/api/v1/status`, { headers: bearer })).status).toBe(401);
		expect((await gondola("token", "add", "x", "--role", "king", "--config", box.config)).code).toBe(2);
		expect((await gondola("user", "rights")).out).toContain("stock.write");
	});

	it("is asked by verbs on its own machine at its own address, with its own token (case P5)", async () => {
		const said = await gondola("status", "--json", "--config", box.config);
		expect(said.code, said.err).toBe(0);
		expect(JSON.parse(said.out)).toMatchObject({ store: "0204" });
	});

	it("speaks TLS with a certificate of its own on the same port, with a Secure cookie", async () => {
		const ca = readFileSync(join(box.data, "secrets", "desk.crt"));
		const { status, cookie } = await new Promise<{ status: number; cookie: string }>((resolve, reject) => {
			const sent = httpsRequest(
				`${url.replace("http:", "https:").replace("127.0.0.1", "localhost")}/api/v1/sessions`,
				{ method: "POST", ca, headers: { "content-type": "application/json" } },
				(answer) => {
					answer.resume();
					resolve({ status: answer.statusCode!, cookie: String(answer.headers["set-cookie"]) });
				},
			);
			sent.on("error", reject);
			sent.end(JSON.stringify({ name: "mara", password: "a long enough phrase" }));
		});
		expect(status).toBe(201);
		expect(cookie).toMatch(/; Secure/);
		expect(statSync(join(box.data, "secrets", "desk.key")).mode & 0o777).toBe(0o600);
	});
});

describe("a gateway of which one part does not open", () => {
	const start = (config: string) => gondola("run", "--config", config);

	it("ends with 1 and one sentence that names the setting, and leaves nothing open (case B1), (case P21)", async () => {
		const taken = createServer();
		const port = await new Promise<number>((resolve) =>
			taken.listen(0, "127.0.0.1", () => resolve((taken.address() as { port: number }).port)),
		);
		const data = join(box.folder, "other-data");
		const write = (text: string): string => {
			const file = join(box.folder, "other.yaml");
			writeFileSync(file, `store: s1\ndata: ${data}\n${text}`);
			return file;
		};
		const free = await freePort();
		for (const [text, sentence] of [
			[
				`desk: { port: ${port} }\nbroker: { port: ${free} }\n`,
				/^gondola: desk\.port: another program listens on 127\.0\.0\.1:\d+\. Stop it/,
			],
			[`desk: { port: ${free} }\nbroker: { port: ${port} }\n`, /^gondola: broker\.port: another program listens/],
			[
				`desk: { port: ${free}, host: 203.0.113.7 }\nbroker: { port: 0 }\n`,
				/^gondola: desk\.host: 203\.0\.113\.7 is no address of this machine/,
			],
			[
				`desk: { port: ${free} }\nbroker: { port: 0, tls: { port: 0, certFile: /nowhere.crt, keyFile: /nowhere.key } }\n`,
				/^gondola: broker\.tls: .*nowhere\.crt/,
			],
			[`desk: { port: ${free}, tokenFile: /nowhere.token }\nbroker: { port: 0 }\n`, /^gondola: desk\.tokenFile names \/nowhere\.token/],
		] as const) {
			const said = await start(write(text));
			const lines = said.err.split("\n").filter((line) => line.startsWith("gondola:"));
			expect(lines, said.err).toEqual([expect.stringMatching(sentence)]);
			expect(said.code).toBe(1);
			expect(existsSync(join(data, "running.pid"))).toBe(false);
		}
		await new Promise((resolve) => taken.close(resolve));
		const nowhere = join(box.folder, "nowhere.yaml");
		writeFileSync(nowhere, "store: s1\ndata: /proc/nope\n");
		expect(await start(nowhere)).toMatchObject({ code: 1, err: expect.stringMatching(/^gondola: data: .*\/proc\/nope/) });
	}, 120_000);
});
