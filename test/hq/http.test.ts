import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Hq, startHq } from "../../src/hq/service.ts";

describe("head office over HTTP", () => {
	let hq: Hq;
	beforeAll(async () => {
		hq = await startHq({ port: 0, tenant: "test" });
		for (const id of ["h1", "h2"]) expect((await send("POST", "/api/v1/stores", { id })).status).toBe(201);
	}, 120_000);
	afterAll(() => hq.stop());

	async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
		const raw = typeof body === "string";
		const answer = await fetch(hq.url + path, {
			method,
			headers: { ...(body !== undefined && { "content-type": raw ? "text/csv; charset=utf-8" : "application/json" }), ...headers },
			...(body !== undefined && { body: raw ? body : JSON.stringify(body) }),
		});
		const text = await answer.text();
		const type = answer.headers.get("content-type") ?? "";
		return { status: answer.status, type, body: (type.includes("json") ? JSON.parse(text) : text) as Record<string, unknown> & string };
	}

	it("takes a push as JSON, the same one twice, and tells how far it is", async () => {
		const push = {
			id: "j1",
			stores: ["h1"],
			changes: [{ sku: "a", amountMinor: 100, currency: "EUR", kind: "regular", name: "A", unitAmountMinor: 400, netContent: "250 g" }],
		};
		for (let i = 0; i < 2; i += 1)
			expect(await send("POST", "/api/v1/pushes", push)).toMatchObject({ status: 202, body: { id: "j1", accepted: 1, rejected: [] } });
		expect(await send("GET", "/api/v1/pushes/j1")).toMatchObject({
			status: 200,
			body: {
				id: "j1",
				changes: 1,
				stores: [{ store: "h1", sent: 0, stored: 0, active: 0, shown: 0, unlabelled: 0, failed: 0, firstAt: null, lastAt: null }],
			},
		});
		expect(await send("GET", "/api/v1/matrix?push=j1")).toMatchObject({ body: { items: [{ push: "j1", store: "h1", sent: 0 }] } });
		const [, price] = await hq.repositories.link.downAfter("h1", "catalog", 0, 10);
		expect(price!.record).toMatchObject({ type: "price", price: { unitPrice: { amountMinor: 400, per: "kg" } } });
	});

	it("refuses half a character, which no store could hash", async () => {
		const push = {
			id: "half",
			stores: ["h1"],
			changes: [{ sku: "a", amountMinor: 100, currency: "EUR", kind: "regular", name: "A \ud800" }],
		};
		expect(await send("POST", "/api/v1/pushes", push)).toMatchObject({
			status: 400,
			body: { code: "bad-field", errors: [{ path: "changes.0.name" }] },
		});
	});

	it.each([
		["a name that stands twice", '"amountMinor":100,"amountMinor":1', "A", "bad-field", /changes\.0\.amountMinor/],
		["bytes that are not UTF-8", '"amountMinor":100', "M\u00fcsli", "bad-request", /UTF-8/],
	])("refuses JSON with %s (case H10)", async (_, amount, name, code, detail) => {
		const text = `{"id":"odd","stores":"all","changes":[{"sku":"a",${amount},"currency":"EUR","kind":"regular","name":"${name}"}]}`;
		const headers = { "content-type": "application/json" };
		const answer = await fetch(`${hq.url}/api/v1/pushes`, { method: "POST", headers, body: Buffer.from(text, "latin1") });
		expect([answer.status, await answer.json()]).toMatchObject([400, { code, detail: expect.stringMatching(detail) }]);
		expect((await send("GET", "/api/v1/pushes/odd")).status).toBe(404);
	});

	it("takes a push as CSV with its refused rows", async () => {
		const header = "sku,gtin,name,brand,net_content,unit,category,amount,unit_amount,kind,from,until,prior_amount,currency";
		const file = `${header}\nx,,X,,,,,1.50,,,,,,EUR\ny,,Y,,,,,nothing,,,,,,EUR\n`;
		const answer = await send("POST", "/api/v1/pushes?id=c1&stores=h1,h2&effectiveAt=2026-03-01T08:00:00Z", file);
		expect(answer).toMatchObject({
			status: 202,
			body: { id: "c1", accepted: 1, rejected: [{ line: 3, column: "amount", reason: expect.stringContaining("nothing") }] },
		});
		expect((await send("GET", "/api/v1/pushes?limit=1")).body).toMatchObject({ items: [{ id: "c1" }], next: expect.any(Number) });
	});

	it.each(["2569-12-01T06:00:00Z", "2569-12-01T06:00", "2569-12-01"])(
		"refuses %s as a price file does: another calendar's year",
		async (time) => {
			const change = { sku: "a", amountMinor: 1, currency: "EUR" };
			for (const [path, push] of [
				["effectiveAt", { id: "e4", stores: "all", effectiveAt: time, changes: [change] }],
				["changes.0.from", { id: "e4", stores: "all", changes: [{ ...change, from: time }] }],
			] as const)
				expect((await send("POST", "/api/v1/pushes", push)).body).toMatchObject({ code: "bad-field", errors: [{ path }] });
		},
	);

	it.each([
		[
			"an unknown field, with its path",
			"/api/v1/pushes",
			{ id: "e1", stores: "all", changes: [{ sku: "a", amountMinor: 1, currency: "EUR", colour: "red" }] },
			400,
			"unknown-field",
			"changes.0.colour",
		],
		[
			"an amount that is no integer",
			"/api/v1/pushes",
			{ id: "e2", stores: "all", changes: [{ sku: "a", amountMinor: 1.5, currency: "EUR" }] },
			400,
			"bad-field",
			"changes.0.amountMinor",
		],
		[
			"a store nobody enrolled",
			"/api/v1/pushes",
			{ id: "e3", stores: ["h9"], changes: [{ sku: "a", amountMinor: 1, currency: "EUR" }] },
			422,
			"stores-unknown",
			undefined,
		],
		["a name that cannot be a store's", "/api/v1/stores", { id: "Store 1" }, 400, "bad-field", "id"],
		[
			"an order without a grant",
			"/api/v1/orders",
			{ id: "o1", store: "h1", lines: [{ sku: "a", quantity: 1 }] },
			409,
			"grant-short",
			undefined,
		],
		[
			"a movement in a store nobody enrolled",
			"/api/v1/stores/h9/stock/movements",
			{ id: "m", sku: "a", quantity: 1, reason: "receive", occurredAt: "2026-03-01T08:00:00Z" },
			404,
			"store-unknown",
			undefined,
		],
	])("refuses %s", async (_, path, body, status, code, errorPath) => {
		const answer = await send("POST", path, body);
		expect(answer).toMatchObject({ status, body: { code, status, title: expect.any(String), detail: expect.any(String) } });
		expect(answer.type).toContain("application/problem+json");
		if (errorPath !== undefined) expect(answer.body).toMatchObject({ errors: [{ path: errorPath }] });
	});

	it("answers 404 with a code for what is not there, and for rubbish 400", async () => {
		expect(await send("GET", "/api/v1/pushes/none")).toMatchObject({ status: 404, body: { code: "push-unknown" } });
		expect(await send("GET", "/api/v1/stores/none")).toMatchObject({ status: 404, body: { code: "store-unknown" } });
		expect(await send("GET", "/nowhere")).toMatchObject({ status: 404, body: { code: "not-found" } });
		expect(await send("GET", "/api/v1/stores?colour=red")).toMatchObject({
			status: 400,
			body: { code: "unknown-field", errors: [{ path: "query.colour" }] },
		});
		expect(await send("POST", "/api/v1/pushes?id=r1", "a,b\n1,2\n")).toMatchObject({ status: 400, body: { code: "bad-csv" } });
	});

	it("books a movement once", async () => {
		const movement = { id: "m1", sku: "a", quantity: 24, reason: "receive", occurredAt: "2026-03-01T08:00:00Z" };
		expect(await send("POST", "/api/v1/stores/h1/stock/movements", movement)).toMatchObject({ status: 201 });
		expect(await send("POST", "/api/v1/stores/h1/stock/movements", movement)).toMatchObject({ status: 200 });
		expect(await send("GET", "/api/v1/stores/h1/stock/a")).toMatchObject({ body: { onHand: 24, name: "A", movements: [{ id: "m1" }] } });
	});

	it("lists pushes with one sum in place of a row a store, and an article's stock over all stores", async () => {
		const { body } = await send("GET", "/api/v1/pushes?totals=true");
		const items = body["items"] as unknown as { id: string; totals: object; stores?: unknown }[];
		expect(items.find(({ id }) => id === "c1")).toMatchObject({
			changes: 1,
			totals: { stores: 2, changes: 2, sent: 0, shown: 0, failed: 0 },
		});
		expect(items.every((push) => push.stores === undefined)).toBe(true);
		expect(await send("GET", "/api/v1/stock/a?limit=1")).toMatchObject({
			status: 200,
			body: { sku: "a", name: "A", unit: "piece", items: [{ store: "h1", onHand: 24, available: 24 }], next: "h1" },
		});
		expect(await send("GET", "/api/v1/stock/nothing")).toMatchObject({ body: { code: "article-unknown" } });
	});

	it("enrolls a store once, tells its token once, and fences the old box when it is replaced", async () => {
		expect(await send("POST", "/api/v1/stores", { id: "h3" })).toMatchObject({
			status: 201,
			body: { incarnation: 1, token: expect.any(String) },
		});
		expect((await send("POST", "/api/v1/stores", { id: "h3" })).body).toEqual({ id: "h3", incarnation: 1 });
		expect((await send("POST", "/api/v1/stores", { id: "h3", replace: true })).body).toMatchObject({
			incarnation: 2,
			token: expect.any(String),
		});
		expect((await send("GET", "/api/v1/stores")).body).toMatchObject({
			items: [{ id: "h1" }, { id: "h2" }, { id: "h3", connected: false, lastContact: null }],
		});
	});

	it("serves its page with nothing from elsewhere, and metrics", async () => {
		const page = await fetch(`${hq.url}/`);
		expect(await page.text()).toMatch(/<title>(Gondola: )?Head office<\/title>/);
		const policy = page.headers.get("content-security-policy")!;
		expect(policy).toMatch(/default-src 'none'; script-src 'self'; style-src 'self'/);
		expect(policy).not.toMatch(/unsafe|https?:|\*/);
		for (const file of ["..%2f..%2fpackage.json", ".hidden", "none.js"]) expect((await send("GET", `/assets/${file}`)).status).toBe(404);
		expect((await send("GET", "/metrics")).body).toMatch(/gondola_hq_down_waiting_records\{store="h1"\} [1-9]/);
	});
});
