import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ShelfState } from "../../drivers/scale/shelf/shelf.ts";
import { parseConfig } from "../../src/config/load.ts";
import { createClock } from "../../src/daemon/clock.ts";
import { openStoreLedger } from "../../src/daemon/ledger.ts";
import { createLog } from "../../src/daemon/log.ts";
import { watchMqttDevices } from "../../src/floor/mqtt/devices.ts";
import { patienceOf, startPace, usualGapOf, withReport } from "../../src/floor/mqtt/pace.ts";
import { type ShelfPlan, type Shelves, tendShelves } from "../../src/floor/shelves.ts";
import type { StoreLedger } from "../../src/flows/flows.ts";
import { article } from "../support/store.ts";

let folder: string;
let ledger: Awaited<ReturnType<typeof openStoreLedger>>;
const running: { stop(): unknown }[] = [];
const log = createLog("silent");

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "gondola-test-"));
	ledger = await openStoreLedger(folder, createClock().now);
	const records = [{ record: article("JAM", { pieceMilligrams: 250_000 }) }] as never;
	await ledger.do("acceptDown", { stream: "catalog", epoch: "00000000000000e1", from: 1, records, hash: "f".repeat(32) });
});
afterEach(async () => {
	for (const one of running.splice(0)) await one.stop();
	await ledger.close();
	rmSync(folder, { recursive: true });
});

const plan: ShelfPlan = { id: "shelf-1", scale: "plate-1", sku: "JAM", pieceMilligrams: 250_000, loose: false, posts: true };
function open(more: Partial<ShelfPlan> = {}): Shelves {
	const shelves = tendShelves(ledger as StoreLedger, [{ ...plan, ...more }], log);
	running.push(shelves);
	return shelves;
}

const changes = () => ledger.read.events.after(0, 1_000).flatMap((event) => (event.type === "shelf.changed" ? [event.because] : []));
const kept = () => ledger.read.shelves.get("shelf-1")?.state as Partial<ShelfState> | null | undefined;
const baseline = () => kept()?.baselineMilligrams;
const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 20_000, interval: 50 });

describe("a weighing shelf", () => {
	it("calls what changed while nobody measured an offline change, and posts nothing (case S15)", async () => {
		const shelves = open();
		await shelves.weigh("plate-1", 5_000_000, true);
		await until(() => baseline() === 5_000_000);
		shelves.resume("plate-1");
		await shelves.weigh("plate-1", 4_500_000, true);
		await until(() => changes().length > 0);
		expect(changes()).toEqual(["offline-change"]);
		expect(ledger.read.alarms.list().map(({ code, clearedAt }) => [code, clearedAt])).toEqual([["shelf-offline-change", null]]);
	}, 120_000);

	it("begins anew when its article is counted, and knows its pieces from then on (case S24)", async () => {
		const shelves = open({ capacityPieces: 30 });
		await shelves.weigh("plate-1", 5_000_000, true);
		await until(() => baseline() === 5_000_000);
		await shelves.weigh("plate-1", 4_670_000, true);
		await until(() => ledger.read.alarms.list().some(({ code, clearedAt }) => code === "shelf-unknown-change" && clearedAt === null));
		await ledger.do("recordMovement", { id: "count-1", sku: "JAM", quantity: 1, reason: "count", occurredAt: ledger.now().wall });
		await until(() => ledger.read.alarms.list().every(({ clearedAt }) => clearedAt !== null));
		await shelves.weigh("plate-1", 4_670_000, true);
		await until(() => kept()?.pieces === 1 && baseline() === 4_670_000);
		await shelves.weigh("plate-1", 4_170_000, true);
		await until(() => changes().length > 1);
		expect(changes()).toEqual(["unknown", "pick"]);
		// Two were taken, and only one was there.
		await until(() => ledger.read.alarms.list().some(({ code, clearedAt }) => code === "shelf-unknown-change" && clearedAt === null));
	}, 120_000);

	it("does not act on a spike of a sensor that reports once in a while (case S20)", async () => {
		const shelves = open();
		await shelves.report("plate-1", 5_000_000, undefined);
		await until(() => baseline() === 5_000_000);
		await shelves.report("plate-1", 3_750_000, undefined);
		await shelves.report("plate-1", 5_000_000, undefined);
		await shelves.report("plate-1", 4_750_000, undefined);
		await until(() => changes().length > 0);
		expect(changes()).toEqual(["pick"]);
	}, 120_000);
});

