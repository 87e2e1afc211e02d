import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildDesk } from "../../src/desk/server.ts";
import { fakeLedger } from "./fake-ledger.ts";
import { deskOptions } from "./options.ts";

const ledger = fakeLedger();
let desk: Awaited<ReturnType<typeof buildDesk>>;
const get = async (url: string) =>
	(await desk.app.inject(url)).json() as { items: { sku?: string; seq: number; type: string }[]; next?: number; code?: string };
const activated = { version: 1, kind: "regular", amountMinor: 99, currency: "EUR", push: null, labels: 0 } as const;
beforeAll(async () => {
	for (const [sku, name] of [
		["1001", "Mlijeko 1 l"],
		["1002", "Jogurt čvrsti 180 g"],
		["1003", "Voćni jogurt jagoda"],
	] as const)
		ledger.articles.set(sku, { sku, name, gtin: `0385033404${sku}`, version: 1 });
	ledger.happen({ type: "price.activated", sku: "1001", ...activated });
	ledger.happenMany(
		Array.from({ length: 1_500 }, (_, n) => ({ type: "weight.settled", device: `scale-${n % 3}`, milligrams: n }) as const),
	);
	ledger.happen({ type: "price.activated", sku: "1002", ...activated });
	ledger.happenMany(
		Array.from({ length: 1_500 }, (_, n) => ({ type: "weight.settled", device: `scale-${n % 3}`, milligrams: n }) as const),
	);
	desk = await buildDesk(deskOptions({ ledger }));
});
afterAll(() => desk.stop());
const skus = async (url: string) => (await get(url)).items.map(({ sku }) => sku);

describe("articles", () => {
	it("are found by any word of their name, with and without accents (case P15)", async () => {
		expect(await skus("/api/v1/articles?query=Jogurt")).toEqual(["1002", "1003"]);
		expect(await skus("/api/v1/articles?query=vocni%20jog")).toEqual(["1003"]);
		expect(await skus("/api/v1/articles?query=cvrsti")).toEqual(["1002"]);
		expect(await skus("/api/v1/articles?query=100")).toEqual(["1001", "1002", "1003"]);
		expect(await skus("/api/v1/articles?query=kruh")).toEqual([]);
	});

	it("come in pages", async () => {
		expect(await get("/api/v1/articles?limit=2")).toMatchObject({ items: [{ sku: "1001" }, { sku: "1002" }], next: "1002" });
		expect(await get("/api/v1/articles?limit=2&after=1002")).toEqual({ items: [expect.objectContaining({ sku: "1003" })] });
	});
});

describe("events", () => {
	it("are filtered by the ledger, however long ago they happened (case P16)", async () => {
		expect(await skus("/api/v1/events?type=price&newest=10")).toEqual(["1001", "1002"]);
		expect(await skus("/api/v1/events?type=price.activated&sku=1001")).toEqual(["1001"]);
		const page = await get("/api/v1/events?device=scale-1&limit=3");
		expect(page.items.map(({ seq }) => seq)).toEqual([3, 6, 9]);
		expect((await get(`/api/v1/events?device=scale-1&limit=1&after=${page.next}`)).items[0]!.seq).toBe(12);
		expect((await get("/api/v1/events?since=2030-01-01T00:00:00Z")).items).toEqual([]);
	});

	it("of a bare date are those of the whole day in the store's zone (case L5)", async () => {
		const before = ledger.clock.wall;
		const at = async (wall: string): Promise<number> => {
			ledger.clock.wall = wall;
			return ledger.happen({ type: "price.activated", sku: "1009", ...activated }).seq;
		};
		await at("2026-12-03T22:59:59.000Z");
		const first = await at("2026-12-03T23:00:00.000Z");
		const last = await at("2026-12-04T22:59:59.999Z");
		await at("2026-12-04T23:00:00.000Z");
		ledger.clock.wall = before;
		const { items } = await get("/api/v1/events?sku=1009&since=2026-12-04&until=2026-12-04");
		expect(items.map(({ seq }) => seq)).toEqual([first, last]);
		expect((await get("/api/v1/events?since=2026-02-31")).code).toBe("bad-field");
	});

	it("refuse a filter that names what there is not: the answer would be that of a quiet store", async () => {
		expect(await get("/api/v1/events?type=price,pirce")).toMatchObject({ code: "bad-field", detail: expect.stringContaining("pirce") });
		expect((await get("/api/v1/events?type=price.activatd&newest=5")).code).toBe("bad-field");
		expect((await get("/api/v1/events?device=scale-9")).code).toBe("device-unknown");
		expect((await get("/api/v1/events?sku=2001")).code).toBe("article-unknown");
		expect((await get("/api/v1/labels?sku=2001")).code).toBe("article-unknown");
		expect((await get("/api/v1/events?since=2030-01-02&until=2030-01-01")).code).toBe("bad-field");
		expect(await get("/api/v1/events?sku=1003")).toEqual({ items: [] });
		expect(await skus("/api/v1/events?sku=03850334041001")).toEqual(["1001"]);
	});

	it("refuse a filter that they would ignore", async () => {
		const answer = await desk.app.inject({ url: "/api/v1/events?type=price", headers: { accept: "text/event-stream" } });
		expect(answer.json()).toMatchObject({ status: 400, code: "bad-field" });
		expect((await get("/api/v1/events?colour=red")).code).toBe("unknown-field");
	});
});
