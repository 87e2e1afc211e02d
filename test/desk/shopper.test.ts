import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DeskLedger } from "../../src/desk/ledger-view.ts";
import { buildDesk } from "../../src/desk/server.ts";
import type { StoreLedger } from "../../src/flows/flows.ts";
import { readBook } from "../../src/ledger/book.ts";
import { openForReading } from "../../src/ledger/file/open.ts";
import { article, fromHq, moment, noon, openTestStore, price } from "../support/store.ts";
import { deskOptions } from "./options.ts";

const milk = "04006381333931";

describe("the page behind a label's code", () => {
	const store = openTestStore();
	const connection = openForReading(store.directory);
	let desk: Awaited<ReturnType<typeof buildDesk>>;
	const ledger = {
		read: readBook(connection),
		now: () => moment(noon),
		bells: { on: () => () => {} },
	} as unknown as StoreLedger as DeskLedger;

	beforeAll(async () => {
		store.do("setIdentity", { store: "0204", tenant: "demo", locale: "en" });
		fromHq(store, "catalog", [
			article("A1", { gtin: milk, name: 'Milk <b>"fresh"</b>', brand: "Alp" }),
			price("A1", 1, 139, { unitPrice: { amountMinor: 139, per: "l" } }),
			price("A1", 2, 99, { kind: "promotion", until: "2026-03-05T23:00:00.000Z", priorAmountMinor: 129 }),
			price("A1", 3, 89, { kind: "member", tier: "gold" }),
			article("A2", { gtin: "04006381333948", name: "Without a price" }),
			article("A3", { gtin: "04006381333955", name: "Recalled" }),
			price("A3", 1, 500),
		]);
		store.do("recordMovement", { id: "m1", sku: "A1", quantity: 4, reason: "receive", occurredAt: noon });
		fromHq(store, "stock", [{ type: "stop-sale", stop: { id: "r1", gtin: "04006381333955", lot: "L7", reason: "glass in it", at: noon } }]);
		desk = await buildDesk({ ...deskOptions(), ledger });
	});
	afterAll(async () => {
		await desk.stop();
		connection.close();
		store.close();
	});

	const ask = async (url: string, headers: Record<string, string> = {}) => {
		const { statusCode, body, headers: said } = await desk.app.inject({ url, headers });
		return { status: statusCode, body, said };
	};

	it("says price, unit price, offers, and the stock with its age, without an account", async () => {
		const { status, body, said } = await ask(`/01/${milk}`);
		expect(status).toBe(200);
		expect(said["content-type"]).toBe("text/html; charset=utf-8");
		for (const text of ["€0.99", "Lowest price before: €1.29", "Members pay €0.89 (gold)", "Only 4 left here", "As of 2026-03-02", "Alp"])
			expect(body).toContain(text);
		expect(body).toContain("Milk &lt;b&gt;&quot;fresh&quot;&lt;/b&gt;");
		expect(body).not.toContain("<script");
	});

	it("speaks the shopper's language", async () => {
		expect((await ask(`/01/${milk}`, { "accept-language": "zh-CN,zh;q=0.9,en;q=0.8" })).body).toContain("本店仅剩 4");
		expect((await ask(`/01/${milk}`, { "accept-language": "fr, hr;q=0.5" })).body).toContain("Ostalo samo 4");
		expect((await ask(`/01/${milk}`, { "accept-language": "__proto__, constructor" })).body).toContain('lang="en"');
	});

	it("is found by every form of the barcode, with lot, serial number and attributes, and as JSON", async () => {
		for (const path of [milk, milk.slice(1), `${milk}/10/LOT1`, `${milk}/10/LOT1/21/7`, `${milk}/21/7?17=270131&3103=000500`])
			expect((await ask(`/01/${path}`)).status, path).toBe(200);
		const { body } = await ask(`/01/${milk}`, { accept: "application/json" });
		expect(JSON.parse(body)).toMatchObject({
			gtin: milk,
			price: { amountMinor: 99, currency: "EUR" },
			stock: { quantity: 4, asOf: noon },
			recall: null,
		});
	});

	it("says that a recalled lot must not be used, and nothing of the kind of other lots", async () => {
		const recalled = (await ask("/01/04006381333955/10/L7")).body;
		expect(recalled).toContain("glass in it");
		expect(recalled).not.toContain("5.00");
		expect((await ask("/01/04006381333955/10/L8")).body).toContain("€5.00");
	});

	it("says that an article has no price, and that a barcode is not sold here", async () => {
		expect((await ask("/01/04006381333948")).body).toContain("No price at the moment");
		const unknown = await ask("/01/04006381333962");
		expect([unknown.status, unknown.body.includes("04006381333962")]).toEqual([404, true]);
		expect((await ask("/01/04006381333962", { accept: "application/json" })).status).toBe(404);
		expect((await ask("/01/12x")).status).toBe(400);
	});
});
