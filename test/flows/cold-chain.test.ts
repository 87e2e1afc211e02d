/** The record of a temperature: each minute is measured or explained, whatever happens to the gateway and its clock. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { flows } from "../../src/flows/flows.ts";
import { createWriter, type Writer } from "../../src/ledger/ledger.ts";
import { countMinutes, gapsOf, minuteOf } from "../../src/words/cold-chain/record.ts";
import type { ColdSensor } from "../../src/words/cold-chain/sensor.ts";
import type { SensorReading } from "../../src/words/sensor.ts";
import type { ClockQuality } from "../../src/words/time.ts";

const cooler: ColdSensor = {
	...{ id: "dairy", device: "coolers", sensor: "cooler-1/temperature", place: "Dairy cooler", humiditySensor: "cooler-1/humidity" },
	...{ minMillidegrees: 0, maxMillidegrees: 7_000, hysteresisMillidegrees: 500, alarmAfterMinutes: 15, expectedEverySeconds: 60 },
};
const t0 = Date.parse("2026-03-02T12:00:00.000Z");

let directory: string;
let writer: Writer;
/** The box: its wall clock, its run, and the steady clock of that run. */
let box: { wallMs: number; boot: string; monoMs: number; quality: ClockQuality };
let calls = 0;
/** Calls that share the next commit. */
let waiting: Parameters<Writer["run"]>[0] = [];

function call(flow: string, args: unknown): void {
	const { wallMs, boot, monoMs, quality } = box;
	const now = { wall: new Date(wallMs).toISOString(), boot, monoMs, quality };
	waiting.push({ n: (calls += 1), flow, args, now });
}
/** The ledger, with everything that was called on the disk. */
function ledger(): Writer["book"] {
	for (const answer of waiting.length > 0 ? writer.run(waiting.splice(0)).answers : []) if (!answer.ok) throw new Error(answer.message);
	return writer.book;
}
const pass = (seconds: number): void => {
	box.wallMs += seconds * 1_000;
	box.monoMs += seconds * 1_000;
};
const reading = (value: SensorReading["value"], more: Partial<SensorReading> = {}): SensorReading => ({
	...{ sensor: cooler.sensor, quantity: "temperature", unit: "°C", value, at: null },
	...more,
});
const measure = (value: SensorReading["value"], more: Partial<SensorReading> = {}): void =>
	call("recordTemperatures", { device: "coolers", readings: [reading(value, more)] });
/** Minutes with a reading each, and the look that the gateway takes every half minute. */
function minutes(count: number, value: number | null = 4): void {
	for (let n = 0; n < count; n += 1) {
		pass(30);
		if (value !== null) measure(value);
		pass(30);
		call("tendColdChain", {});
	}
}
/** The run ends without a word; the box is off for a while. */
function killAndStart(offSeconds: number, sensors: ColdSensor[] = [cooler]): void {
	ledger();
	writer.close();
	writer = createWriter(directory, flows);
	box = { ...box, wallMs: box.wallMs + offSeconds * 1_000, boot: `boot${(calls += 1)}`, monoMs: 500 };
	call("keepColdSensors", { sensors });
}
const record = (id = "dairy") => {
	const { coldChain } = ledger();
	const row = coldChain.get(id)!;
	return coldChain.minutes(row, row.first, row.closed);
};
const whys = () => record().map(({ why }) => why ?? "measured");
const openAlarms = () =>
	ledger()
		.alarms.list()
		.map(({ code }) => code);

beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "gondola-cold-"));
	writer = createWriter(directory, flows);
	waiting = [];
	box = { wallMs: t0, boot: "boot-a", monoMs: 5_000, quality: "synced" };
	call("keepColdSensors", { sensors: [cooler] });
});
afterEach(() => {
	writer.close();
	rmSync(directory, { recursive: true, force: true });
});

