/** A stranger on this machine's network at the gateway's desk. Every route, every spelling of its address, every way to ask. */
import { connectAsync } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { authenticator } from "../support/authenticator.ts";
import { gondola } from "../support/processes.ts";
import { until } from "../support/until.ts";
import { filled, spellingsOf } from "./spellings.ts";
import { accountPassword, deskToken, type GatewayUnderAttack, raw, request, startGateway } from "./world.ts";

/** What whoever comes may see. Everything else needs rights. */
const open = new Set([
	"/healthz",
	"/readyz",
	"/openapi.json",
	"/",
	"/api/v1/session",
	"/api/v1/sessions",
	"/api/v1/sessions/passkey",
	"/api/v1/sessions/passkey/options",
	"/api/v1/claim",
]);

let gateway: GatewayUnderAttack;
let routes: { method: string; path: string }[] = [];
beforeAll(async () => {
	gateway = await startGateway("0117");
	const document = (await (await fetch(`${gateway.desk.url}/openapi.json`, { headers: bearer })).json()) as {
		paths: Record<string, Record<string, unknown>>;
	};
	routes = Object.entries(document.paths)
		.flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })))
		.filter(({ path }) => !open.has(path));
});
afterAll(async () => {
	// Whatever was tried, the gateway goes on.
	expect((await gateway.status()).store).toBe("0117");
	await gateway.end();
});

const bearer = { authorization: `Bearer ${deskToken}` };
describe("without a token", () => {
	it("the list of routes is the real one", () => {
		expect(routes.length).toBeGreaterThan(20);
	});

	it.each(spellingsOf(deskToken))(
		"no route answers when it is asked %s",
		async (name, spell) => {
			const through: string[] = [];
			for (const { method, path } of routes) {
				const asked = spell(filled(path), gateway.desk.port);
				const answer = await request(gateway.desk.port, { method, ...asked, ...(method === "GET" ? {} : { body: "{}" }) });
				// A probe answers as a probe, whatever else the request says.
				if (asked.target === "/healthz" ? /"(store|items|sku)"/.test(answer.body) : answer.status < 400)
					through.push(`${method} ${asked.target} ${answer.status}`);
				if (answer.status === 500) through.push(`${method} ${asked.target} made a mistake`);
			}
			expect(through, name).toEqual([]);
		},
		120_000,
	);

	it.each(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "QUERY"])(
		"no route answers %s",
		async (method) => {
			const through: string[] = [];
			for (const path of new Set(routes.map((each) => filled(each.path)))) {
				const answer = await request(gateway.desk.port, { method, target: path });
				if (answer.status !== 0 && answer.status < 400) through.push(`${method} ${path} ${answer.status}`);
				if (/"(store|items|sku)":/.test(answer.body)) through.push(`${method} ${path} said something`);
			}
			expect(through).toEqual([]);
		},
		60_000,
	);

	it.each([
		["an empty one", "Bearer "],
		["a prefix of the right one", `Bearer ${deskToken.slice(0, -1)}`],
		["the right one and more", `Bearer ${deskToken}x`],
		["the right one in another case", `Bearer ${deskToken.toUpperCase()}`],
		["the right one as Basic", `Basic ${Buffer.from(`a:${deskToken}`).toString("base64")}`],
		["two in one", `Bearer wrong, Bearer ${deskToken}`],
		["a JSON web token that signs nothing", "Bearer eyJhbGciOiJub25lIn0.eyJyb2xlIjoidGVjaG5pY2lhbiJ9."],
		["one of a megabyte", `Bearer ${"x".repeat(1_000_000)}`],
	])("%s does not open", async (_, authorization) => {
		const answer = await request(gateway.desk.port, { target: "/api/v1/status", headers: { authorization } });
		expect([401, 431, 0]).toContain(answer.status);
	});

	it.each([
		"gondola_desk=",
		"gondola_desk=x",
		"gondola_desk=x; gondola_desk=y",
		"gondola=technician",
		`gondola_desk=${deskToken.replaceAll(" ", "")}`,
	])("the cookie %j does not open", async (cookie) => {
		expect((await request(gateway.desk.port, { target: "/api/v1/status", headers: { cookie } })).status).toBe(401);
	});

	it("sixty-four streams of a stranger do not keep the technician's from opening", async () => {
		const strangers = await Promise.all(
			Array.from({ length: 80 }, () =>
				request(gateway.desk.port, { target: "/%61pi/v1/events", headers: { accept: "text/event-stream" } }),
			),
		);
		expect(strangers.filter(({ status }) => status === 200)).toEqual([]);
		const own = await request(gateway.desk.port, { target: "/api/v1/events", headers: { accept: "text/event-stream", ...bearer } });
		expect(own.status).toBe(200);
	});
});

