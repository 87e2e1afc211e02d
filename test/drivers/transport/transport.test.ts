import { describe, expect, it } from "vitest";
import { keepOpen, type LinkReport, type Timers } from "../../../drivers/transport/keep-open.ts";
import { type LineCutterOptions, lineCutter } from "../../../drivers/transport/lines.ts";
import type { Port } from "../../../drivers/transport/port.ts";
import { type Link, type ReconnectEvent, step, waitsMs } from "../../../drivers/transport/reconnect.ts";
import { formatTrace, parseTrace, playTrace, recordingPort, type TraceStep } from "../../../drivers/transport/trace-port.ts";
import { DeviceTrouble } from "../../../drivers/trouble.ts";
import { until } from "../../support/until.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));

function cutting(options: number | LineCutterOptions = {}) {
	const lines: string[] = [];
	const cut = lineCutter((line) => lines.push(line), options);
	return { lines, cut };
}

describe("lines of a device", () => {
	it.each([
		["ends with CR", "12\r34\r"],
		["ends with LF", "12\n34\n"],
		["ends with CR LF", "12\r\n34\r\n"],
	])("are cut when the device %s, without empty lines", (_, sent) => {
		const { lines, cut } = cutting();
		cut(bytes(sent));
		expect(lines).toEqual(["12", "34"]);
	});

	it("may arrive in two reads, even with the end split between CR and LF", () => {
		const { lines, cut } = cutting();
		cut(bytes("1"));
		cut(bytes("2\r"));
		cut(bytes("\n34"));
		expect(lines).toEqual(["12"]);
		cut(bytes("\r\n"));
		expect(lines).toEqual(["12", "34"]);
	});

	it("keep every byte from 00 to FF that does not end them", () => {
		const { lines, cut } = cutting();
		cut(Uint8Array.from([0x00, 0x1d, 0xff, 0x0d]));
		expect(lines).toEqual(["\u0000\u001d\u00ff"]);
	});

	it("may hold a lone CR or LF as data when only CR LF ends them", () => {
		const { lines, cut } = cutting({ end: "crlf" });
		cut(bytes("a\rb\nc\r"));
		cut(bytes("\nd\r\n"));
		expect(lines).toEqual(["a\rb\nc", "d"]);
	});

	it("that are too long are counted, and the next good one is read", () => {
		const told: number[] = [];
		const { lines, cut } = cutting({ maxLength: 8, onGarbled: (count) => told.push(count) });
		cut(bytes("123456789"));
		cut(bytes("0123456789"));
		cut(bytes("\rgood\r"));
		expect(lines).toEqual(["good"]);
		expect(told).toEqual([1]);
		expect(cut.garbled()).toBe(1);
	});

	it("of exactly the longest length are read", () => {
		for (const end of ["any", "crlf"] as const) {
			const { lines, cut } = cutting({ maxLength: 8, end });
			cut(bytes("12345678\r\n"));
			expect(lines).toEqual(["12345678"]);
		}
	});

	it("never hold more than the longest line, however much noise comes", () => {
		const { lines, cut } = cutting({ maxLength: 100 });
		for (let n = 0; n < 1_000; n++) cut(new Uint8Array(1_000).fill(0x55));
		expect(cut.held()).toBe(0);
		expect(lines).toEqual([]);
		expect(cut.garbled()).toBe(1);
	});

	it("end with silence when the caller says so", () => {
		const { lines, cut } = cutting({ end: "none" });
		cut(bytes("12\r34"));
		expect(cut.flush()).toBe(true);
		expect(cut.flush()).toBe(false);
		expect(lines).toEqual(["12\r34"]);
	});
});

describe("a link that is lost", () => {
	const calm = { nowMs: 0, jitter: 0 };
	const open = (attempt: number, sinceMs: number): Link => ({ at: "open", attempt, sinceMs });

	it("is opened again a quarter of a second later", () => {
		const lost = step(open(1, 0), "lost", { nowMs: 60_000, jitter: 0 });
		expect(lost).toEqual({ link: { at: "waiting", attempt: 1 }, effects: [{ wakeInMs: 250 }] });
		expect(step(lost.link, "timer", calm).effects).toEqual([{ open: true }]);
	});

	it("is tried less often the longer it is gone, and never given up", () => {
		let link: Link = { at: "opening", attempt: 1 };
		const waits: number[] = [];
		for (let n = 0; n < 200; n++) {
			const failed = step(link, "failed", calm);
			waits.push((failed.effects[0] as { wakeInMs: number }).wakeInMs);
			link = step(failed.link, "timer", calm).link;
		}
		expect(waits.slice(0, 5)).toEqual([...waitsMs, 30_000]);
		expect(waits.every((wait) => wait <= 30_000)).toBe(true);
	});

	it("goes on waiting longer when it opened but did not last", () => {
		const lost = step(open(4, 1_000), "lost", { nowMs: 1_500, jitter: 0 });
		expect(lost.effects).toEqual([{ wakeInMs: 30_000 }]);
	});

	it("starts with the short wait again after it was stable", () => {
		const lost = step(open(4, 1_000), "lost", { nowMs: 10_000, jitter: 0 });
		expect(lost.effects).toEqual([{ wakeInMs: 250 }]);
	});

	it("waits up to a quarter longer, so that twenty devices do not come back in step", () => {
		expect(step({ at: "opening", attempt: 2 }, "failed", { nowMs: 0, jitter: 1 }).effects).toEqual([{ wakeInMs: 1_250 }]);
	});

	it("is closed when it opens after it was asked to stop", () => {
		const stopped = step({ at: "opening", attempt: 1 }, "stop", calm);
		expect(stopped).toEqual({ link: { at: "closed" }, effects: [] });
		expect(step(stopped.link, "opened", calm).effects).toEqual([{ close: true }]);
	});

	it("ignores news that comes too late", () => {
		for (const late of ["lost", "failed", "timer"] as ReconnectEvent[]) {
			expect(step({ at: "closed" }, late, calm)).toEqual({ link: { at: "closed" }, effects: [] });
		}
	});
});

