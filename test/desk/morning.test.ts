/** What the morning page asks for and reckons: prices that changed, places, and what the labels say together. */
import { afterAll, describe, expect, it } from "vitest";
import { shelfEdge } from "../../src/desk/cockpit/state/shelf-edge.ts";
import { buildDesk } from "../../src/desk/server.ts";
import type { LabelStatus } from "../../src/words/label.ts";
import { emptyLabel, fakeLedger } from "./fake-ledger.ts";
import { deskOptions } from "./options.ts";

const now = "2026-03-02T06:30:00.000Z";
const ledger = fakeLedger(now);
for (const [sku, name] of [
	["milk", "Milk 1 l"],
	["bread", "Bread"],
	["salt", "Salt"],
	["tea", "Tea"],
] as const)
	ledger.articles.set(sku, { sku, name, version: 1 });
const price = (sku: string, version: number, amountMinor: number, from: string, kind: "regular" | "promotion" = "regular") => {
	ledger.prices.push({ sku, version, kind, amountMinor, currency: "EUR", from, ...(kind === "promotion" && { priorAmountMinor: 120 }) });
	if (from <= now)
		ledger.happen({ type: "price.activated", sku, version, kind, amountMinor, currency: "EUR", push: null, labels: 1 }, from);
};
price("milk", 1, 109, "2026-02-01T00:00:00.000Z");
price("bread", 1, 249, "2026-02-01T00:00:00.000Z");
// 18:00 of the day before in Zagreb is 17:00 UTC.
price("bread", 2, 259, "2026-03-01T16:59:00.000Z");
price("milk", 2, 99, "2026-03-01T23:00:00.000Z", "promotion");
price("salt", 1, 59, "2026-03-02T05:00:00.000Z");
price("tea", 1, 399, "2026-03-03T05:00:00.000Z");
const label = (id: string, sku: string | null, state: LabelStatus["state"], wantedAt = "2026-03-01T23:00:00.000Z"): LabelStatus => ({
	...emptyLabel(id),
	sku,
	state,
	desired: sku === null ? null : { version: 2, at: wantedAt },
});
for (const each of [label("A1", "milk", "SHOWN"), label("A2", "milk", "STALE"), label("A3", "bread", "SHOWN")])
	ledger.labels.set(each.id, each);
ledger.movements.set("m1", { id: "m1", sku: "milk", quantity: 7, reason: "count", occurredAt: now, origin: "store" });

const built = await buildDesk(
	deskOptions({
		ledger,
		shelfPlan: [
			{ place: "A1-1", sku: "milk", capacity: 12, minimum: 2 },
			{ place: "A1-2", sku: "bread", capacity: 8, minimum: 1 },
			{ place: "cooler_3", sku: "salt", capacity: 8, minimum: 1 },
		],
	}),
);
afterAll(() => built.stop());
const get = async (url: string) => {
	const answer = await built.app.inject({ url, headers: { host: "127.0.0.1" } });
	return { status: answer.statusCode, body: answer.json() };
};

describe("GET /api/v1/price-changes", () => {
	it("lists what counts otherwise than at six in the evening before, by the store's clock, with its labels", async () => {
		const { body } = await get("/api/v1/price-changes");
		expect(body.since).toBe("2026-03-01T17:00:00.000Z");
		expect(body.items).toEqual([
			{
				...{ sku: "milk", name: "Milk 1 l", at: "2026-03-01T23:00:00.000Z" },
				before: { kind: "regular", amountMinor: 109, currency: "EUR" },
				now: { kind: "promotion", amountMinor: 99, currency: "EUR" },
				labels: { total: 2, shown: 1 },
			},
			{
				...{ sku: "salt", name: "Salt", at: "2026-03-02T05:00:00.000Z", before: null },
				now: { kind: "regular", amountMinor: 59, currency: "EUR" },
				labels: { total: 0, shown: 0 },
			},
		]);
	});

	it("takes another time, pages by SKU, and refuses what is no time", async () => {
		const wider = await get("/api/v1/price-changes?since=2026-03-01T17:00&limit=2");
		expect(wider.body.items.map(({ sku }: { sku: string }) => sku)).toEqual(["bread", "milk"]);
		expect((await get(`/api/v1/price-changes?since=2026-03-01T17:00&limit=2&after=${wider.body.next}`)).body.items).toMatchObject([
			{ sku: "salt" },
		]);
		expect(await get("/api/v1/price-changes?since=yesterday")).toMatchObject({ status: 400, body: { code: "bad-field" } });
	});
});

describe("GET /api/v1/shelf-plan", () => {
	it("lists places in walking order with their aisle and what the store has", async () => {
		const { body } = await get("/api/v1/shelf-plan?limit=2");
		expect(body).toMatchObject({
			items: [
				{ place: "A1-1", aisle: "A1", sku: "milk", name: "Milk 1 l", onHand: 7 },
				{ place: "A1-2", aisle: "A1", sku: "bread", onHand: null },
			],
			next: "A1-2",
		});
		expect((await get("/api/v1/shelf-plan?after=A1-2")).body).toMatchObject({ items: [{ place: "cooler_3", aisle: "cooler" }] });
		expect(await get("/api/v1/shelf-plan?after=B9")).toMatchObject({ status: 404, body: { code: "place-unknown" } });
	});
});

describe("what the labels say together", () => {
	const places = [
		{ place: "A1-1", aisle: "A1", sku: "milk", name: null, unit: "piece", capacity: 6, minimum: 1, onHand: null },
		{ place: "B2-1", aisle: "B2", sku: "bread", name: null, unit: "piece", capacity: 6, minimum: 1, onHand: null },
	] as const;
	const nowMs = Date.parse(now);
	const seconds = (ago: number): string => new Date(nowMs - ago * 1_000).toISOString();

	it("counts by aisle in walking order, and those without a place last", () => {
		const labels = [
			label("1", "gum", "SHOWN"),
			label("2", "bread", "SHOWN"),
			label("3", "milk", "FAILED"),
			label("4", "milk", "SHOWN"),
			label("5", null, "UNBOUND"),
		];
		const edge = shelfEdge(labels, places, nowMs);
		expect(edge.aisles).toEqual([
			{ name: "A1", total: 2, shown: 1, late: 1 },
			{ name: "B2", total: 1, shown: 1, late: 0 },
			{ name: null, total: 1, shown: 1, late: 0 },
		]);
		expect([edge.total, edge.shown, edge.underway]).toEqual([4, 3, 0]);
	});

	it("does not call late what was wanted within the minute, and puts the longest wait first", () => {
		const edge = shelfEdge(
			[
				label("new", "milk", "PENDING", seconds(20)),
				label("old", "milk", "PENDING", seconds(3_600)),
				label("bad", "bread", "FAILED", seconds(5)),
			],
			places,
			nowMs,
		);
		expect(edge.underway).toBe(1);
		expect(edge.late.map(({ label: { id }, place, since }) => [id, place, since])).toEqual([
			["old", "A1-1", seconds(3_600)],
			["bad", "B2-1", seconds(5)],
		]);
	});
});
