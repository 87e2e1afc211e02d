import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BoxClock, type ClockState, createClock, judgeClock, toleranceMs } from "../../src/daemon/clock.ts";
import { watchClock } from "../../src/daemon/watch/clock-watch.ts";
import { flows, type StoreLedger } from "../../src/flows/flows.ts";
import { createWriter, type Writer } from "../../src/ledger/ledger.ts";
import { priceInstantOf } from "../../src/words/time.ts";
import { article, price } from "../support/store.ts";

const noonMs = Date.UTC(2026, 2, 2, 12);
const day = 86_400_000;
const minute = 60_000;

/** A box whose clocks the test turns: `pass` is time that really goes by, `set` is somebody setting the wall clock. */
function boxWith(writer: Writer, startMs = noonMs) {
	let wallMs = startMs;
	let monoMs = 1_000;
	let synced = false;
	const clock: BoxClock = createClock({ wallMs: () => wallMs, monoMs: () => monoMs, synced: () => synced });
	let n = 0;
	const ask = (flow: string, args: object): unknown => {
		const [answer] = writer.run([{ n: (n += 1), flow, args, now: clock.now() }]).answers;
		if (!answer!.ok) throw new Error(answer!.message);
		return answer!.value;
	};
	const ledger = { read: writer.book, do: async (flow: string, args: object) => ask(flow, args) } as unknown as StoreLedger;
	const watch = watchClock(clock, ledger, { warn: () => {} });
	watch.stop();
	return {
		clock,
		ask,
		watch,
		pass(ms: number) {
			wallMs += ms;
			monoMs += ms;
		},
		set: (ms: number) => (wallMs = ms),
		get wallMs() {
			return wallMs;
		},
		sync: (is: boolean) => (synced = is),
	};
}

let directory: string;
let writer: Writer;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "gondola-clock-"));
	writer = createWriter(directory, flows);
});
afterEach(() => {
	writer.close();
	rmSync(directory, { recursive: true, force: true });
});

const tomorrow = new Date(noonMs + 20 * 3_600_000).toISOString();
function plan(box: ReturnType<typeof boxWith>): void {
	box.ask("acceptDown", {
		stream: "catalog",
		epoch: "00000000000000e1",
		from: 1,
		records: [article("100"), price("100", 1, 199), price("100", 2, 99, { from: tomorrow })].map((record) => ({ record })),
		hash: "f".repeat(32),
	});
	box.ask("bindLabel", { label: "00000000000000A1", sku: "100", hwType: 1 });
	box.ask("activateDue", {});
	box.ask("keepClockFloor", {});
}
const shownAmount = (): number => JSON.parse(writer.book.labels.row("00000000000000A1")!.desired_fields!).amountMinor as number;
const alarms = () => writer.book.alarms.list().filter(({ code }) => code === "clock-untrusted");
const doubts = () => writer.book.events.after(0, 1_000).filter(({ type }) => type === "clock.doubted");
const timesRise = (): boolean => {
	const times = writer.book.events.after(0, 1_000).map(({ at }) => at);
	return times.every((at, i) => i === 0 || at >= times[i - 1]!);
};

describe("a clock that is set while the shop is open", () => {
	it.each([
		["to 1970", 0],
		["to 2038", Date.UTC(2038, 0, 19)],
		["a day back", noonMs - day],
		["a day forward", noonMs + day],
	])("%s shows no price early, and puts no fact out of order", async (_, to) => {
		const box = boxWith(writer);
		plan(box);
		box.pass(minute);
		box.set(to);
		await box.watch.look();
		await box.watch.look();
		for (let n = 0; n < 5; n += 1) {
			box.ask("activateDue", {});
			box.ask("recordScans", { scans: [{ device: "s", code: "100", symbologySource: "guess" }] });
			// A new name draws the label again: still at the old price.
			box.ask("acceptDown", {
				stream: "catalog",
				epoch: "00000000000000e1",
				from: 4 + n,
				records: [{ record: article("100", { version: 2 + n, name: `Name ${n}` }) }],
				hash: "f".repeat(32),
			});
			box.pass(minute);
			await box.watch.look();
		}
		expect(box.clock.now().quality).toBe("guess");
		expect(shownAmount()).toBe(199);
		expect(timesRise()).toBe(true);
		expect(doubts()).toHaveLength(1);
		expect(alarms()).toHaveLength(1);

		// The time server sets it right: what is due is shown, and the alarm goes by itself.
		box.pass(20 * 3_600_000);
		box.set(noonMs + 6 * minute + 20 * 3_600_000);
		box.sync(true);
		await box.watch.look();
		box.ask("activateDue", {});
		expect(box.clock.now().quality).toBe("synced");
		expect(shownAmount()).toBe(99);
		expect(alarms()).toEqual([]);
		expect(timesRise()).toBe(true);
	});

	it("by seconds is not worth a word, and time still does not fall", async () => {
		const box = boxWith(writer);
		plan(box);
		box.set(noonMs - 20_000);
		await box.watch.look();
		expect(box.clock.now()).toMatchObject({ quality: "free-running", wall: new Date(noonMs).toISOString() });
		box.pass(30_000);
		expect(box.clock.now().wall).toBe(new Date(noonMs + 10_000).toISOString());
		expect(doubts()).toEqual([]);
	});

	it("and set back by the same hand is trusted again", async () => {
		const box = boxWith(writer);
		box.set(noonMs + day);
		await box.watch.look();
		box.pass(minute);
		box.set(noonMs + minute);
		await box.watch.look();
		expect(box.clock.now().quality).toBe("free-running");
		expect(alarms()).toEqual([]);
	});
});