it("ten wrong passwords slow the guesser down and are an alarm that the technician sees", async () => {
	const tries: number[] = [];
	for (let at = 0; at < 12; at += 1) {
		const body = JSON.stringify({ name: "mara\u0007<b>", password: `guess number ${at}` });
		tries.push((await request(gateway.desk.port, { method: "POST", target: "/api/v1/sessions", body })).status);
	}
	expect(new Set(tries)).toEqual(new Set([401, 429]));
	const alarms = async (): Promise<string> => (await request(gateway.desk.port, { target: "/api/v1/alarms", headers: bearer })).body;
	await until(async () => (await alarms()).includes("sign-in-guessed"), "an alarm");
	expect(await alarms()).toMatch(/ten refusals for the name marab, or from 127\.0\.0\.1/);
}, 120_000);

it("what was tried and done is kept with who it was: on the box, at the desk, over MQTT", async () => {
	const { config } = gateway.box;
	const token = (await gondola("token", "add", "looker", "--role", "viewer", "--config", config)).out.trim();
	const ask = (headers: Record<string, string>, target: string, body?: object) =>
		request(gateway.desk.port, { method: body ? "POST" : "GET", target, headers, ...(body && { body: JSON.stringify(body) }) });
	expect((await ask({ authorization: "Bearer gt_wrong" }, "/api/v1/status")).status).toBe(401);
	expect((await ask({ authorization: `Bearer ${token}` }, "/api/v1/pairing", { minutes: 1 })).status).toBe(403);
	expect((await ask(bearer, "/api/v1/pairing", { minutes: 1 })).status).toBe(200);
	const till = await connectAsync(gateway.broker.url, { username: "till-1", password: accountPassword("till-1"), clientId: "till-1" });
	const sale = { id: "s-1", at: "2026-03-01T08:00:00Z", lines: [{ sku: "1001", quantity: 1, amountMinor: 100 }] };
	await till.publishAsync("gondola/1/till/till-1/sale", JSON.stringify(sale), { qos: 1 });
	await till.endAsync();

	const listed = async (...more: string[]): Promise<Record<string, unknown>[]> => {
		const said = await gondola("audit", "--json", "--url", gateway.desk.url, "--config", config, ...more);
		return (JSON.parse(said.out) as { items: Record<string, unknown>[] }).items;
	};
	await until(async () => (await listed()).some(({ act }) => act === "token-added"), "the command on the box", 60_000);
	const all = await listed();
	const console = { kind: "user", address: "console" };
	expect(all).toContainEqual(
		expect.objectContaining({ act: "token-added", subject: "looker", why: "viewer", actor: expect.objectContaining(console) }),
	);
	const address = "127.0.0.1";
	expect(all).toContainEqual(expect.objectContaining({ act: "token-refused", outcome: "refused" }));
	const looker = { kind: "token", name: "looker", address };
	expect(all).toContainEqual(expect.objectContaining({ act: "right-refused", subject: "POST /api/v1/pairing", actor: looker }));
	const file = { kind: "token", name: "file", address };
	expect(all).toContainEqual(expect.objectContaining({ act: "POST /api/v1/pairing", outcome: "done", actor: file }));
	const sold = await listed("--actor", "till-1");
	expect(sold).toContainEqual(expect.objectContaining({ type: "sale.recorded", actor: { kind: "device", name: "till-1", address } }));
}, 180_000);