/** A clock that stands still until the test moves it. */
function handClock(): Timers & { move(ms: number): Promise<void> } {
	let now = 0;
	let waiting: { act: () => void; atMs: number }[] = [];
	return {
		set(act, afterMs) {
			const timer = { act, atMs: now + afterMs };
			waiting.push(timer);
			return timer;
		},
		clear(timer) {
			waiting = waiting.filter((one) => one !== timer);
		},
		nowMs: () => now,
		async move(ms) {
			now += ms;
			for (const due of waiting.filter((one) => one.atMs <= now)) {
				waiting = waiting.filter((one) => one !== due);
				due.act();
			}
			await new Promise((resolve) => setImmediate(resolve));
		},
	};
}

function fakePort(): Port & { hangUp(why?: Error): void; closes: number } {
	let onClosed: (why: Error | undefined) => void = () => {};
	const port = {
		name: "fake",
		closes: 0,
		write: async () => {},
		onBytes: () => {},
		onClosed: (listener: (why: Error | undefined) => void) => {
			onClosed = listener;
		},
		close: async () => {
			port.closes += 1;
			onClosed(undefined);
		},
		hangUp: (why?: Error) => onClosed(why),
	};
	return port;
}

describe("a port that is kept open", () => {
	function kept(plan: (Port | DeviceTrouble)[]) {
		const clock = handClock();
		const reports: LinkReport[] = [];
		const driven: string[] = [];
		const keeper = keepOpen<Port>({
			open: async () => {
				const next = plan.shift();
				if (!next) throw new DeviceTrouble("port-missing", { port: "fake" });
				if (next instanceof DeviceTrouble) throw next;
				return next;
			},
			run: () => {
				driven.push("run");
				return () => driven.push("stop");
			},
			report: (report) => reports.push(report),
			facts: { device: "scanner 1" },
			random: () => 0,
			timers: clock,
		});
		return { clock, reports, driven, keeper };
	}
	const missing = () => new DeviceTrouble("port-missing", { port: "fake" });

	it("says a trouble once, however often it fails, and its end once", async () => {
		const { clock, reports, keeper } = kept([missing(), missing(), missing(), fakePort()]);
		await clock.move(0);
		await clock.move(250);
		await clock.move(1_000);
		await clock.move(5_000);
		expect(keeper.state()).toBe("open");
		expect(reports.length).toBe(1);
		await clock.move(3_000);
		expect(reports).toMatchObject([
			{ type: "trouble", trouble: { code: "port-missing", facts: { device: "scanner 1", port: "fake" } } },
			{ type: "well-again", afterMs: 9_250, failures: 3 },
		]);
		await keeper.stop();
	});

	it("says nothing when all is well from the start", async () => {
		const { clock, reports, driven, keeper } = kept([fakePort()]);
		await clock.move(0);
		await clock.move(60_000);
		expect(reports).toEqual([]);
		expect(driven).toEqual(["run"]);
		await keeper.stop();
	});

	it("says a new trouble when it became another one", async () => {
		const { clock, reports, keeper } = kept([missing(), new DeviceTrouble("port-forbidden", { port: "fake" })]);
		await clock.move(0);
		await clock.move(250);
		expect(reports.map((report) => report.type === "trouble" && report.trouble.code)).toEqual(["port-missing", "port-forbidden"]);
		await keeper.stop();
	});

	it("does not call a device well that accepts and hangs up at once", async () => {
		const flapping = Array.from({ length: 4 }, fakePort);
		const { clock, reports, keeper } = kept([...flapping]);
		for (const port of flapping) {
			await clock.move(30_000);
			port.hangUp();
		}
		expect(reports.length).toBe(1);
		await keeper.stop();
	});

	it("stops driving a lost port and drives the next one", async () => {
		const [first, second] = [fakePort(), fakePort()];
		const { clock, driven, keeper } = kept([first, second]);
		await clock.move(0);
		first.hangUp(new Error("cable pulled"));
		await clock.move(250);
		expect(driven).toEqual(["run", "stop", "run"]);
		await keeper.stop();
		expect(driven).toEqual(["run", "stop", "run", "stop"]);
		expect(second.closes).toBe(1);
	});

	it("tries again when the driver finds the wrong device at it", async () => {
		const clock = handClock();
		const reports: LinkReport[] = [];
		const ports = [fakePort(), fakePort()];
		const used = [...ports];
		let runs = 0;
		const keeper = keepOpen<Port>({
			open: async () => used.shift() ?? fakePort(),
			run: () => {
				runs += 1;
				if (runs === 1) throw new DeviceTrouble("scanner-wrong-mode", { port: "fake" });
				return () => {};
			},
			report: (report) => reports.push(report),
			random: () => 0,
			timers: clock,
		});
		await clock.move(0);
		expect(ports[0]?.closes).toBe(1);
		expect(reports).toMatchObject([{ type: "trouble", trouble: { code: "scanner-wrong-mode" } }]);
		await clock.move(250);
		await clock.move(3_000);
		expect(keeper.state()).toBe("open");
		expect(reports.at(-1)).toMatchObject({ type: "well-again" });
		await keeper.stop();
	});

	it("closes once when stopped, reports nothing of it and never opens again", async () => {
		const port = fakePort();
		const { clock, reports, keeper } = kept([port, fakePort()]);
		await clock.move(0);
		await keeper.stop();
		await clock.move(120_000);
		expect(port.closes).toBe(1);
		expect(reports).toEqual([]);
		expect(keeper.state()).toBe("closed");
	});
});

