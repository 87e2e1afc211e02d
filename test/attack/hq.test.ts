/** Head office's own door: other sites, other names, broken requests, guessed codes. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { routeRights } from "../../src/hq/people/route-rights.ts";
import { type Office, startOffice } from "../support/processes.ts";
import { filled, spellingsOf } from "./spellings.ts";
import { type RawAnswer, type RawRequest, raw, request } from "./world.ts";

let office: Office;
let port: number;
beforeAll(async () => {
	office = await startOffice();
	port = Number(new URL(office.url).port);
});
afterAll(async () => {
	expect((await fetch(`${office.url}/healthz`)).status).toBe(200);
	await office.end();
});

/** With an administrator's token: what is refused here is not refused for want of one. */
const asAdmin = (asked: RawRequest): Promise<RawAnswer> =>
	request(port, { ...asked, headers: { authorization: `Bearer ${office.token}`, ...asked.headers } });

describe("without a token", () => {
	const routes = Object.entries(routeRights)
		.filter(([, right]) => right !== "claim" && right !== "anyone")
		.map(([route]) => route.split(" ") as [method: string, path: string]);

	it("the list of routes is the real one", () => {
		expect(routes.length).toBeGreaterThan(30);
	});

	it.each(spellingsOf("gt_x"))(
		"no route answers when it is asked %s",
		async (name, spell) => {
			const through: string[] = [];
			for (const [method, path] of routes) {
				const asked = spell(filled(path), port);
				const answer = await request(port, { method, ...asked, ...(method === "GET" ? {} : { body: "{}" }) });
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
			for (const path of new Set(routes.map(([, path]) => filled(path)))) {
				const answer = await request(port, { method, target: path });
				if (answer.status !== 0 && answer.status < 400) through.push(`${method} ${path} ${answer.status}`);
			}
			expect(through).toEqual([]);
		},
		120_000,
	);

	it.each(["gondola_hq=", "gondola_hq=x", "gondola_hq=x; gondola_hq=y", "gondola_hq_oidc=x"])(
		"the cookie %j does not open",
		async (cookie) => {
			expect((await request(port, { target: "/api/v1/stores", headers: { cookie } })).status).toBe(401);
		},
	);
});

describe("a guesser", () => {
	it("does not get another address by naming one that a proxy would", async () => {
		const answers: number[] = [];
		for (let at = 1; at <= 8; at += 1) {
			const headers = { "x-forwarded-for": `10.0.0.${at}`, "x-forwarded-proto": "https", forwarded: `for=10.0.0.${at};proto=https` };
			const body = JSON.stringify({ name: "olga", password: `guess number ${at}` });
			answers.push((await request(port, { method: "POST", target: "/api/v1/sessions", headers, body })).status);
		}
		expect(answers).toContain(429);
		const { items } = JSON.parse((await asAdmin({ target: "/api/v1/audit?newest=true&limit=20" })).body) as { items: unknown[] };
		expect(JSON.stringify(items)).toContain('"address":"127.0.0.1"');
		expect(JSON.stringify(items)).not.toContain('"address":"10.0.0.');
	});
});

const acts: [string, string, string, string][] = [
	["enrol a store", "POST", "/api/v1/stores", '{"id":"evil"}'],
	["fence a box", "POST", "/api/v1/stores/0117/incarnations", "{}"],
	[
		"push a price",
		"POST",
		"/api/v1/pushes",
		'{"id":"p","stores":"all","changes":[{"sku":"1","amountMinor":1,"currency":"EUR","kind":"regular"}]}',
	],
	["change a setting", "PUT", "/api/v1/stores/0117/settings/locale", '{"value":"hr"}'],
	["move stock", "POST", "/api/v1/stores/0117/stock/movements", "{}"],
	["take an order", "POST", "/api/v1/orders", "{}"],
	["have the hashes of passwords written", "POST", "/api/v1/broker-access", '{"kind":"mosquitto"}'],
	["enrol a box", "POST", "/api/v1/enrolments", "{}"],
];
const places: [string, Record<string, string>][] = [
	["another site", { origin: "https://evil.example" }],
	["a sandboxed frame", { origin: "null" }],
	["a browser that says cross-site", { "sec-fetch-site": "cross-site" }],
	["a browser that says same-site", { "sec-fetch-site": "same-site" }],
	["this host on another port", { origin: "http://127.0.0.1:1" }],
];

describe.each(places)("a page of %s", (_, headers) => {
	it.each(acts)("cannot %s", async (_what, method, target, body) => {
		const answer = await asAdmin({ method, target, headers, body });
		expect(answer.status).toBe(403);
		expect(answer.body).toContain("origin-foreign");
	});

	it("cannot do it with a form either, which asks nobody first", async () => {
		for (const type of ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"]) {
			const bytes = `POST /api/v1/stores HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${Object.entries(headers)
				.map(([name, value]) => `${name}: ${value}\r\n`)
				.join(
					"",
				)}authorization: Bearer ${office.token}\r\ncontent-type: ${type}\r\ncontent-length: 13\r\nconnection: close\r\n\r\n{"id":"evil"}`;
			expect((await raw(port, bytes)).status).toBe(403);
		}
		expect((await asAdmin({ target: "/api/v1/stores" })).body).not.toContain("evil");
	});
});

it.each(["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", ""])(
	"a name that an attacker owns (%j) is refused",
	async (host) => {
		const answer = await asAdmin({ target: "/api/v1/stores", host });
		expect([400, 403]).toContain(answer.status);
		expect(answer.body).not.toContain('"items"');
	},
);

it("hq enroll prints the code for programs, and beside it the line to type on the box (case P9)", async () => {
	const said = await office.hq("enroll", "0909");
	const code = /^code: (GE1\.[\w-]+)\n$/.exec(said.out)?.[1];
	expect(code).toBeDefined();
	expect(said.err).toContain(`gondola enroll ${code}`);
}, 120_000);

// That the page shows this list: test/browser/office.test.ts.
it("ten wrong passwords stand in head office's list of alarms", async () => {
	for (let at = 0; at < 12; at += 1) {
		const body = JSON.stringify({ name: "olga", password: `guess number ${at}` });
		expect([401, 429]).toContain((await request(port, { method: "POST", target: "/api/v1/sessions", body })).status);
	}
	const { body } = await asAdmin({ target: "/api/v1/alarms" });
	expect(body).toContain("sign-in-alarm");
	expect(body).toContain("Somebody guesses passwords");
}, 120_000);

describe("codes", () => {
	const claim = (secret: string): string => JSON.stringify({ secret, public: "A".repeat(43), kid: "A".repeat(16), sig: "A".repeat(86) });
	it.each<[string, string]>([
		["without a signature", claim("A".repeat(22))],
		["with a secret that is an object", '{"secret":{"$ne":""},"public":"x","kid":"x","sig":"x"}'],
		["with members nobody knows", `{"store":"0117",${claim("A".repeat(22)).slice(1)}`],
		["that is an array", "[]"],
		["of nothing", "{}"],
		["with SQL for a secret", claim("'; DROP TABLE store;--")],
	])("a claim %s is refused", async (_, body) => {
		const answer = await asAdmin({ method: "POST", target: "/api/v1/enrolments", body });
		expect([400, 401]).toContain(answer.status);
	});

	it("guessing them is slowed down", async () => {
		const { makeKey } = await import("../../src/trust/keys.ts");
		const { signStatement } = await import("../../src/trust/signing.ts");
		const key = makeKey("store");
		const statuses: number[] = [];
		for (let n = 0; n < 8; n += 1) {
			const body = JSON.stringify(signStatement("gondola/enrolment/1", {}, { secret: `${n}`.padStart(22, "A"), public: key.public }, key));
			statuses.push((await asAdmin({ method: "POST", target: "/api/v1/enrolments", body })).status);
		}
		expect(statuses.slice(0, 3)).toEqual([401, 401, 401]);
		expect(statuses.at(-1)).toBe(429);
	});
});

it.each<[string, string]>([
	["deeper than any schema", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
	["with a prototype inside", '{"__proto__":{"admin":true},"id":"a"}'],
	["that ends in the middle", '{"id":"a"'],
	["with half a character", '{"id":"\\ud800"}'],
	["with a store's name that is a path", '{"id":"../../etc"}'],
	["with a store's name that is a topic", '{"id":"a/#"}'],
	["with a store's name of the prototype", '{"id":"__proto__ "}'],
])("a body %s is refused", async (_, body) => {
	const answer = await asAdmin({ method: "POST", target: "/api/v1/stores", body });
	expect(answer.status).toBeGreaterThanOrEqual(400);
	expect(answer.status).toBeLessThan(500);
});

it("a text with a zero byte, which no database takes, is the sender's fault and changes nothing", async () => {
	const change = { sku: "z", name: "a\u0000b", amountMinor: 1, currency: "EUR", kind: "regular" };
	await asAdmin({ method: "POST", target: "/api/v1/stores", body: '{"id":"zero"}' });
	const body = JSON.stringify({ id: "zero", stores: ["zero"], changes: [change] });
	const answer = await asAdmin({ method: "POST", target: "/api/v1/pushes", body });
	expect([answer.status, answer.body]).toEqual([400, expect.stringContaining("bad-field")]);
	expect((await asAdmin({ target: "/api/v1/pushes/zero" })).status).toBe(404);
});

it.each([
	"/api/v1/stores?after=' OR 1=1 --",
	"/api/v1/stores?limit=-1",
	"/api/v1/stores?limit=1e9",
	"/api/v1/pushes/%00",
	"/api/v1/stores/%27%20OR%20%271%27=%271/facts?after=0",
	"/../../etc/passwd",
	"/api/v1/matrix?push=%27",
])("%s is answered without a mistake", async (target) => {
	const answer = await asAdmin({ target: target.replaceAll(" ", "%20") });
	expect(answer.status).toBeLessThan(500);
	expect(answer.body).not.toMatch(/syntax error|root:|at .*\.ts:\d+/);
});
