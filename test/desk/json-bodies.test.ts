import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildDesk } from "../../src/desk/server.ts";
import { fakeLedger } from "./fake-ledger.ts";
import { deskOptions } from "./options.ts";

const ledger = fakeLedger();
let desk: Awaited<ReturnType<typeof buildDesk>>;
beforeAll(async () => {
	desk = await buildDesk({ ...deskOptions(), ledger });
});
afterAll(() => desk.stop());

describe("a body of JSON", () => {
	it("refuses a name that stands twice, and bytes that are not UTF-8; an empty body is none", async () => {
		const before = ledger.read.events.last();
		const post = async (url: string, payload: string | Buffer) => {
			const answer = await desk.app.inject({ method: "POST", url, payload, headers: { "content-type": "application/json" } });
			return [answer.statusCode, answer.json()];
		};
		const movement = '"id":"m-2","sku":"A1","reason":"receive","occurredAt":"2026-03-01T08:00:00Z"';
		const twice = await post("/api/v1/stock/movements", `{${movement},"quantity":1,"quantity":2}`);
		expect(twice).toMatchObject([400, { code: "bad-field", errors: [{ path: "quantity" }] }]);
		const latin = Buffer.from(`{${movement},"quantity":1,"reference":"K\u00e4se"}`, "latin1");
		expect(await post("/api/v1/stock/movements", latin)).toMatchObject([
			400,
			{ code: "bad-request", detail: expect.stringContaining("UTF-8") },
		]);
		expect(ledger.read.events.last()).toBe(before);
		expect(await post("/api/v1/prices/thaw", "")).toMatchObject([200, {}]);
	});
});
