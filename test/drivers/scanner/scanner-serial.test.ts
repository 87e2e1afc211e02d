import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { readCode } from "../../../drivers/scanner/content.ts";
import { scannerOptions } from "../../../drivers/scanner/options.ts";
import type { ScannerReport } from "../../../drivers/scanner/reader.ts";
import { runScanner, type SerialScannerOptions, usualSerialScanner } from "../../../drivers/scanner/serial.ts";
import { parseTrace, playTrace } from "../../../drivers/transport/trace-port.ts";
import { silentPort } from "../../support/silent-port.ts";

function scanner(options: Partial<SerialScannerOptions> = {}) {
	const { port, hear } = silentPort("a cable", async () => {
		throw new Error("a scanner is only listened to");
	});
	const reports: ScannerReport[] = [];
	const stop = runScanner(port, { device: "scanner 1", ...usualSerialScanner, ...options }, (report) => reports.push(report));
	return {
		reports,
		stop,
		sends: (text: string | Uint8Array) => hear(typeof text === "string" ? Uint8Array.from(Buffer.from(text, "latin1")) : text),
		texts: () => reports.map((report) => (report.type === "scan" ? report.text : `${report.type} ${report.count}`)),
	};
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a scanner on a serial line", () => {
	it("reports one scan for one code", () => {
		const { sends, reports } = scanner();
		sends("]E05901234123457\r");
		expect(reports).toEqual([
			{ type: "scan", text: "5901234123457", aim: "]E0", symbology: "ean-13", symbologySource: "aim", framing: "suffix" },
		]);
	});

	it("reports two codes that come in one read", () => {
		const { sends, texts } = scanner();
		sends("5901234123457\r\n96385074\r\n");
		expect(texts()).toEqual(["5901234123457", "96385074"]);
	});

	it("reports one code that comes in many reads, with the suffix split", () => {
		const { sends, texts } = scanner();
		for (const sign of "5901234123457\r\n") sends(sign);
		expect(texts()).toEqual(["5901234123457"]);
	});

	it("reports once when the suffix comes after the silence that ended the code", () => {
		const { sends, texts } = scanner();
		sends("5901234123457\r");
		vi.advanceTimersByTime(1_000);
		sends("\n96385074\r");
		vi.advanceTimersByTime(1_000);
		expect(texts()).toEqual(["5901234123457", "96385074"]);
	});

	it("forgives the noise of plugging in", () => {
		const { sends, texts } = scanner();
		sends(Uint8Array.from([0x00, 0x00]));
		sends("96385074\r");
		expect(texts()).toEqual(["96385074"]);
	});

	it("counts what makes no sense and reads the next code", () => {
		const { sends, texts } = scanner();
		sends(Uint8Array.from([0x86, 0xfe, 0x06, 0x98, 0x0d]));
		sends("96385074\r");
		sends(Uint8Array.from([0x13, 0x37, 0x0d]));
		expect(texts()).toEqual(["garbled 1", "96385074", "garbled 2"]);
	});

	it("counts a code that is longer than any code and reads the next one", () => {
		const { sends, texts } = scanner({ maxLength: 32 });
		sends("7".repeat(50));
		sends("7".repeat(50));
		sends("\r96385074\r");
		expect(texts()).toEqual(["garbled 1", "96385074"]);
	});

	it("ends a code by silence when the scanner sends no suffix, and says so", () => {
		const { sends, reports } = scanner({ suffix: "none", idleGapMs: 50 });
		sends("9638");
		vi.advanceTimersByTime(40);
		sends("5074");
		vi.advanceTimersByTime(40);
		expect(reports).toEqual([]);
		vi.advanceTimersByTime(20);
		expect(reports).toMatchObject([{ text: "96385074", framing: "gap" }]);
	});

	it("does not glue two codes together when its suffix was forgotten", () => {
		const { sends, reports } = scanner({ suffix: "cr" });
		sends("96385074");
		vi.advanceTimersByTime(400);
		sends("5901234123457\r");
		expect(reports).toMatchObject([
			{ text: "96385074", framing: "gap" },
			{ text: "5901234123457", framing: "suffix" },
		]);
	});

	it("says nothing after it was stopped", () => {
		const { sends, reports, stop } = scanner({ suffix: "none" });
		sends("96385074");
		stop();
		vi.advanceTimersByTime(1_000);
		expect(reports).toEqual([]);
	});

	it("keeps GS, RS and EOT, and CR inside a code when CR LF ends it", () => {
		const { sends, texts } = scanner({ suffix: "crlf" });
		sends("[)>\u001e06\u001d1PABC\u001e\u0004\r\n");
		sends("two\rlines\r\n");
		expect(texts()).toEqual(["[)>\u001e06\u001d1PABC\u001e\u0004", "two\rlines"]);
	});

	it("reads UTF-8 where it is, else Latin-1", () => {
		const { sends, texts } = scanner();
		sends(Uint8Array.from([...Buffer.from("牛奶", "utf8"), 0x0d]));
		sends(Uint8Array.from([0x4d, 0xfc, 0x73, 0x6c, 0x69, 0x0d]));
		expect(texts()).toEqual(["牛奶", "Müsli"]);
	});
});