describe("a clock that ran ahead while it was trusted", () => {
	const back = () => writer.book.alarms.list().filter(({ code, clearedAt }) => code === "clock-ran-ahead" && clearedAt === null);
	const activated = () => writer.book.events.after(0, 1_000).flatMap((event) => (event.type === "price.activated" ? [event.version] : []));
	const charged = (box: ReturnType<typeof boxWith>): number =>
		writer.book.prices.effective("100", priceInstantOf(box.clock.now(), writer.book))!.amountMinor;

	it.each([
		["a time server", true],
		["head office", false],
	])("and is set right by %s takes back what it put in force early, until its time", async (_, bySync) => {
		const box = boxWith(writer, noonMs + day);
		plan(box);
		expect([shownAmount(), charged(box)]).toEqual([99, 99]);
		if (bySync) {
			box.set(noonMs);
			box.sync(true);
		} else box.clock.hear({ offsetMs: -day, roundTripMs: 50 });
		box.ask("activateDue", {});
		expect(box.clock.now().wall).toBe(new Date(noonMs).toISOString());
		expect([shownAmount(), charged(box)]).toEqual([199, 199]);
		expect(activated()).toEqual([1, 2, 1]);
		box.ask("activateDue", {});
		expect(activated()).toHaveLength(3);
		expect(back()).toHaveLength(1);

		// A restart goes by the right time too, and not by the one that was wrong.
		expect(writer.book.link.clockFloor()).toBe(new Date(noonMs).toISOString());
		box.pass(21 * 3_600_000);
		box.ask("activateDue", {});
		expect([shownAmount(), charged(box)]).toEqual([99, 99]);
		expect(activated()).toEqual([1, 2, 1, 2]);
		box.pass(4 * 3_600_000);
		box.ask("activateDue", {});
		expect(back()).toEqual([]);
	});

	it("lets a reduction go on that it had ended", () => {
		const box = boxWith(writer, noonMs);
		plan(box);
		const until = new Date(noonMs + day).toISOString();
		const records = [price("100", 3, 149, { kind: "promotion", until })];
		box.ask("acceptDown", {
			stream: "catalog",
			epoch: "00000000000000e1",
			from: 4,
			records: records.map((record) => ({ record })),
			hash: "f".repeat(32),
		});
		box.ask("activateDue", {});
		box.set(noonMs + 3 * day);
		box.sync(true);
		box.ask("activateDue", {});
		box.sync(false);
		expect([shownAmount(), charged(box)]).toEqual([99, 99]);
		box.clock.hear({ offsetMs: -3 * day, roundTripMs: 50 });
		box.ask("activateDue", {});
		expect([shownAmount(), charged(box)]).toEqual([149, 149]);
	});
});

describe("a till that asks while the clock is only a guess", () => {
	it("is told what the label shows, also past the time of a price that waits and right after one came into force", async () => {
		const box = boxWith(writer);
		plan(box);
		box.pass(20 * 3_600_000 - 10_000);
		box.ask("keepClockFloor", {});
		const asked = () => [shownAmount(), writer.book.prices.effective("100", priceInstantOf(box.clock.now(), writer.book))!.amountMinor];
		box.set(box.wallMs + 3 * day);
		await box.watch.look();
		box.pass(minute);
		box.ask("activateDue", {});
		box.ask("acceptDown", {
			stream: "catalog",
			epoch: "00000000000000e1",
			from: 4,
			records: [{ record: article("100", { version: 2, name: "Anew" }) }],
			hash: "f".repeat(32),
		});
		expect(box.clock.now().wall > tomorrow).toBe(true);
		expect(asked()).toEqual([199, 199]);
		expect(alarms()).toHaveLength(1);

		box.sync(true);
		box.set(noonMs + 20 * 3_600_000 + minute);
		box.ask("activateDue", {});
		expect(asked()).toEqual([99, 99]);
		box.sync(false);
		box.pass(20_000);
		box.set(box.wallMs + 3 * day);
		expect(box.clock.now().quality).toBe("guess");
		box.ask("acceptDown", {
			stream: "catalog",
			epoch: "00000000000000e1",
			from: 5,
			records: [{ record: article("100", { version: 3, name: "Again" }) }],
			hash: "f".repeat(32),
		});
		expect(asked()).toEqual([99, 99]);
	});
});

