/** Who may do what at the desk, tried on a real socket with every spelling of every address. */
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Claim, openClaim } from "../../src/access/claim.ts";
import { openDirectory } from "../../src/access/directory.ts";
import { hasRight } from "../../src/access/rights.ts";
import { parseConfig } from "../../src/config/load.ts";
import { deskSettings } from "../../src/daemon/desk-settings.ts";
import type { AuditEntry } from "../../src/desk/ledger-view.ts";
import { buildDesk, type Desk, type DeskOptions, startDesk } from "../../src/desk/server.ts";
import { memoryRecords } from "./access.ts";
import { deskOptions, idleBroker } from "./options.ts";

const password = "a long enough phrase";
const secret = "the token of the file of this test";
const audited: AuditEntry[] = [];
const streams: Desk[] = [];

function options(more: Partial<DeskOptions> = {}): DeskOptions {
	return deskOptions({
		access: {
			directory: openDirectory({
				site: "gateway",
				repository: memoryRecords(),
				fixedTokens: [{ name: "file", roles: ["technician"], secret }],
			}),
		},
		audit: (entry) => audited.push(entry),
		broker: idleBroker,
		settings: deskSettings({ text: "store: x\n" }, parseConfig("store: x\n")),
		...more,
	});
}

describe("plain HTTP", () => {
	it("is answered on loopback only; beyond it, also from this machine's own address, it is sent to TLS", async () => {
		const asked = options();
		await asked.access.directory.makeFirst("mara", password);
		const { app, stop } = await buildDesk({ ...asked, tls: {} });
		await app.ready();
		const from = (remoteAddress: string, url: string, headers: Record<string, string> = {}) =>
			app.inject({ url, remoteAddress, headers: { host: "192.0.2.7", ...headers } });
		for (const url of ["/", "/healthz", "/api/v1/status", "/nothing"]) {
			const answer = await from("192.0.2.7", url, { authorization: `Bearer ${secret}` });
			expect([url, answer.statusCode, answer.headers.location]).toEqual([url, 308, `https://192.0.2.7${url}`]);
		}
		expect((await from("127.0.0.1", "/api/v1/status", { authorization: `Bearer ${secret}` })).statusCode).toBe(200);
		await stop();
	});
});

/** The status line's number of one raw request; 0 where the connection was closed without an answer. */
function ask(
	port: number,
	method: string,
	target: string,
	headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
	return new Promise((resolve) => {
		let text = "";
		const lines = Object.entries({ host: `127.0.0.1:${port}`, connection: "close", ...headers }).map(
			([name, value]) => `${name}: ${value}\r\n`,
		);
		const socket = connect(port, "127.0.0.1", () => socket.write(`${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n`));
		socket.on("data", (bytes) => {
			text += bytes.toString("latin1");
			if (/content-type: text\/event-stream/i.test(text)) socket.destroy();
		});
		socket.on("error", () => {});
		socket.on("close", () => resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), text }));
	});
}

let desk: Desk;
let claimed: DeskOptions;
let routes: Awaited<ReturnType<typeof buildDesk>>["routes"];
beforeAll(async () => {
	claimed = options();
	await claimed.access.directory.makeFirst("mara", password);
	for (const role of ["viewer", "clerk", "supervisor"]) await claimed.access.directory.addUser(role, role, password);
	desk = await startDesk(claimed);
	const built = await buildDesk(options());
	routes = built.routes;
	await built.stop();
});
afterAll(async () => {
	await desk.stop();
	for (const each of streams) await each.stop();
});
const filled = (url: string): string => url.replace(/\{\w+\}/g, "x1");
const bearer = { authorization: `Bearer ${secret}` };