it("a passkey opens the desk for its person under its name, and a replayed or foreign answer does not", async () => {
	const site = gateway.desk.url.replace("127.0.0.1", "localhost");
	const post = async (path: string, body: object, cookie = "", base = site) => {
		const headers = { "content-type": "application/json", cookie };
		const answer = await fetch(base + path, { method: "POST", headers, body: JSON.stringify(body) });
		const set = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
		return { status: answer.status, cookie: set, body: (await answer.json()) as { challenge: string; code?: string; name?: string } };
	};
	const code = /claim code: (\S+)/.exec(gateway.said())![1];
	const { cookie } = await post("/api/v1/claim", { code, name: "ines", password: "the shop opens at seven" });
	const device = authenticator(() => site);
	const made = device.create((await post("/api/v1/passkeys/options", {}, cookie)).body.challenge);
	expect((await post("/api/v1/passkeys", { label: "phone", answer: made }, cookie)).status).toBe(201);
	const asked = async (): Promise<string> => (await post("/api/v1/sessions/passkey/options", {})).body.challenge;
	const answer = device.get(await asked(), { counter: 1 });
	expect(await post("/api/v1/sessions/passkey", { answer })).toMatchObject({ status: 201, body: { name: "ines" } });
	for (const forged of [
		answer,
		device.get(await asked(), { counter: 9, origin: "https://evil.example" }),
		device.get(await asked(), { counter: 9, by: authenticator(() => site) }),
	])
		expect(await post("/api/v1/sessions/passkey", { answer: forged })).toMatchObject({ status: 401, cookie: "" });
	expect((await post("/api/v1/sessions/passkey/options", {}, "", gateway.desk.url)).body.code).toBe("passkey-needs-name");
}, 120_000);

describe("with the right token, from the wrong place", () => {
	it.each([
		"evil.example",
		"127.0.0.1.evil.example",
		"localhost.evil.example",
		"evil.example:80",
		"",
		"127.0.0.1@evil.example",
		"0x7f000001.evil",
		"[::1].evil",
	])("a name that an attacker owns (%j) is refused: rebinding", async (host) => {
		const answer = await request(gateway.desk.port, { target: "/api/v1/status", host, headers: bearer });
		expect([400, 403]).toContain(answer.status);
	});

	it.each<[string, Record<string, string>]>([
		["another site", { origin: "https://evil.example" }],
		["a sandboxed frame", { origin: "null" }],
		["this host on another port", { origin: "http://127.0.0.1:1" }],
		["a browser that says cross-site", { "sec-fetch-site": "cross-site" }],
		["a browser that says same-site", { "sec-fetch-site": "same-site" }],
		["a site whose name begins with ours", { origin: "http://127.0.0.1.evil.example" }],
	])("a page of %s may not act", async (_, headers) => {
		const body = JSON.stringify({ id: "m1", sku: "1001", quantity: 1, reason: "receive", occurredAt: "2026-03-01T08:00:00Z" });
		const answer = await request(gateway.desk.port, {
			method: "POST",
			target: "/api/v1/stock/movements",
			headers: { ...bearer, ...headers },
			body,
		});
		expect(answer.status).toBe(403);
		expect(answer.body).toContain("origin-foreign");
	});

	it("no page elsewhere may read an answer, and none may frame the cockpit", async () => {
		const answer = await request(gateway.desk.port, { target: "/api/v1/status", headers: { ...bearer, origin: "https://evil.example" } });
		expect(answer.headers).not.toMatch(/access-control-allow-origin/i);
		const page = await request(gateway.desk.port, { target: "/" });
		expect(page.headers).toMatch(/frame-ancestors 'none'/);
		expect(page.headers).toMatch(/x-content-type-options: nosniff/i);
	});
});