describe("a box that starts with a flat battery in its clock", () => {
	it.each([
		["1970", 5_000],
		["2038", Date.UTC(2038, 0, 19)],
		["the day before yesterday", noonMs - 2 * day],
	])("believes %s less than what the ledger knows", async (_, at) => {
		writer.run([
			{ n: 1, flow: "keepClockFloor", args: {}, now: { wall: new Date(noonMs).toISOString(), boot: "b", monoMs: 0, quality: "synced" } },
		]);
		const box = boxWith(writer, at);
		await box.watch.look();
		expect(box.clock.now()).toMatchObject({ quality: "guess", wall: new Date(noonMs).toISOString() });
		expect(doubts()).toHaveLength(1);
		box.pass(minute);
		box.ask("keepClockFloor", {});
		expect(writer.book.link.clockFloor()).toBe(new Date(noonMs).toISOString());
	});

	it("and no ledger yet knows at least that 1970 is over", () => {
		expect(boxWith(writer, 0).clock.now().quality).toBe("guess");
		expect(boxWith(writer, noonMs).clock.now().quality).toBe("free-running");
	});

	it("goes by head office's time as soon as head office is reached", async () => {
		const box = boxWith(writer, 5_000);
		const told = Date.parse(box.clock.now().wall);
		box.clock.hear({ offsetMs: noonMs - told, roundTripMs: 80 });
		box.pass(minute);
		await box.watch.look();
		expect(box.clock.now()).toMatchObject({ quality: "free-running", wall: new Date(noonMs + minute).toISOString() });
		expect(alarms()).toEqual([]);
		box.set(noonMs + minute);
		expect(box.clock.now().quality).toBe("free-running");
		expect(box.clock.doubt()).toBeUndefined();
	});
});

describe("head office's word on the time", () => {
	const trusting: ClockState = { at: "trusting", last: { wallMs: noonMs, monoMs: 0 }, synced: false };
	const look = { wallMs: noonMs, monoMs: 0, floorMs: null, synced: false };
	it("counts for more than a wall clock that was ahead all along", () => {
		expect(judgeClock(trusting, { ...look, hint: { offsetMs: -day, roundTripMs: 50 } })).toMatchObject({
			nowMs: noonMs - day,
			quality: "free-running",
			state: { at: "doubting", byHq: true },
		});
	});
	it("does not set a clock that shows no fault ahead by more than its bound, and is said (case H19)", async () => {
		const box = boxWith(writer);
		plan(box);
		const said = () => writer.book.alarms.list().flatMap(({ code, clearedAt }) => (clearedAt === null ? [code] : []));
		for (const offsetMs of [day, 30 * minute]) {
			box.clock.hear({ offsetMs, roundTripMs: 50 });
			box.ask("activateDue", {});
			await box.watch.look();
			expect([shownAmount(), box.clock.now().wall]).toEqual([199, new Date(noonMs).toISOString()]);
			expect(said()).toEqual(["hq-clock-differs"]);
		}
		box.clock.hear({ offsetMs: 2 * minute, roundTripMs: 50 });
		await box.watch.look();
		expect(said()).toEqual([]);
		box.clock.hear({ offsetMs: 10 * minute, roundTripMs: 50 });
		expect(box.clock.now().wall).toBe(new Date(noonMs + 10 * minute).toISOString());
	});
	it.each([day, -day, 10 * minute])("does not move a clock that a time server set, by %i ms (case H19)", (offsetMs) => {
		expect(judgeClock({ ...trusting, synced: true }, { ...look, synced: true, hint: { offsetMs, roundTripMs: 50 } })).toMatchObject({
			nowMs: noonMs,
			quality: "synced",
			state: { at: "trusting", hqAheadMs: offsetMs },
		});
	});
	it("is not taken from a line so slow that it says nothing", () => {
		expect(judgeClock(trusting, { ...look, hint: { offsetMs: day, roundTripMs: 60_000 } })).toMatchObject({
			nowMs: noonMs,
			state: { at: "trusting" },
		});
	});
	it("leaves a clock alone that is right to within the tolerance", () => {
		expect(judgeClock(trusting, { ...look, hint: { offsetMs: toleranceMs - 1, roundTripMs: 50 } })).toMatchObject({
			nowMs: noonMs,
			state: { at: "trusting" },
		});
	});
});