describe("a weighing shelf with several articles", () => {
	const others = [{ sku: "TEA", pieceMilligrams: 1_000_000 }];
	const moves = () =>
		ledger.read.events
			.after(0, 1_000)
			.flatMap((event) => (event.type === "shelf.changed" ? [[event.because, event.sku, event.pieces]] : []));
	const alarms = () =>
		ledger.read.alarms
			.list()
			.flatMap(({ code, clearedAt, facts }) => (clearedAt === null ? [{ code, candidates: facts["candidates"] }] : []));
	const count = (sku: string, quantity: number, id: string) =>
		ledger.do("recordMovement", { id, sku, quantity, reason: "count", occurredAt: ledger.now().wall });
	beforeEach(async () => {
		const records = [{ record: article("TEA", { name: "Green tea", pieceMilligrams: 1_000_000 }) }] as never;
		await ledger.do("acceptDown", { stream: "catalog", epoch: "00000000000000e1", from: 2, records, hash: "e".repeat(32) });
	});

	it("posts what one combination explains, asks with candidates where several do, and until each article is counted", async () => {
		const shelves = open({ others, pieceSpread: 0.01 });
		await shelves.weigh("plate-1", 9_000_000, true);
		await until(() => baseline() === 9_000_000);
		await shelves.weigh("plate-1", 8_750_000, true);
		await until(() => moves().length === 1);
		expect(moves()).toEqual([["pick", "JAM", -1]]);
		expect(ledger.read.stock.onHand("JAM")?.onHand).toBe(-1);
		await shelves.weigh("plate-1", 7_750_000, true);
		await until(() => moves().length === 2);
		expect(moves()[1]).toEqual(["unknown", null, undefined]);
		expect(ledger.read.stock.onHand("TEA")?.onHand ?? 0).toBe(0);
		expect(alarms()).toEqual([{ code: "shelf-which-article", candidates: expect.stringContaining("−1 × Green tea") }]);
		expect(String(alarms()[0]!.candidates)).toContain("−4 × ");
		await count("JAM", 12, "count-1");
		expect(alarms()).toHaveLength(1);
		await count("TEA", 4, "count-2");
		expect(alarms()).toEqual([]);
		// Both are counted, so the plate begins anew and knows how many of each stand there.
		await shelves.weigh("plate-1", 7_750_000, true);
		await until(() => baseline() === 7_750_000 && kept()?.counts?.["TEA"] === 4);
		await shelves.weigh("plate-1", 8_000_000, true);
		await until(() => moves().length === 3);
		expect(moves()[2]).toEqual(["put-back", "JAM", 1]);
		expect(kept()?.counts).toEqual({ JAM: 13, TEA: 4 });
	}, 120_000);

	it("takes what is put there as restocked while staff fills it, and as put back after that", async () => {
		const shelves = open({ others, pieceSpread: 0.01 });
		await ledger.do("setRestocking", { id: "r1", shelf: "shelf-1", on: true });
		await shelves.weigh("plate-1", 9_000_000, true);
		await until(() => baseline() === 9_000_000);
		await shelves.weigh("plate-1", 9_250_000, true);
		await until(() => moves().length === 1);
		await ledger.do("setRestocking", { id: "r2", shelf: "shelf-1", on: false });
		await shelves.weigh("plate-1", 9_500_000, true);
		await until(() => moves().length === 2);
		expect(moves()).toEqual([
			["restock", "JAM", 1],
			["put-back", "JAM", 1],
		]);
	}, 120_000);

	it("tells nothing where the weight of one of them is unknown", async () => {
		const shelves = open({ others: [{ sku: "NOTHING-KNOWN" }] });
		await shelves.weigh("plate-1", 9_000_000, true);
		await until(() => baseline() === 9_000_000);
		await shelves.weigh("plate-1", 8_750_000, true);
		await until(() => moves().length === 1);
		expect(moves()).toEqual([["unknown", null, undefined]]);
		expect(alarms().map(({ code }) => code)).toEqual(["shelf-unknown-change"]);
	}, 120_000);

	it("is refused in the configuration where it makes no sense", () => {
		const shelf = (more: string) => () =>
			parseConfig(`store: a\nshelves:\n  - { id: s, scale: p, sku: JAM, ${more} }\ndevices:\n  - { id: p, family: scale, protocol: mqtt }`);
		expect(shelf("others: [{ sku: TEA, pieceMilligrams: 400000 }, { sku: OIL }]")().shelves[0]!.others).toHaveLength(2);
		for (const wrong of [
			"others: [{ sku: JAM }]",
			"others: [{ sku: TEA }], loose: true",
			"others: [{ sku: TEA }], capacityPieces: 4",
			"others: [{ sku: TEA, grams: 4 }]",
			"others: [{ sku: A }, { sku: B }, { sku: C }, { sku: D }]",
		])
			expect(shelf(wrong)).toThrow();
	});
});