describe("broken requests", () => {
	it.each<[string, string | Buffer]>([
		["two lengths", "POST /api/v1/session HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}x"],
		[
			"a length and chunks",
			"POST /api/v1/session HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
		],
		["a header folded over two lines", "GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nx: a\r\n b\r\nconnection: close\r\n\r\n"],
		[
			"a chunk that is too long to be true",
			"POST /api/v1/session HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n",
		],
		["nonsense", "\x00\x01\x02\x03 nonsense\r\n\r\n"],
		["no host", "GET /api/v1/status HTTP/1.1\r\nconnection: close\r\n\r\n"],
		[
			"two hosts",
			`GET /api/v1/status HTTP/1.1\r\nhost: 127.0.0.1\r\nhost: evil.example\r\nauthorization: Bearer ${deskToken}\r\nconnection: close\r\n\r\n`,
		],
		[
			"a request inside a request's body",
			"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 60\r\nconnection: close\r\n\r\nGET /api/v1/status HTTP/1.1\r\nhost: " +
				"127.0.0.1\r\n\r\n",
		],
	])("with %s say nothing of the store", async (_, bytes) => {
		const answer = await raw(gateway.desk.port, bytes);
		expect(answer.body).not.toMatch(/"labels":|"factsWaiting"/);
	});

	it.each<[string, string]>([
		["deeper than any schema", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
		["with a prototype inside", '{"__proto__":{"admin":true},"id":"a"}'],
		["with a constructor inside", '{"constructor":{"prototype":{"admin":true}}}'],
		["of two megabytes", JSON.stringify({ id: "x".repeat(2_000_000) })],
		["that ends in the middle", '{"id":"a"'],
		["with half a character", '{"id":"\\ud800","sku":"1","quantity":1,"reason":"receive","occurredAt":"2026-03-01T08:00:00Z"}'],
		["with a number that no integer holds", '{"id":"a","sku":"1","quantity":1e400,"reason":"receive","occurredAt":"2026-03-01T08:00:00Z"}'],
	])("a body %s is refused and changes nothing", async (_, body) => {
		const answer = await request(gateway.desk.port, { method: "POST", target: "/api/v1/stock/movements", headers: bearer, body });
		// 0: the gateway stopped listening before all of it was sent.
		expect(answer.status === 0 ? 413 : answer.status).toBeGreaterThanOrEqual(400);
		expect(answer.status).toBeLessThan(500);
	});

	it.each([
		"'; DROP TABLE event; --",
		"1001' OR '1'='1",
		"../../etc/passwd",
		"%00",
		"x".repeat(200),
		"<script>alert(1)</script>",
		"$(reboot)",
		"%n%s%x",
	])("an article called %j is looked up, and not carried out", async (name) => {
		const answer = await request(gateway.desk.port, { target: `/api/v1/prices/${encodeURIComponent(name)}`, headers: bearer });
		expect(answer.status).toBeGreaterThanOrEqual(400);
		expect(answer.status).toBeLessThan(500);
		expect(answer.headers).toMatch(/content-type: application\/problem\+json/i);
	});

	it.each([
		"/assets/../../../package.json",
		"/assets/..%2f..%2fpackage.json",
		"/assets/..%2f..%2f..%2fpackage.json",
		"/assets/%2e%2e/%2e%2e/package.json",
		"/assets/....//package.json",
		"/assets/.env",
		"/assets/%00index.html",
		"/..\\..\\package.json",
		"//etc/passwd",
	])("the file %s does not leave the house", async (target) => {
		const answer = await request(gateway.desk.port, { target });
		expect(answer.status).toBeGreaterThanOrEqual(400);
		expect(answer.body).not.toContain('"dependencies"');
		expect(answer.body).not.toContain("root:");
	});

	it("a thousand half requests do not keep others out", async () => {
		const half = Array.from({ length: 300 }, () => raw(gateway.desk.port, "GET /healthz HTTP/1.1\r\nhost: 127"));
		expect((await gateway.status()).store).toBe("0117");
		await Promise.all(half);
	});
});