const trace = `device:   Mettler-Toledo, MT-SICS level 0/1
origin:   written from the manual, not recorded

> 53 49 0d 0a                  SI        ask for the weight now
< 53 20 44 20                  S D ...   the line arrives in two pieces
< 31 2e 35 20 67 0d 0a
an empty platform follows
> 53 49 0d 0a
< 53 20 53 20 30 20 67 0d 0a
`;

describe("a trace of a device", () => {
	it("is read with its head, its bytes and its notes", () => {
		const { head, steps } = parseTrace(trace);
		expect(head["origin"]).toBe("written from the manual, not recorded");
		expect(steps.map(({ direction, bytes }) => [direction, bytes.length])).toEqual([
			["sent", 4],
			["received", 4],
			["received", 7],
			["sent", 4],
			["received", 9],
		]);
		expect(steps[0]?.note).toBe("SI        ask for the weight now");
	});

	it("is written as it is read", () => {
		expect(parseTrace(formatTrace(parseTrace(trace)))).toEqual(parseTrace(trace));
	});

	it("is refused without an origin, and with a line that is half bytes", () => {
		expect(() => parseTrace("> 53\n")).toThrow(/origin/);
		expect(() => parseTrace("origin: recorded\n> 5 49\n")).toThrow(/line 2/);
	});

	it("plays the device's side when the driver has written its own, in whatever pieces", async () => {
		const port = playTrace(parseTrace(trace));
		const heard: string[] = [];
		port.onBytes((piece) => heard.push(Buffer.from(piece).toString("latin1")));
		await port.write(bytes("SI"));
		await port.write(bytes("\r\n"));
		await until(() => heard.length === 2, "both pieces");
		expect(heard).toEqual(["S D ", "1.5 g\r\n"]);
		await port.write(bytes("SI\r\n"));
		await port.played;
		expect(heard.at(-1)).toBe("S S 0 g\r\n");
	});

	it("holds the driver to what the trace has", async () => {
		const port = playTrace(parseTrace(trace));
		port.onBytes(() => {});
		await expect(port.write(bytes("SX\r\n"))).rejects.toThrow(/the trace has 53 49 0d 0a/);
		await expect(port.played).rejects.toThrow(/byte 2/);
	});

	it("is made by a port that records, and plays again", async () => {
		const recorded: TraceStep[] = [];
		const port = recordingPort(playTrace(parseTrace(trace)), (step) => recorded.push(step));
		port.onBytes(() => {});
		await port.write(bytes("SI\r\n"));
		await until(() => recorded.length === 3, "the question and both pieces");
		await port.write(bytes("SI\r\n"));
		await until(() => recorded.length === 5, "all of it");
		const again = parseTrace(formatTrace({ head: { origin: "recorded" }, steps: recorded }));
		expect(again.steps.map(({ bytes }) => Buffer.from(bytes).toString("hex"))).toEqual(
			parseTrace(trace).steps.map(({ bytes }) => Buffer.from(bytes).toString("hex")),
		);
	});
});