describe("the settings of a shelf and of a scale", () => {
	it("are taken from the configuration, and refused where they cannot be (case S18)", () => {
		const shelf = (more: string) =>
			parseConfig(`store: a\nshelves:\n  - { id: s, scale: p, sku: JAM, ${more} }\ndevices:\n  - { id: p, family: scale, protocol: mqtt }`)
				.shelves[0];
		const all = {
			toleranceMilligrams: 5_000,
			settleMs: 900,
			pieceSpread: 0.05,
			capacityPieces: 12,
			restocking: true,
		};
		expect(
			shelf(
				Object.entries(all)
					.map(([key, value]) => `${key}: ${value}`)
					.join(", "),
			),
		).toMatchObject(all);
		for (const wrong of ["settleMs: 9", "capacityPieces: 0", "pieceSpread: 0.9", "tolerance: 5"]) expect(() => shelf(wrong)).toThrow();
		const scale = (more: string) => parseConfig(`store: a\ndevices:\n  - { id: s, family: scale, protocol: mqtt, ${more} }`).devices[0];
		expect(scale("topic: t/s, unit: lb, settled: HX711.Stable, silentAfterMinutes: 10")).toMatchObject({
			unit: "lb",
			silentAfterMinutes: 10,
		});
	});
});

describe("a device that speaks MQTT", () => {
	function watch(more: { silentAfterMinutes?: number } = {}) {
		let nowMs = 1_000;
		vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
		const devices = watchMqttDevices(
			ledger as StoreLedger,
			[{ id: "plate-1", family: "scale", protocol: "mqtt", topic: "tele/plate-1/SENSOR", ...more }],
			log,
			() => nowMs,
		);
		running.push({ stop: () => (devices.stop(), vi.useRealTimers()) });
		return {
			...devices,
			wait(ms: number) {
				nowMs += ms;
				vi.advanceTimersByTime(60_000);
			},
		};
	}
	const alarms = () => ledger.read.alarms.list().flatMap(({ code, clearedAt }) => (clearedAt === null ? [code] : []));

	it("has an alarm when its last will says that it went, until it is back (case S25)", async () => {
		const device = watch();
		await device.presence("plate-1", true);
		await device.presence("plate-1", false);
		expect(alarms()).toEqual(["mqtt-device-offline"]);
		expect(ledger.read.devices.get("plate-1")?.state).toBe("offline");
		device.heard("plate-1", { grams: 5 });
		await until(() => alarms().length === 0);
		expect(device.presence("somebody-elses", false)).toBeUndefined();
	}, 120_000);

	it("has an alarm when it is silent for longer than its pace allows, or its setting (case S25)", async () => {
		const device = watch();
		for (let at = 0; at < 20; at++) {
			device.heard("plate-1", { grams: at });
			device.wait(60_000);
		}
		expect(alarms()).toEqual([]);
		device.wait(6 * 60_000);
		await until(() => alarms().includes("mqtt-device-silent"));
		device.heard("plate-1", { grams: 1 });
		await until(() => alarms().length === 0);
	}, 120_000);

	it("has an alarm at once after the minutes of its setting", async () => {
		const device = watch({ silentAfterMinutes: 2 });
		device.heard("plate-1", { grams: 1 });
		device.wait(121_000);
		await until(() => alarms().includes("mqtt-device-silent"));
	}, 120_000);
});

describe("the pace of a device", () => {
	it("is the gap it usually has, and a long silence of a regular one is a pause (case S15)", () => {
		let pace = startPace();
		let paused = false;
		for (const at of [0, 60, 120, 181, 240, 300, 1_200, 1_260]) {
			const next = withReport(pace, at * 1_000);
			pace = next.pace;
			if (next.paused) paused = at === 1_200;
		}
		expect(paused).toBe(true);
		expect(usualGapOf(pace)).toBe(60_000);
		expect(patienceOf(pace)).toBe(5 * 60_000);
		expect(patienceOf(startPace())).toBe(60 * 60_000);
	});

	it("of one that reports only what changes has no pauses", () => {
		let pace = startPace();
		for (const at of [0, 1, 2, 600, 601, 9_000, 9_001, 30_000]) {
			const next = withReport(pace, at * 1_000);
			expect(next.paused).toBe(false);
			pace = next.pace;
		}
	});
});
