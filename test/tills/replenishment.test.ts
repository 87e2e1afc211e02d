import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import type { DeskLedger } from "../../src/desk/ledger-view.ts";
import { buildDesk } from "../../src/desk/server.ts";
import type { StoreLedger } from "../../src/flows/flows.ts";
import { readBook } from "../../src/ledger/book.ts";
import { openForReading } from "../../src/ledger/file/open.ts";
import { LedgerRefusal } from "../../src/ledger/ledger.ts";
import { demandOf, emptyIn, type HourSold, hoursOfWeek } from "../../src/words/replenishment/demand.ts";
import { deskOptions } from "../desk/options.ts";
import { article, fromHq, moment, openTestStore } from "../support/store.ts";

const now = "2026-03-30T12:00:00.000Z";
const hourMs = 3_600_000;
const before = (hours: number): string => new Date(Date.parse(now) - hours * hourMs).toISOString();

describe("what to bring to which shelf", () => {
	const store = openTestStore();
	const connection = openForReading(store.directory);
	let desk: Awaited<ReturnType<typeof buildDesk>>;
	let sales = 0;
	let seconds = 0;
	/** Each look at the clock is a second later: what is sold after a filling is later than it. */
	const tick = (): string => new Date(Date.parse(now) + (seconds += 1) * 1_000).toISOString();
	const ledger = {
		read: readBook(connection),
		now: () => moment(tick()),
		bells: { on: () => () => {} },
		do: async (flow: never, args: never) => {
			try {
				return store.do(flow, args, tick());
			} catch (error) {
				const [, code, said] = /^\w+: ([\w-]+): (.*)$/.exec((error as Error).message)!;
				throw new LedgerRefusal(code!, said!);
			}
		},
	} as unknown as StoreLedger as DeskLedger;
	const shelfPlan = [
		{ place: "A1", sku: "S1", capacity: 20, minimum: 5 },
		{ place: "A2", sku: "S2", capacity: 10, minimum: 2 },
		{ place: "A3", sku: "S3", capacity: 8, minimum: 3 },
	];
	const sell = (sku: string, quantity: number, at: string): void => {
		sales += 1;
		store.do("recordMovement", { id: `sale-${sales}`, sku, quantity: -quantity, reason: "sale", occurredAt: at }, at);
	};
	const moveNow = (id: string, sku: string, quantity: number, reason: "sale" | "return"): void => {
		const at = tick();
		store.do("recordMovement", { id, sku, quantity, reason, occurredAt: at }, at);
	};
	const sellNow = (id: string, sku: string, quantity: number): void => moveNow(id, sku, -quantity, "sale");
	const ask = async (method: "GET" | "POST", url: string, payload?: object) => {
		const answer = await desk.app.inject({ method, url, ...(payload && { payload }) });
		return { status: answer.statusCode, ...(answer.json() as Record<string, unknown>) } as Record<string, never> & { status: number };
	};

	beforeAll(async () => {
		store.do("setIdentity", { store: "0204", tenant: "demo", locale: "en" });
		fromHq(store, "catalog", [article("S1", { gtin: "04006381333931", name: "Milk" }), article("S2"), article("S3", { name: "Bread" })]);
		for (const sku of ["S1", "S2", "S3"])
			store.do(
				"recordMovement",
				{ id: `in-${sku}`, sku, quantity: 1_000, reason: "receive", occurredAt: before(24 * 70) },
				before(24 * 70),
			);
		desk = await buildDesk({ ...deskOptions(), ledger, shelfPlan });
	});
	afterAll(async () => {
		await desk.stop();
		connection.close();
		store.close();
	});

	it("says nothing of shelves that are full", async () => {
		expect(await ask("GET", "/api/v1/replenishment")).toMatchObject({ status: 200, items: [] });
	});

	it("asks for a place that is below its minimum, and takes the filling once", async () => {
		expect(await ask("POST", "/api/v1/replenishment/A3.1/done", { quantity: 1 })).toMatchObject({
			status: 200,
			duplicate: false,
			onShelf: 8,
		});
		sellNow("m-1", "S3", 6);
		const { items } = (await ask("GET", "/api/v1/replenishment")) as unknown as { items: object[] };
		expect(items).toMatchObject([
			{ id: "A3.2", place: "A3", sku: "S3", name: "Bread", onShelf: 2, bring: 6, because: "below-minimum", basis: "since-filled" },
		]);
		expect(await ask("POST", "/api/v1/replenishment/A3.2/done", {})).toMatchObject({
			status: 200,
			quantity: 6,
			onShelf: 8,
			duplicate: false,
		});
		expect(await ask("POST", "/api/v1/replenishment/A3.2/done", {})).toMatchObject({
			status: 200,
			quantity: 6,
			onShelf: 8,
			duplicate: true,
		});
		expect(await ask("POST", "/api/v1/replenishment/A3.2/done", { quantity: 5 })).toMatchObject({ status: 409, code: "fill-differs" });
		const told = store.book.events.after(0, 10_000).filter((event) => event.type === "shelf.filled");
		expect(told).toMatchObject([
			{ place: "A3", quantity: 1 },
			{ place: "A3", quantity: 6, onShelf: 8 },
		]);
		expect(ledger.read.stock.onHand("S3")).toMatchObject({ onHand: 994 });
	});

	it("takes a shelf that nobody confirmed as full when the day began", async () => {
		sellNow("m-0", "S1", 16);
		expect(await ask("GET", "/api/v1/replenishment")).toMatchObject({ items: [{ id: "A1.1", onShelf: 4, bring: 16, basis: "assumed" }] });
		moveNow("m-0b", "S1", 16, "return");
		expect(await ask("GET", "/api/v1/replenishment")).toMatchObject({ items: [] });
	});

	it("refuses what is no task, another article's code, and words that mean nothing", async () => {
		expect(await ask("POST", "/api/v1/replenishment/Z9.1/done", { quantity: 1 })).toMatchObject({ status: 404, code: "task-unknown" });
		expect(await ask("POST", "/api/v1/replenishment/A1.7/done", { quantity: 1 })).toMatchObject({ status: 404, code: "task-unknown" });
		expect(await ask("POST", "/api/v1/replenishment/A2.1/done", { quantity: 1, code: "4006381333931" })).toMatchObject({
			status: 409,
			code: "task-wrong-article",
		});
		expect(await ask("POST", "/api/v1/replenishment/A1.1/done", { quantity: 1, code: "4006381333931" })).toMatchObject({ status: 200 });
		expect(await ask("POST", "/api/v1/replenishment/A1.2/done", { quantity: 0 })).toMatchObject({ status: 400 });
		expect(await ask("GET", "/api/v1/replenishment?after=Z9.1")).toMatchObject({ status: 404, code: "task-unknown" });
	});

	it("asks for a place that will be empty within hours, and says when, with how sure it is", async () => {
		// Four a hour at noon of every day for eight weeks, none at night.
		for (let day = 1; day <= 63; day += 1) for (const hour of [0, 1, 2]) sell("S2", 4, before(day * 24 - hour));
		await ask("POST", "/api/v1/replenishment/A2.1/done", { quantity: 10 });
		sellNow("m-2", "S2", 6);
		const later = await buildDesk({ ...deskOptions(), ledger, shelfPlan });
		const { items } = (await later.app.inject({ url: "/api/v1/replenishment" })).json() as {
			items: { emptyAt: { early: string; likely: string; late: string } }[];
		};
		expect(items).toMatchObject([{ id: "A2.2", onShelf: 4, because: "empty-soon" }]);
		const { early, likely, late } = items[0]!.emptyAt;
		expect(early <= likely && likely <= late).toBe(true);
		expect(likely > now && likely < "2026-03-30T15:30:00.000Z").toBe(true);
		await later.stop();
	});

	it("pages along the plan", async () => {
		sellNow("m-3", "S1", 18);
		sellNow("m-4", "S3", 7);
		const first = await ask("GET", "/api/v1/replenishment?limit=1");
		expect(first).toMatchObject({ items: [{ place: "A1" }], next: "A1.2" });
		expect(await ask("GET", "/api/v1/replenishment?limit=1&after=A1.2")).toMatchObject({ items: [{ place: "A3" }] });
	});
});

