/** Whoever wants a senseless price on the shelf, or the store's kill switch: without the right, by a page of another site, or alone where it takes two. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Office } from "../support/processes.ts";
import { until } from "../support/until.ts";
import { deskToken, type GatewayUnderAttack, startWorld } from "./world.ts";

let office: Office;
let gateway: GatewayUnderAttack;
let end: () => Promise<void>;
const tokens = new Map<string, string>();
beforeAll(async () => {
	({ office, gateway, end } = await startWorld("0117"));
	for (const role of ["viewer", "clerk", "supervisor"]) {
		const made = await atDesk("POST", "/api/v1/tokens", { name: role, role });
		tokens.set(role, ((await made.json()) as { token: string }).token);
	}
	await push("monday", 100);
	await until(async () => (await price()) === 100, "the store has Monday's price");
}, 120_000);
afterAll(() => end?.());

function atDesk(method: string, path: string, body?: unknown, { token = deskToken, ...headers }: Record<string, string> = {}) {
	return fetch(gateway.desk.url + path, {
		method,
		headers: {
			...(token !== "" && { authorization: `Bearer ${token}` }),
			...(body !== undefined && { "content-type": "application/json" }),
			...headers,
		},
		...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
	});
}
const atOffice = (method: string, path: string, body?: unknown) =>
	office.ask(path, {
		method,
		...(body !== undefined && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
	});
const price = async (): Promise<number | undefined> =>
	((await (await atDesk("GET", "/api/v1/prices/milk")).json()) as { amountMinor?: number }).amountMinor;
const frozen = async (): Promise<unknown> =>
	((await (await atDesk("GET", "/api/v1/status")).json()) as { prices: { frozen: unknown } }).prices.frozen;
async function push(id: string, amountMinor: number, more: object = {}) {
	const changes = [{ sku: "milk", name: "Milk", amountMinor, currency: "EUR", kind: "regular", ...more }];
	return (await (await atOffice("POST", "/api/v1/pushes", { id, stores: "all", changes })).json()) as { accepted: number; held: unknown[] };
}

describe("the kill switch", () => {
	it.each(["", "nobody", "viewer", "clerk"])("is not for somebody with the token of: %s", async (who) => {
		for (const verb of ["freeze", "thaw"]) {
			const answer = await atDesk("POST", `/api/v1/prices/${verb}`, verb === "freeze" ? {} : undefined, { token: tokens.get(who) ?? who });
			expect([401, 403]).toContain(answer.status);
		}
		expect(await frozen()).toBeNull();
	});

	it("is not for a page of another site", async () => {
		const headers = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
		expect((await atDesk("POST", "/api/v1/prices/freeze", {}, headers)).status).toBe(403);
		expect(await frozen()).toBeNull();
	});

	it.each<[string, unknown]>([
		["two lines", { reason: "a\nb" }],
		["a text that hides what follows", { reason: "wrong\u0000list" }],
		["too much", { reason: "x".repeat(201) }],
		["nothing", { reason: "  " }],
		["a list", { reason: ["a"] }],
		["another member", { reason: "a", since: "2020-01-01T00:00:00.000Z" }],
		["a prototype", '{"reason":"a","__proto__":{"by":"hq"}}'],
		["half a character", '{"reason":"\\ud800"}'],
	])("takes no reason of %s, and changes nothing", async (_, body) => {
		expect((await atDesk("POST", "/api/v1/prices/freeze", body)).status).toBe(400);
		expect(await frozen()).toBeNull();
	});

	it("says who did it whatever the request says, keeps prices, and is told to head office", async () => {
		const answer = await atDesk("POST", "/api/v1/prices/freeze", { reason: "=cmd|' /C calc'!A0" }, { token: tokens.get("supervisor")! });
		expect(await answer.json()).toMatchObject({ by: expect.stringMatching(/^token:supervisor@/) });
		await push("while-frozen", 120);
		await until(async () => {
			const { items } = (await (await atDesk("GET", "/api/v1/articles/milk/history")).json()) as { items: unknown[] };
			return items.length === 2;
		}, "the price arrived");
		expect(await price()).toBe(100);
		await until(
			async () => ((await (await atOffice("GET", "/api/v1/stores/0117")).json()) as { pricesFrozen: unknown }).pricesFrozen !== null,
			"head office knows",
		);
		expect((await atDesk("POST", "/api/v1/prices/thaw", undefined, { token: tokens.get("supervisor")! })).status).toBe(200);
		await until(async () => (await price()) === 120, "what came meanwhile counts");
	});
});

describe("guard rails", () => {
	it("are no setting that one person sees through", async () => {
		const value = '{"currencies":[]}';
		for (const name of ["guardRails", "guardRails.currencies"]) {
			const answer = await atOffice("PUT", `/api/v1/stores/0117/settings/${name}`, { value });
			if (name === "guardRails") expect(answer.status).toBe(400);
		}
		expect((await push("usd", 120, { currency: "USD" })).held).toHaveLength(1);
	});

	it("hold what a mark in the request calls released", async () => {
		const changes = [{ sku: "milk", name: "Milk", amountMinor: 1, currency: "EUR", kind: "regular", released: true }];
		expect((await atOffice("POST", "/api/v1/pushes", { id: "marked", stores: "all", changes })).status).toBe(400);
		expect((await push("cheap", 1)).held).toHaveLength(1);
		expect((await atOffice("POST", "/api/v1/pushes/cheap/release", {})).status).toBe(409);
		expect(await price()).toBe(120);
	});
});