describe("a minute", () => {
	it("has least, mean and greatest of what was measured in it", () => {
		for (const value of [4, 4.5, 5.25]) {
			pass(10);
			measure(value);
		}
		call("recordTemperatures", { device: "coolers", readings: [reading(61.3, { sensor: "cooler-1/humidity", quantity: "humidity" })] });
		pass(60);
		call("tendColdChain", {});
		expect(record()).toEqual([
			{
				...{ at: "2026-03-02T12:00:00.000Z", why: null, refused: 0, unsure: null },
				temperature: { readings: 3, min: 4_000, mean: 4_583, max: 5_250 },
				humidity: { readings: 1, min: 613, mean: 613, max: 613 },
			},
		]);
	});

	it("without a report is silent, or between two reports of a sensor that reports seldom", () => {
		minutes(2);
		minutes(3, null);
		// The first minute after the last report is within its patience of a minute and a half.
		expect(whys()).toEqual(["measured", "measured", "between-reports", "silent", "silent"]);
	});

	it.each([
		["not-a-number", null, { refused: true as const }],
		["not-a-number", Number.NaN, {}],
		["power-on-value", 85, {}],
		["out-of-range", -127, {}],
		["out-of-range", 1e9, {}],
		["too-old", 4, { at: "2026-03-02T11:40:00.000Z" }],
	])("with nothing but a senseless value says %s", (why, value, more) => {
		pass(30);
		measure(value, more);
		pass(40);
		call("tendColdChain", {});
		expect(whys()).toEqual([why]);
		expect(record()[0]).toMatchObject({ temperature: null, refused: 1 });
		expect(ledger().coldChain.get("dairy")!.state.last).toBeNull();
	});

	it("keeps a reading that a sensor sent later under the sensor's own time, and does not call it measured", () => {
		minutes(2);
		minutes(20, null);
		measure(9, { at: "2026-03-02T12:10:20.000Z" });
		pass(60);
		call("tendColdChain", {});
		expect(record()[10]).toMatchObject({ why: "silent", temperature: null, unsure: { readings: 1, min: 9_000 } });
		expect(openAlarms()).toEqual(["cold-chain-silent"]);
	});

	it("is not changed by sensors that nobody watches", () => {
		call("recordTemperatures", { device: "coolers", readings: [reading(20, { sensor: "shop/temperature" })] });
		call("recordTemperatures", { device: "other", readings: [reading(20)] });
		pass(120);
		call("tendColdChain", {});
		expect(whys()).toEqual(["silent", "silent"]);
	});
});

describe("the gaps are true", () => {
	it("after kill -9: what was measured before is there, and the time the gateway was off is named", () => {
		minutes(5);
		pass(20);
		measure(6);
		killAndStart(600);
		minutes(3);
		expect(whys()).toEqual([...Array(6).fill("measured"), ...Array(9).fill("gateway-off"), "measured", "measured", "measured"]);
		expect(record()[5]!.temperature).toEqual({ readings: 1, min: 6_000, mean: 6_000, max: 6_000 });
	});

	it("when the clock is a guess: values are kept apart, and their minutes explained when it is sure again", () => {
		minutes(3);
		box.quality = "guess";
		minutes(4);
		box.quality = "synced";
		minutes(2);
		expect(whys()).toEqual([
			...["measured", "measured", "measured"],
			...["clock-guess", "clock-guess", "clock-guess", "clock-guess"],
			...["measured", "measured"],
		]);
		expect(record()[4]!.unsure).toMatchObject({ readings: 1, min: 4_000 });
	});

	it("when a restart begins with a wrong clock that is set right later", () => {
		minutes(3);
		box.quality = "guess";
		killAndStart(0);
		minutes(2);
		// In truth two hours had passed before the start.
		box.wallMs += 7_200_000;
		box.quality = "synced";
		minutes(2);
		const all = whys();
		expect(all).toHaveLength(minuteOf(new Date(box.wallMs).toISOString()) - minuteOf(new Date(t0).toISOString()));
		expect(new Set(all.slice(3, -2))).toEqual(new Set(["gateway-off", "clock-guess"]));
		expect(all.filter((why) => why === "clock-guess")).toHaveLength(2);
		expect(all.slice(-2)).toEqual(["measured", "measured"]);
	});

	it("when the clock is set ahead: the minutes that never were are said to be so", () => {
		minutes(2);
		box.wallMs += 3_600_000;
		minutes(2);
		const all = whys();
		expect(countMinutes(record())).toMatchObject({ minutes: 64, measured: 4, explained: { "clock-jumped": 60 } });
		expect(all.slice(0, 2)).toEqual(["measured", "measured"]);
	});

	it("when the clock is set back: what is dated after the present is no longer called measured", () => {
		minutes(2);
		box.wallMs += 7_200_000;
		minutes(3);
		box.wallMs -= 7_200_000;
		minutes(2);
		expect(whys().slice(0, 2)).toEqual(["measured", "measured"]);
		expect(record()).toHaveLength(7);
		expect(whys().slice(-2)).toEqual(["measured", "measured"]);
		minutes(130);
		const ahead = record().filter(({ unsure }) => unsure !== null);
		expect(ahead.map(({ at, temperature }) => [at, temperature?.readings])).toEqual([
			["2026-03-02T14:02:00.000Z", 1],
			["2026-03-02T14:03:00.000Z", 1],
			["2026-03-02T14:04:00.000Z", 1],
		]);
	});

	it("when the gateway was suspended or could not write", () => {
		minutes(2);
		pass(600);
		minutes(2);
		expect(whys()).toEqual(["measured", "measured", ...Array(10).fill("gateway-stalled"), "measured", "measured"]);
	});

	it("when the sensor left the configuration for a while", () => {
		minutes(2);
		killAndStart(200, []);
		minutes(3, null);
		killAndStart(30);
		minutes(2);
		expect(new Set(whys().slice(2, -2))).toEqual(new Set(["gateway-off", "not-configured"]));
		expect(whys().at(-1)).toBe("measured");
	});

	it("and no minute is without either: a hundred hours of seeded faults", () => {
		let seed = 7;
		const dice = (sides: number): number => {
			seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
			return Math.floor((seed / 2_147_483_648) * sides);
		};
		let measured = 0;
		const counted = new Set<number>();
		for (let n = 0; n < 250; n += 1) {
			const fault = dice(6);
			if (fault === 0) killAndStart(dice(4_000));
			if (fault === 1) box.quality = box.quality === "guess" ? "synced" : "guess";
			if (fault === 2) pass(dice(1_000));
			if (fault === 3) minutes(dice(10), null);
			const before = minuteOf(new Date(box.wallMs).toISOString());
			minutes(dice(12));
			if (box.quality === "guess") continue;
			for (let minute = before; minute <= minuteOf(new Date(box.wallMs).toISOString()); minute += 1) counted.add(minute);
		}
		box.quality = "synced";
		minutes(2, null);
		const all = record();
		expect(all).toHaveLength(minuteOf(new Date(box.wallMs).toISOString()) - minuteOf(new Date(t0).toISOString()));
		for (const { temperature, why, at } of all) {
			expect((temperature === null) === (why !== null), at).toBe(true);
			expect(["lost", "before-record", "deleted"], at).not.toContain(why);
			if (temperature) measured += 1;
			if (temperature) expect(counted.has(minuteOf(at)), `${at} is measured though nobody measured`).toBe(true);
		}
		expect(measured).toBeGreaterThan(100);
		expect(gapsOf(all).reduce((sum, gap) => sum + gap.minutes, 0)).toBe(
			all.filter(({ why }) => why !== null && why !== "between-reports").length,
		);
	});
});

