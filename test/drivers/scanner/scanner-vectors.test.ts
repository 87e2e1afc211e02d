import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runDechdrScanner } from "../../../drivers/scanner/dechdr.ts";
import { scannedDataLayout } from "../../../drivers/scanner/hid-descriptor.ts";
import { runHidPosScanner } from "../../../drivers/scanner/hid-pos.ts";
import type { ScannerReport } from "../../../drivers/scanner/reader.ts";
import { refusalSignal } from "../../../drivers/scanner/signal.ts";
import { runSsiScanner, ssiPacket } from "../../../drivers/scanner/ssi.ts";
import type { Port } from "../../../drivers/transport/port.ts";
import { silentPort } from "../../support/silent-port.ts";

/** Public traces of scanners; kept outside the repository. Keyboards: scanner-wedge.test.ts. */
const file = resolve(import.meta.dirname, "../../../../shared/vectors/device-traces.json");
type Trace = Record<"id" | "kind" | "direction" | "hex" | "meaning", string>;
const traces = (): Trace[] =>
	(JSON.parse(readFileSync(file, "utf8")) as { traces: Trace[] }).traces.filter(({ kind }) => kind.startsWith("scanner-"));
const bytesOf = ({ hex }: Trace): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));
const from = (kind: string, direction = "device->host"): Trace[] =>
	traces().filter((one) => one.kind === kind && one.direction === direction);

function heard(run: (port: Port, report: (report: ScannerReport) => void) => () => void) {
	const reports: ScannerReport[] = [];
	const sent: string[] = [];
	const { port, hear } = silentPort("vectors", async (bytes) => void sent.push(Buffer.from(bytes).toString("hex")));
	run(port, (report) => reports.push(report));
	return { reports, sent, says: (trace: Trace) => hear(bytesOf(trace)) };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

describe("the published traces of scanners", () => {
	const isHere = existsSync(file);
	const left = "the vectors lie beside the repository, and are not on this machine";

	it("in SSI are read: what is no code is no scan and no noise, three packets are one code", (context) => {
		if (!isHere) return context.skip(left);
		const { reports, says } = heard((port, report) => runSsiScanner(port, { device: "s" }, report));
		for (const trace of from("scanner-ssi")) says(trace);
		vi.advanceTimersByTime(1_000);
		expect(reports.map((report) => ("text" in report ? report.text : report.type))).toEqual(["Z".repeat(500)]);
	});

	it("in HID POS are read by their descriptors; answers to commands are no scans", (context) => {
		if (!isHere) return context.skip(left);
		const layouts = from("scanner-hid-descriptor").map((trace) => scannedDataLayout(bytesOf(trace)));
		expect(layouts.map((layout) => layout?.dataAt)).toEqual([4, 5, undefined]);
		const [withoutCount] = from("scanner-hid-descriptor");
		const scanner = heard((port, report) => runHidPosScanner(port, { device: "s", descriptor: bytesOf(withoutCount!) }, report));
		scanner.says(from("scanner-hidpos").find(({ id }) => id === "scanner-hidpos-011")!);
		expect(scanner.reports).toMatchObject([{ text: "5901234123457", aim: "]E0", framing: "report" }]);
		const [, echoes] = Object.values(Object.groupBy(from("scanner-hidpos"), ({ meaning }) => String(meaning.includes("]Z6"))));
		const [, counted] = from("scanner-hid-descriptor");
		const asked = heard((port, report) => runHidPosScanner(port, { device: "s", descriptor: bytesOf(counted!) }, report));
		for (const echo of echoes ?? []) asked.says(echo);
		expect(asked.reports).toEqual([]);
	});

	it("with Honeywell's decode header are read", (context) => {
		if (!isHere) return context.skip(left);
		const { reports, says } = heard((port, report) => runDechdrScanner(port, { device: "s" }, report));
		says(from("scanner-serial")[0]!);
		vi.advanceTimersByTime(1_000);
		expect(reports).toMatchObject([{ text: "9999999999999", aim: "]E0" }]);
	});

	it("to scanners are what we send, where we send anything", (context) => {
		if (!isHere) return context.skip(left);
		expect(from("scanner-ssi", "host->device")[0]!.hex).toBe(Buffer.from(ssiPacket(0xd0)).toString("hex"));
		const beeps = [...from("scanner-serial", "host->device"), ...from("scanner-hidpos", "host->device")].filter(({ meaning }) =>
			meaning.includes("beep"),
		);
		expect(beeps.map(({ hex }) => hex)).toEqual(
			[refusalSignal("dechdr1"), refusalSignal("hid-pos")].map((bytes) => Buffer.from(bytes).toString("hex")),
		);
	});

	it("are all covered; never sent are what configures a scanner or pulls its trigger", (context) => {
		if (!isHere) return context.skip(left);
		const kinds = ["scanner-ssi", "scanner-hidpos", "scanner-hid-descriptor", "scanner-serial", "scanner-wedge", "scanner-wedge-altcode"];
		expect([...new Set(traces().map(({ kind }) => kind))].filter((kind) => !kinds.includes(kind))).toEqual([]);
		const neverSent = traces().filter(
			({ direction, meaning }) => direction === "host->device" && /trigger|SCAN_ENABLE|DECHDR1/.test(meaning),
		);
		expect(neverSent).toHaveLength(6);
	});
});