describe("somebody without a name", () => {
	const hex = (path: string, at: number): string => `${path.slice(0, at)}%${path.charCodeAt(at).toString(16)}${path.slice(at + 1)}`;
	const spellings: Record<string, (path: string, port: number) => string> = {
		plain: (path) => path,
		"first letter encoded": (path) => hex(path, 1),
		"every letter encoded": (path) => path.replace(/[a-z]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
		"absolute form": (path, port) => `http://127.0.0.1:${port}${path}`,
		"two slashes before": (path) => `/${path}`,
		"two slashes within": (path) => path.replace(/(?<=.)\//, "//"),
		"a slash after": (path) => `${path}/`,
		capitals: (path) => path.toUpperCase(),
		"a query": (path) => `${path}?a=/healthz`,
		"a dot segment": (path) => `/healthz/..${path}`,
	};
	it.each(Object.keys(spellings))("is let in by no route, asked with %s", async (name) => {
		const through: string[] = [];
		for (const each of routes) {
			if (each.right === "claim" || each.right === "anyone") continue;
			const methods = name === "plain" ? ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"] : [each.method];
			for (const method of methods) {
				const target = spellings[name]!(filled(each.url), desk.port);
				const { status, text } = await ask(desk.port, method, target, { "content-length": "0" });
				if (status < 400 || status >= 500) through.push(`${method} ${target} ${status}`);
				if (!/cache-control: no-store/i.test(text)) through.push(`${method} ${target} may be kept`);
			}
		}
		expect(through).toEqual([]);
	});

	it("is refused by host and by origin on the same spellings", async () => {
		for (const target of ["/api/v1/status", "/%61pi/v1/status", `http://127.0.0.1:${desk.port}/api/v1/status`]) {
			expect((await ask(desk.port, "GET", target, { ...bearer, host: "evil.example" })).status).toBe(403);
			expect((await ask(desk.port, "GET", target, bearer)).status).toBe(200);
		}
		for (const target of ["/api/v1/pairing", "/%61pi/v1/pairing"]) {
			const page = { ...bearer, origin: "http://evil.example", "content-length": "0" };
			expect((await ask(desk.port, "POST", target, page)).text).toContain("origin-foreign");
		}
	});

	it("cannot open a stream, and one who may has sixteen at most", async () => {
		const wants = { accept: "text/event-stream" };
		const strangers = await Promise.all(Array.from({ length: 80 }, () => ask(desk.port, "GET", "/%61pi/v1/events", wants)));
		expect(new Set(strangers.map(({ status }) => status))).toEqual(new Set([401]));
		const { secret: viewer } = await claimed.access.directory.addToken({ name: "greedy", roles: ["viewer"] });
		const open = await Promise.all(
			Array.from({ length: 20 }, () => fetch(`${desk.url}/api/v1/events`, { headers: { ...wants, authorization: `Bearer ${viewer}` } })),
		);
		expect(open.filter(({ status }) => status === 200)).toHaveLength(16);
		expect((await ask(desk.port, "GET", "/api/v1/events", { ...wants, ...bearer })).status).toBe(200);
		// A token that is revoked ends its streams.
		await claimed.access.directory.revokeToken("greedy");
		await Promise.all(open.map((answer) => answer.text()));
		expect((await ask(desk.port, "GET", "/api/v1/events", { ...wants, authorization: `Bearer ${viewer}` })).status).toBe(401);
	});
});

describe("somebody with a role", () => {
	it.each(["viewer", "clerk", "supervisor", "technician", "till", "shop", "feed", "metrics"])(
		"%s may do what the table says, and nothing else",
		async (role) => {
			const { secret: own } = await claimed.access.directory.addToken({ name: `a-${role}`, roles: [role] });
			for (const { method, url, right } of routes) {
				if (right === "claim" || right === "anyone" || right === "signed-in") continue;
				const headers = { authorization: `Bearer ${own}`, "content-length": "0" };
				const { text } = await ask(desk.port, method, filled(url), headers);
				expect(text.includes("right-missing"), `${role}: ${method} ${url}`).toBe(!hasRight("gateway", [role], right));
			}
		},
	);

	it("signs in by name and password, is shown who it is, and signs out at once", async () => {
		const post = (body: object) =>
			fetch(`${desk.url}/api/v1/sessions`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
		expect(await (await post({ name: "clerk", password: "not this one" })).json()).toMatchObject({ code: "sign-in-wrong", status: 401 });
		expect(await (await post({ name: "nobody", password: "not this one" })).json()).toMatchObject({ code: "sign-in-wrong", status: 401 });
		const answer = await post({ name: "clerk", password });
		expect(answer.status).toBe(201);
		expect(await answer.json()).toMatchObject({ name: "clerk", roles: ["clerk"], rights: expect.arrayContaining(["stock.write"]) });
		const set = answer.headers.get("set-cookie")!;
		expect(set).toMatch(/^gondola_desk=gs_[\w-]+; Path=\/; HttpOnly; SameSite=Strict$/);
		const cookie = set.split(";")[0]!;
		const get = async (path: string) => (await fetch(desk.url + path, { headers: { cookie } })).status;
		expect(await get("/api/v1/status")).toBe(200);
		expect(await get("/api/v1/users")).toBe(403);
		expect((await fetch(`${desk.url}/api/v1/sessions/current`, { method: "DELETE", headers: { cookie } })).status).toBe(204);
		expect(await get("/api/v1/status")).toBe(401);
		expect(audited.map(({ what }) => what)).toEqual(expect.arrayContaining(["sign-in", "sign-in-refused", "sign-out"]));
	});

	it("makes users and tokens, whose rights end with them", async () => {
		const call = (method: string, path: string, body?: object) =>
			fetch(desk.url + path, {
				method,
				headers: { ...bearer, ...(body && { "content-type": "application/json" }) },
				...(body && { body: JSON.stringify(body) }),
			});
		expect((await call("POST", "/api/v1/users", { name: "ivo", role: "clerk", password: "short" })).status).toBe(400);
		expect((await call("POST", "/api/v1/users", { name: "ivo", role: "clerk", password })).status).toBe(201);
		expect((await call("POST", "/api/v1/users", { name: "ivo", role: "clerk", password })).status).toBe(409);
		expect(await (await call("GET", "/api/v1/users")).text()).not.toMatch(/scrypt/);
		const made = (await (await call("POST", "/api/v1/tokens", { name: "till-1", role: "till" })).json()) as { token: string };
		const till = { authorization: `Bearer ${made.token}` };
		expect((await fetch(`${desk.url}/api/v1/status`, { headers: till })).status).toBe(200);
		expect((await call("DELETE", "/api/v1/tokens/till-1")).status).toBe(204);
		expect((await fetch(`${desk.url}/api/v1/status`, { headers: till })).status).toBe(401);
		expect((await call("DELETE", "/api/v1/users/ivo")).status).toBe(204);
		expect((await call("DELETE", "/api/v1/users/mara")).status).toBe(409);
		expect((await call("DELETE", "/api/v1/tokens/file")).status).toBe(409);
	});
});

describe("before the first person", () => {
	const begin = async (claim: Claim, host?: string): Promise<Desk> => {
		const begun = await startDesk(options({ claim, ...(host && { host }) }));
		streams.push(begun);
		return begun;
	};
	const claimWith = (at: Desk, code: string) =>
		fetch(`${at.url}/api/v1/claim`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ code, name: "mara", password }),
		});

	it("answers the probe and its page, and says to everything else that it is unclaimed", async () => {
		const at = await begin(openClaim());
		expect((await ask(at.port, "GET", "/healthz")).status).toBe(200);
		expect((await ask(at.port, "GET", "/")).status).toBe(200);
		for (const target of ["/api/v1/status", "/metrics", "/nowhere", "/api/v1/sessions/current"])
			expect((await ask(at.port, "GET", target)).text).toMatch(/^HTTP\/1\.1 401[^]*"unclaimed"/);
	});

	it("makes the technician with the code, once, and five wrong codes close it", async () => {
		const claim = openClaim();
		const at = await begin(claim);
		expect((await claimWith(at, "AAAA-AAAA-AAAA")).status).toBe(401);
		const right = await claimWith(at, claim.code);
		expect(right.status).toBe(201);
		expect(await right.json()).toMatchObject({ name: "mara", roles: ["technician"] });
		expect(right.headers.get("set-cookie")).toContain("gondola_desk=gs_");
		expect(await (await claimWith(at, claim.code)).json()).toMatchObject({ code: "claimed-already" });

		const other = openClaim();
		const closed = await begin(other);
		for (let tries = 0; tries < 5; tries += 1) expect((await claimWith(closed, "AAAA-AAAA-AAAA")).status).toBe(401);
		expect(await (await claimWith(closed, other.code)).json()).toMatchObject({ code: "claim-closed" });
	});
});

describe("a route", () => {
	it("that does not say which right it asks for cannot be mounted", async () => {
		const built = await buildDesk(options());
		expect(() => built.app.get("/secret", () => "open")).toThrow(/right/);
		await built.stop();
	});
});