describe("the shelf plan in the configuration", () => {
	const parse = (plan: string) => () => parseConfig(`store: s\nshelfPlan:\n${plan}`, "gondola.yaml");
	it("refuses a place twice, and a minimum that is no minimum", () => {
		expect(parse("  - { place: A1, sku: x, capacity: 4 }\n  - { place: A1, sku: y, capacity: 4 }")).toThrow(/A1 is planned twice/);
		expect(parse("  - { place: A1, sku: x, capacity: 4, minimum: 4 }")).toThrow(/below the capacity/);
		expect(parse("  - { place: 'A 1', sku: x, capacity: 4 }")).toThrow(/letters, digits/);
	});
});

describe("how fast an article sells", () => {
	/** mulberry32: the same series in each run. */
	const dice = (seed: number) => () => {
		seed = (seed + 0x6d2b79f5) | 0;
		let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	it("knows the hours in which a shop is closed, and says nothing where nothing was sold", () => {
		const sold: HourSold[] = [];
		for (let week = 0; week < 6; week += 1)
			for (let day = 0; day < 7; day += 1)
				for (let hour = 8; hour < 20; hour += 1) sold.push({ weeksAgo: week, hourOfWeek: day * 24 + hour, quantity: 2 });
		const demand = demandOf(sold, 6)!;
		expect(demand.rates[3 * 24 + 12]).toBeCloseTo(2, 1);
		expect(demand.rates[3 * 24 + 3]).toBe(0);
		expect(emptyIn(6, demand, 24 + 20)!.likely).toBeGreaterThan(12);
		expect(demandOf([], 6)).toBeUndefined();
		expect(demandOf(sold, 0)).toBeUndefined();
	});

	it("covers what happens as often as it says", () => {
		const random = dice(7);
		const poisson = (mean: number): number => {
			let [k, left] = [0, Math.exp(-mean)];
			for (let sum = random(); sum > left; sum *= random()) k += 1;
			return k;
		};
		const rate = (hour: number): number => (hour % 24 >= 8 && hour % 24 < 20 ? 1.5 + Math.sin(hour / 9) : 0);
		let [inside, all] = [0, 0];
		for (let trial = 0; trial < 300; trial += 1) {
			const sold: HourSold[] = [];
			for (let week = 0; week < 8; week += 1)
				for (let hour = 0; hour < hoursOfWeek; hour += 1) sold.push({ weeksAgo: week, hourOfWeek: hour, quantity: poisson(rate(hour)) });
			const from = trial % hoursOfWeek;
			const { early, late } = emptyIn(15, demandOf(sold, 8)!, from)!;
			let [left, hours] = [15, 0];
			for (; left > 0; hours += 1) left -= poisson(rate((from + hours) % hoursOfWeek));
			all += 1;
			if (hours >= early && hours <= (late ?? Infinity)) inside += 1;
		}
		// Ten in a hundred are earlier, ten later; a whole hour at each end counts as inside.
		expect(inside / all).toBeGreaterThan(0.75);
		expect(inside / all).toBeLessThan(0.98);
	});
});
