import { mkdtempSync, rmSync, statSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HqRight, rightsTable } from "../../../src/access/rights.ts";
import { type Hq, startHq } from "../../../src/hq/service.ts";

interface Answer {
	status: number;
	cookie: string | undefined;
	body: Record<string, unknown> & { code?: string; items?: Record<string, unknown>[]; token?: string };
}

let folder: string;
let hq: Hq;
const said: string[] = [];
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "people-"));
	hq = await startHq({
		port: 0,
		tenant: "test",
		people: { socket: join(folder, "hq.sock") },
		notify: (sentence) => void said.push(sentence),
	});
}, 120_000);
afterAll(async () => {
	await hq.stop();
	rmSync(folder, { recursive: true, force: true });
});

async function ask(
	method: string,
	path: string,
	{ token, cookie, body }: { token?: string; cookie?: string; body?: unknown } = {},
): Promise<Answer> {
	const headers = {
		...(token !== undefined && { authorization: `Bearer ${token}` }),
		...(cookie !== undefined && { cookie }),
		...(body !== undefined && { "content-type": "application/json" }),
	};
	const answer = await fetch(hq.url + path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
	const text = await answer.text();
	const isJson = (answer.headers.get("content-type") ?? "").includes("json");
	return { status: answer.status, cookie: answer.headers.get("set-cookie")?.split(";")[0], body: isJson ? JSON.parse(text) : { text } };
}
const person = { name: "olga", password: "head office opens at six" };
let admin: string;

describe("head office before its first person", () => {
	it("answers nothing but liveness, the page and the claim", async () => {
		expect((await ask("GET", "/healthz")).status).toBe(200);
		for (const path of ["/api/v1/stores", "/api/v1/pushes", "/metrics", "/api/v1/users", "/nothing"])
			expect(await ask("GET", path)).toMatchObject({ status: 401, body: { code: "unclaimed" } });
		const page = await ask("GET", "/");
		expect(page.body["text"]).toContain("Claim code");
		expect(page.body["text"]).not.toContain(hq.claimCode!);
	});

	it("makes the first person with the code from the console, once, and no weak one", async () => {
		expect(await ask("POST", "/api/v1/claim", { body: { ...person, code: "AAAA-AAAA-AAAA" } })).toMatchObject({
			status: 401,
			body: { code: "claim-wrong" },
		});
		expect(await ask("POST", "/api/v1/claim", { body: { ...person, code: hq.claimCode, password: "short" } })).toMatchObject({
			body: { code: "password-weak" },
		});
		const made = await ask("POST", "/api/v1/claim", { body: { ...person, code: hq.claimCode!.toLowerCase() } });
		expect(made).toMatchObject({ status: 201, body: { name: "olga", roles: ["admin"] } });
		admin = made.cookie!;
		expect(await ask("POST", "/api/v1/claim", { body: { ...person, name: "eve", code: hq.claimCode } })).toMatchObject({
			status: 409,
			body: { code: "claimed-already" },
		});
		expect((await ask("GET", "/")).body["text"]).toContain("Sign in");
	});
});

describe("people and programs at head office", () => {
	const tokenOf = async (role: string): Promise<string> =>
		(await ask("POST", "/api/v1/tokens", { cookie: admin, body: { name: `t-${role}-${Math.random().toString(36).slice(2, 8)}`, role } }))
			.body.token!;

	it("each may do what the table says, on every route, and nobody without a name may do anything", async () => {
		const routes: [string, string, HqRight, unknown?][] = [
			["GET", "/api/v1/stores", "stores.read"],
			["POST", "/api/v1/stores", "stores.enroll", { id: "r1" }],
			["POST", "/api/v1/stores/r1/incarnations", "stores.fence", {}],
			["GET", "/api/v1/pushes", "pushes.read"],
			["POST", "/api/v1/pushes", "pushes.write", {}],
			["PUT", "/api/v1/stores/r1/settings/locale", "settings.write", { value: "en" }],
			["POST", "/api/v1/orders", "orders.write", {}],
			["POST", "/api/v1/stores/r1/grants", "grants.write", {}],
			["GET", "/api/v1/users", "users.read"],
			["POST", "/api/v1/users", "users.write", {}],
			["GET", "/api/v1/audit", "audit.read"],
			["GET", "/metrics", "metrics.read"],
		];
		for (const role of ["viewer", "pricer", "approver", "operator", "admin", "shop", "import", "metrics", "till"]) {
			const token = await tokenOf(role);
			for (const [method, path, right, body] of routes) {
				const { status } = await ask(method, path, { token, body });
				expect([role, right, status === 403]).toEqual([role, right, !rightsTable.hq[right]!.held.includes(role)]);
			}
		}
		for (const [method, path, , body] of routes) expect((await ask(method, path, { body })).status).toBe(401);
	});

	it("a token is revoked at once, also for a request that was right a moment before, and unknown ones open nothing", async () => {
		const made = await ask("POST", "/api/v1/tokens", { cookie: admin, body: { name: "feed", role: "viewer" } });
		const { token } = made.body as { token: string };
		expect((await ask("GET", "/api/v1/stores", { token })).status).toBe(200);
		expect((await ask("DELETE", "/api/v1/tokens/feed", { cookie: admin })).status).toBe(204);
		expect(await ask("GET", "/api/v1/stores", { token })).toMatchObject({ status: 401, body: { code: "token-wrong" } });
		expect(JSON.stringify((await ask("GET", "/api/v1/tokens", { cookie: admin })).body)).not.toContain("digest");
	});

	it("sign in and out; a session ends with its user", async () => {
		await ask("POST", "/api/v1/users", { cookie: admin, body: { name: "ben", role: "pricer", password: "prices are my business" } });
		const { cookie } = await ask("POST", "/api/v1/sessions", { body: { name: "ben", password: "prices are my business" } });
		expect((await ask("GET", "/api/v1/sessions/current", { cookie: cookie! })).body).toMatchObject({
			kind: "user",
			name: "ben",
			roles: ["pricer"],
		});
		expect((await ask("GET", "/api/v1/stores", { cookie: cookie! })).status).toBe(200);
		const second = await ask("POST", "/api/v1/sessions", { body: { name: "ben", password: "prices are my business" } });
		expect((await ask("DELETE", "/api/v1/sessions/current", { cookie: second.cookie! })).status).toBe(204);
		expect((await ask("GET", "/api/v1/stores", { cookie: second.cookie! })).status).toBe(401);
		expect((await ask("DELETE", "/api/v1/users/ben", { cookie: admin })).status).toBe(204);
		expect((await ask("GET", "/api/v1/stores", { cookie: cookie! })).status).toBe(401);
		expect(await ask("DELETE", "/api/v1/users/olga", { cookie: admin })).toMatchObject({ status: 409, body: { code: "last-of-role" } });
	});

	it("whoever guesses is slowed down, alarmed about and written down; nothing says whether the name exists", async () => {
		const wrong = async (name: string) => (await ask("POST", "/api/v1/sessions", { body: { name, password: "a wrong password" } })).body;
		const [known, unknown] = [await wrong("olga"), await wrong("nobody")];
		expect(known).toEqual(unknown);
		for (let n = 0; n < 10; n += 1) await wrong("olga");
		expect((await ask("POST", "/api/v1/sessions", { body: person })).status).toBe(429);
		const alarms = (await ask("GET", "/api/v1/alarms", { cookie: admin })).body.items!;
		expect(alarms).toMatchObject([{ code: "sign-in-alarm", level: "YELLOW", what: expect.stringContaining("olga") }]);
		const id = String(alarms[0]!["id"]);
		expect((await ask("POST", `/api/v1/alarms/${id}/acknowledge`, { token: await tokenOf("viewer") })).status).toBe(403);
		expect((await ask("POST", `/api/v1/alarms/${id}/acknowledge`, { cookie: admin })).status).toBe(200);
		expect((await ask("POST", `/api/v1/alarms/${id}/acknowledge`, { cookie: admin })).status).toBe(404);
		expect((await ask("GET", "/api/v1/alarms", { cookie: admin })).body.items).toEqual([]);
		const { items } = (await ask("GET", "/api/v1/audit?limit=1000", { cookie: admin })).body;
		expect(items).toContainEqual(
			expect.objectContaining({ what: "sign-in", name: "olga", outcome: "sign-in-wrong", address: "127.0.0.1" }),
		);
		expect(items).toContainEqual(expect.objectContaining({ what: "POST /api/v1/tokens", kind: "user", name: "olga", outcome: "201" }));
		expect(items).toContainEqual(expect.objectContaining({ what: "POST /api/v1/stores", kind: "token", outcome: "403" }));
		expect(items).toContainEqual(expect.objectContaining({ what: "GET /api/v1/audit", kind: "token", outcome: "403" }));
		expect(items).toContainEqual(expect.objectContaining({ what: "claim", outcome: "claim-wrong", address: "127.0.0.1" }));
	}, 120_000);

	it("the rights are those of the matched route, however its address is spelled", async () => {
		const token = await tokenOf("metrics");
		for (const path of ["/%61pi/v1/stores", "/api/v1/%73tores", "/api/v1/stores/", "//api/v1/stores", "/API/v1/stores"]) {
			expect([401, 404]).toContain((await ask("GET", path)).status);
			expect([403, 404]).toContain((await ask("GET", path, { token })).status);
		}
	});
});

describe("the socket in the data directory", () => {
	it("is for its owner alone and needs no token: whoever can open it could read the database as well", async () => {
		const socketPath = join(folder, "hq.sock");
		expect(statSync(socketPath).mode & 0o777).toBe(0o600);
		const status = await new Promise((resolve, reject) => {
			request({ socketPath, path: "/api/v1/users", headers: { host: "localhost" } }, (answer) => {
				answer.resume();
				resolve(answer.statusCode);
			})
				.on("error", reject)
				.end();
		});
		expect(status).toBe(200);
	});
});