describe("the kind of bars", () => {
	it("is guessed from the digits when the scanner does not say", () => {
		const { sends, reports } = scanner();
		sends("5901234123457\r042100005264\rA-17\r");
		expect(reports).toMatchObject([{ symbology: "ean-13" }, { symbology: "upc-a" }, { symbologySource: "guess" }]);
		expect(reports[2]).not.toHaveProperty("symbology");
		expect(reports[0]).not.toHaveProperty("aim");
	});

	it("is not looked for when the installer says that no identifier comes", () => {
		const { sends, texts } = scanner({ aim: "off" });
		sends("]E05901234123457\r");
		expect(texts()).toEqual(["]E05901234123457"]);
	});

	it("is not found in text that only begins with a bracket", () => {
		const { sends, texts } = scanner();
		sends("]hello\r]~1x\r");
		expect(texts()).toEqual(["]hello", "]~1x"]);
	});
});

describe("a trace of a scanner", () => {
	it("gives the scans a person would read off the packs", async () => {
		vi.useRealTimers();
		const trace = parseTrace(readFileSync(resolve(import.meta.dirname, "../../traces/scanner/serial-aim-prefix.txt"), "utf8"));
		const port = playTrace(trace);
		const reports: ScannerReport[] = [];
		const stop = runScanner(port, { device: "scanner 1", ...usualSerialScanner }, (report) => reports.push(report));
		await port.played;
		stop();
		const at = new Date("2026-11-22");
		const contents = reports.map((report) => report.type === "scan" && readCode(report.text, { aim: report.aim, at }));
		expect(contents).toMatchObject([
			{ kind: "gtin", gtin14: "05901234123457" },
			{ kind: "gs1", gtin14: "07032069804988", lot: "0329", bestBefore: "2021-05-26" },
			{ kind: "text", text: "[)>\u001e06\u001d1PABC\u001e\u0004" },
		]);
	});
});

describe("what an installer says about a scanner", () => {
	const usual = { id: "till-1", family: "scanner", port: "/dev/serial/by-id/usb-Honeywell" };

	it("is little, and the rest is as scanners leave the factory", () => {
		const factory = { protocol: "serial", baudRate: 9600, dataBits: 8, parity: "none", suffix: "any", aim: "auto" };
		expect(scannerOptions.parse(usual)).toMatchObject(factory);
	});

	it.each([
		["a word nobody knows", { ...usual, colour: "red" }, /Unrecognized key: "colour"/],
		["a baud rate no scanner has", { ...usual, baudRate: 9601 }, /expected one of 1200\|2400/],
		["neither port nor host", { id: "till-1", family: "scanner" }, /either port or host/],
		["both port and host", { ...usual, host: "10.0.0.7:4001" }, /either port or host/],
		["a HID scanner on the network", { id: "a", family: "scanner", protocol: "hid-pos", host: "10.0.0.7:4001" }, /use port/],
		["a name with a blank", { ...usual, id: "till 1" }, /small letters/],
	])("is refused with %s, in words", (_, options, words) => {
		const result = scannerOptions.safeParse(options);
		expect(result.success ? "accepted" : z.prettifyError(result.error)).toMatch(words);
	});
});