describe("the alarms", () => {
	it("too warm: after its time, once, and over by itself with hysteresis", () => {
		minutes(2);
		minutes(14, 9);
		expect(openAlarms()).toEqual([]);
		minutes(3, 9.5);
		expect(openAlarms()).toEqual(["cold-chain-warm"]);
		minutes(2, 6.8);
		expect(openAlarms()).toEqual(["cold-chain-warm"]);
		minutes(1, 6.4);
		expect(openAlarms()).toEqual([]);
		const facts = ledger()
			.events.after(0, 1_000)
			.filter(({ type }) => type.startsWith("temperature."));
		expect(facts).toEqual([
			expect.objectContaining({ type: "temperature.left-limits", coldChain: "dairy", side: "warm", since: "2026-03-02T12:02:30.000Z" }),
			expect.objectContaining({ type: "temperature.returned", side: "warm", worstMillidegrees: 9_500, minutes: 19 }),
		]);
	});

	it("a defrosting cooler that comes back in time calls nobody", () => {
		for (let n = 0; n < 5; n += 1) {
			minutes(10, 9);
			minutes(1, 6.9);
		}
		expect(
			ledger()
				.events.after(0, 1_000)
				.filter(({ type }) => type === "alarm.raised"),
		).toEqual([]);
	});

	it("too cold, and across a kill: what was outside before it still counts", () => {
		minutes(10, -2);
		killAndStart(300);
		expect(openAlarms()).toEqual([]);
		minutes(1, -2);
		expect(openAlarms()).toEqual(["cold-chain-cold"]);
	});

	it("silent: after three intervals and five minutes; the next temperature ends it", () => {
		minutes(2);
		minutes(4, null);
		expect(openAlarms()).toEqual([]);
		minutes(1, null);
		expect(openAlarms()).toEqual(["cold-chain-silent"]);
		const [alarm] = ledger().alarms.list();
		expect(alarm!.facts).toMatchObject({ place: "Dairy cooler", why: "silent" });
		minutes(3, null);
		expect(ledger().alarms.list()[0]!.count).toBe(1);
		minutes(1);
		expect(openAlarms()).toEqual([]);
	});

	it("silent, too, where every value is senseless, and it says which", () => {
		for (let n = 0; n < 8; n += 1) {
			pass(60);
			measure(85);
			call("tendColdChain", {});
		}
		expect(ledger().alarms.list()[0]).toMatchObject({ code: "cold-chain-silent", facts: { why: "power-on-value" } });
	});

	it("a restart gives the sensor its time to report", () => {
		minutes(2);
		killAndStart(7_200);
		minutes(4, null);
		expect(openAlarms()).toEqual([]);
	});

	it("end when the sensor leaves the configuration", () => {
		minutes(20, 9);
		expect(openAlarms()).toEqual(["cold-chain-warm"]);
		killAndStart(10, []);
		expect(openAlarms()).toEqual([]);
	});
});
