import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { scaleOptions } from "../../../drivers/scale/options.ts";
import type { ScaleReport } from "../../../drivers/scale/scale.ts";
import { runScale } from "../../../drivers/scale/scale.ts";
import type { Port } from "../../../drivers/transport/port.ts";
import { parseTrace, playTrace } from "../../../drivers/transport/trace-port.ts";

const options = { id: "shelf-12", baudRate: 9600, askEveryMs: 100, silentAfterMs: 3_000 } as const;

function fakePort() {
	let listener: (bytes: Uint8Array) => void = () => {};
	const written: string[] = [];
	const port: Port = {
		name: "/dev/fake",
		write: async (bytes) => void written.push(Buffer.from(bytes).toString("latin1").trim()),
		onBytes: (next) => {
			listener = next;
		},
		onClosed: () => {},
		close: async () => {},
	};
	return { port, written, say: (...pieces: string[]) => pieces.forEach((piece) => listener(Buffer.from(piece, "latin1"))) };
}

function scaleOn() {
	const fake = fakePort();
	const reports: ScaleReport[] = [];
	const scale = runScale(fake.port, options, (report) => reports.push(report));
	const codes = () =>
		reports.flatMap((report) => {
			if (report.type === "trouble") return [report.trouble.code];
			return report.type === "trouble-over" ? [`over ${report.code}`] : [];
		});
	const weights = () => reports.flatMap((report) => (report.type === "weight" ? [`${report.milligrams}${report.settled ? "" : "~"}`] : []));
	return { ...fake, reports, scale, codes, weights };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a scale", () => {
	it("plays the trace of a customer who puts cheese on", async () => {
		vi.useRealTimers();
		const trace = parseTrace(
			readFileSync(resolve(import.meta.dirname, "../../traces/scale/mt-sics-a-customer-puts-cheese-on.txt"), "utf8"),
		);
		const port = playTrace(trace);
		const reports: ScaleReport[] = [];
		const scale = runScale(port, { ...options, askEveryMs: 5 }, (report) => reports.push(report));
		await port.played;
		scale.stop();
		expect(reports).toEqual([
			{ type: "weight", milligrams: 0, settled: true },
			{ type: "identity", model: "PS30", serial: null },
			{ type: "identity", model: "PS30", serial: "B021002593" },
			{ type: "weight", milligrams: 412_500, settled: false },
			{ type: "weight", milligrams: 412_500, settled: true },
			{ type: "trouble", trouble: expect.objectContaining({ code: "scale-overloaded" }) },
			{ type: "trouble-over", code: "scale-overloaded" },
			{ type: "weight", milligrams: 412_500, settled: true },
		]);
	});

	it("is never sent a command that changes anything in it, however often its link opens (case S16)", () => {
		const { say, written } = scaleOn();
		say("S S 5.00 g\r\n", "S S 6.00 g\r\n");
		vi.advanceTimersByTime(10_000);
		say("S S 5.00 g\r\n");
		vi.advanceTimersByTime(1_000);
		expect(new Set(written)).toEqual(new Set(["SI", "I2", "I4"]));
	});

	it("says that measuring was interrupted, after silence and after it was switched on anew (case S15)", () => {
		const { say, reports } = scaleOn();
		const types = () => reports.map(({ type }) => type);
		say("S S 5000.00 g\r\n");
		say('I2 A "PS30"\r\n', 'I4 A "B021"\r\n');
		vi.advanceTimersByTime(4_500);
		say("S S 4500.00 g\r\n");
		expect(types()).toEqual(["weight", "identity", "identity", "trouble", "trouble-over", "interrupted", "weight"]);
		say('I4 A "B021"\r\n', "S S 4500.00 g\r\n");
		expect(types().slice(7)).toEqual(["interrupted", "weight"]);
	});

	it("is asked again when an answer got lost, and not sooner", () => {
		const { written } = scaleOn();
		vi.advanceTimersByTime(3_300);
		expect(written).toEqual(["SI", "SI", "SI", "SI"]);
	});

	it("says a weight once however often the scale repeats it", () => {
		const { say, weights } = scaleOn();
		say("S S 5.00 g\r\nS S 5.00 g\r\nS D 5.00 g\r\nS S 5.00 g\r\n");
		expect(weights()).toEqual(["5000", "5000~", "5000"]);
	});

	it("is said to be silent once, and to be well when it answers", () => {
		const { say, codes, weights } = scaleOn();
		say("S S 5.00 g\r\n");
		vi.advanceTimersByTime(10_000);
		expect(codes()).toEqual(["scale-silent"]);
		say("S S 5.00 g\r\n");
		expect(codes()).toEqual(["scale-silent", "over scale-silent"]);
		expect(weights()).toEqual(["5000", "5000"]);
	});

	it("counts garbled lines, and calls it a wrong setting only when nothing else comes", () => {
		const { say, reports, codes } = scaleOn();
		say("\x80\x81\r\n", "S S 1.00 g\r\n", "x".repeat(500), "\r\n", "S S 2.00 g\r\n");
		expect(reports.filter((report) => report.type === "garbled").at(-1)).toEqual({ type: "garbled", count: 2 });
		expect(codes()).toEqual([]);
		for (let at = 0; at < 10; at++) say("\x80\x81\r\n");
		expect(codes()).toEqual(["scale-garbled"]);
		say("S S 2.00 g\r\n");
		expect(codes()).toEqual(["scale-garbled", "over scale-garbled"]);
	});

	it("that counts pieces is told so at once, and what happened meanwhile is not taken for a pick", () => {
		const { say, codes, reports, weights } = scaleOn();
		say("S S 5000.00 g\r\n");
		say("S S 12 PCS\r\n");
		expect(codes()).toEqual(["scale-counting"]);
		for (let at = 0; at < 50; at++) {
			vi.advanceTimersByTime(100);
			say("S S 12 PCS\r\n");
		}
		say("S S 4500.00 g\r\n");
		expect(codes()).toEqual(["scale-counting", "over scale-counting"]);
		expect(reports.slice(-2).map(({ type }) => type)).toEqual(["interrupted", "weight"]);
		expect(weights()).toEqual(["5000000", "4500000"]);
		expect(reports.filter(({ type }) => type === "garbled")).toEqual([]);
	});

	it("in taels is told its unit by name", () => {
		const { say, reports } = scaleOn();
		say("S S 1.250 tlt\r\n");
		expect(reports).toEqual([{ type: "trouble", trouble: expect.objectContaining({ code: "scale-unit" }) }]);
		expect(reports).toMatchObject([{ trouble: { facts: { unit: "tlt", device: "shelf-12" } } }]);
	});

	it("that never comes to rest is a trouble", () => {
		const { say, codes } = scaleOn();
		for (let at = 0; at < 40; at++) {
			say("S I\r\n");
			vi.advanceTimersByTime(100);
		}
		expect(codes()).toEqual(["scale-not-settling"]);
	});

	it("is not asked for its weight while it sets its zero", async () => {
		const { say, written, scale } = scaleOn();
		say("S S 5.00 g\r\n");
		const zeroed = scale.zero();
		const before = written.length;
		vi.advanceTimersByTime(2_000);
		expect(written).toHaveLength(before);
		say("Z A\r\n");
		expect(await zeroed).toBe(true);
		const refused = scale.zero();
		say("Z +\r\n");
		expect(await refused).toBe(false);
	});

	it("asks nothing more once stopped", () => {
		const { scale, written } = scaleOn();
		scale.stop();
		vi.advanceTimersByTime(5_000);
		expect(written).toEqual([]);
	});
});

describe("the options of a scale", () => {
	const wellSaid = { id: "shelf-12", protocol: "mt-sics", port: "/dev/serial/by-id/usb-1" };

	it("need a name, a protocol and where it is", () => {
		expect(scaleOptions.parse(wellSaid)).toMatchObject({ askEveryMs: 200, silentAfterMs: 3000 });
	});

	it.each([
		["a key nobody knows", { ...wellSaid, colour: "red" }],
		["a port and a host", { ...wellSaid, host: "10.0.0.7" }],
		["neither", { id: "shelf-12", protocol: "mt-sics" }],
		["a baud rate no scale has", { ...wellSaid, baudRate: 9601 }],
		["a USB scale on the network", { id: "a", protocol: "hid", host: "10.0.0.7" }],
		["another protocol", { ...wellSaid, protocol: "toledo" }],
	])("refuse %s", (_, input) => {
		expect(scaleOptions.safeParse(input).success).toBe(false);
	});
});
