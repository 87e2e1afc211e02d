import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readCode } from "../../../drivers/scanner/content.ts";
import { scannerOptions } from "../../../drivers/scanner/options.ts";
import type { ScannerReport } from "../../../drivers/scanner/reader.ts";
import { runScanner } from "../../../drivers/scanner/serial.ts";
import { silentPort } from "../../support/silent-port.ts";

/** A scanner on a cable with the settings an installer writes, all others as they come. */
function scanner(settings: object = {}) {
	const { port, hear } = silentPort("a cable");
	const reports: ScannerReport[] = [];
	const options = scannerOptions.parse({ id: "scanner-1", family: "scanner", port: "/dev/ttyS0", ...settings });
	runScanner(port, { ...options, device: options.id }, (report) => reports.push(report));
	return {
		reports,
		sends: (...pieces: (string | Uint8Array)[]) => {
			for (const piece of pieces) hear(typeof piece === "string" ? Uint8Array.from(Buffer.from(piece, "latin1")) : piece);
		},
		texts: () => reports.map((report) => (report.type === "scan" ? report.text : report.type)),
	};
}

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("the frame around a code", () => {
	it("may be STX and ETX, whatever stands between two frames (case S3)", () => {
		for (const settings of [{}, { suffix: "etx" }]) {
			const { sends, texts } = scanner(settings);
			sends("\x024006381333931\x03\r\n\x0296385074\x03\r\n");
			expect(texts()).toEqual(["4006381333931", "96385074"]);
		}
	});

	it("may be STX and ETX without any line end, in pieces of any size (case S3)", () => {
		const { sends, texts } = scanner({ suffix: "etx" });
		for (const sign of "noise\x024006381333931\x03\x0296385074\x03") sends(sign);
		expect(texts()).toEqual(["4006381333931", "96385074"]);
	});

	it("may be a prefix of the installer's own (case S3)", () => {
		const { sends, texts } = scanner({ prefix: "\\x01A1" });
		sends("\x01A14006381333931\r", "96385074\r");
		expect(texts()).toEqual(["4006381333931", "96385074"]);
	});

	it("may be a TAB, set or not: two articles are two scans (case S4)", () => {
		for (const settings of [{}, { suffix: "tab" }]) {
			const { sends, texts } = scanner(settings);
			sends("4006381333931\t", "96385074\t");
			vi.advanceTimersByTime(1_000);
			expect(texts()).toEqual(["4006381333931", "96385074"]);
		}
	});

	it("leaves a TAB inside a text where it is (case S4)", () => {
		const { sends, texts } = scanner();
		sends("BEGIN\tname\r");
		expect(texts()).toEqual(["BEGIN\tname"]);
	});

	it("may be silence alone (case S3)", () => {
		const { sends, texts } = scanner({ suffix: "none", idleGapMs: 50 });
		sends("4006381333931");
		vi.advanceTimersByTime(60);
		sends("96385074");
		vi.advanceTimersByTime(60);
		expect(texts()).toEqual(["4006381333931", "96385074"]);
	});
});

describe("the characters of a code", () => {
	it.each([
		["shift_jis", "93 fa 96 7b 0d", "日本"],
		["gbk", "c5 a3 c4 cc 0d", "牛奶"],
		["windows-1252", "35 80 0d", "5€"],
	])("are read by the device's encoding %s, and the bytes are kept (case S6)", (encoding, bytes, text) => {
		const { sends, reports } = scanner({ encoding });
		sends(hex(bytes));
		expect(reports).toMatchObject([{ type: "scan", text, raw: hex(bytes).subarray(0, -1) }]);
	});

	it("have no bytes beside them when they are the same in UTF-8 (case S6)", () => {
		const { sends, reports } = scanner();
		sends("4006381333931\r", Uint8Array.from([...Buffer.from("牛奶", "utf8"), 0x0d]));
		for (const report of reports) expect(report).not.toHaveProperty("raw");
	});

	it("are refused and counted when they are control characters", () => {
		const { sends, texts } = scanner();
		sends("4006\x0781333931\r", "\x1b[2J\r");
		expect(texts()).toEqual(["garbled", "garbled"]);
	});
});

describe("a scanner with seven data bits on a line of eight", () => {
	const withParity = (text: string, parity: "even" | "odd"): Uint8Array =>
		Uint8Array.from(Buffer.from(text, "latin1"), (byte) => {
			const bits = byte.toString(2).replaceAll("0", "").length;
			return bits % 2 === (parity === "odd" ? 0 : 1) ? byte | 0x80 : byte;
		});

	it.each(["even", "odd"] as const)("says so, with the parity that is to be set: %s (case S7)", (parity) => {
		const { sends, reports } = scanner();
		sends(withParity("4006381333931\r\n", parity));
		vi.advanceTimersByTime(1_000);
		expect(reports).toEqual([{ type: "wrong-parity", parity, count: 1 }]);
	});

	it("is not suspected for a text in Latin-1, nor for one in UTF-8 (case S7)", () => {
		const { sends, texts } = scanner();
		sends("Müsli mit Äpfeln\r", "Käse\r", Uint8Array.from([...Buffer.from("牛奶牛奶牛奶", "utf8"), 0x0d]));
		expect(texts()).toEqual(["Müsli mit Äpfeln", "Käse", "牛奶牛奶牛奶"]);
	});
});

describe("a separator that the scanner replaces", () => {
	const at = new Date("2026-11-22");
	const lot = (report: ScannerReport | undefined) => report?.type === "scan" && readCode(report.text, { aim: report.aim, at });

	it.each([
		["|", "]d2010950600013435210LOT7|17261130\r"],
		[" ", "]C1010950600013435210LOT7 17261130\r"],
		["|", "010950600013435210LOT7|17261130\r"],
	])("is put back when the device says so: %j (case S12)", (gs, sent) => {
		const { sends, reports } = scanner({ gs });
		sends(sent);
		expect(lot(reports[0])).toMatchObject({ kind: "gs1", gtin14: "09506000134352", lot: "LOT7", expiry: "2026-11-30" });
	});

	it("is left alone in what is no GS1 code (case S12)", () => {
		const { sends, texts } = scanner({ gs: "|" });
		sends("a|b|c\r", "]Q1a|b\r");
		expect(texts()).toEqual(["a|b|c", "a|b"]);
	});
});

describe("a payment card on a cable", () => {
	it("is refused, counted and masked, and the next code is read", () => {
		const { sends, reports } = scanner();
		sends("4111111111111111\r]Q15555555555554444\r4006381333931\r");
		expect(reports).toMatchObject([
			{ type: "refused", reason: "payment-card", masked: "411111******1111", count: 1 },
			{ type: "refused", masked: "555555******4444", count: 2 },
			{ type: "scan", text: "4006381333931" },
		]);
		expect(JSON.stringify(reports)).not.toMatch(/4111111111111111|5555555555554444/);
	});
});

describe("a setting that means nothing with the scanner's protocol", () => {
	it.each([
		["suffix", { protocol: "ssi", suffix: "etx" }],
		["prefix", { protocol: "dechdr1", prefix: "A" }],
		["baudRate", { protocol: "hid-pos", baudRate: 115_200 }],
		["parity", { protocol: "hid-pos", parity: "even" }],
		["aim", { protocol: "hid-pos", aim: "off" }],
	])("is refused and named: %s (case S3)", (name, settings) => {
		const read = scannerOptions.safeParse({ id: "s", family: "scanner", port: "/dev/ttyS0", ...settings });
		expect(read.error?.issues.map(({ path }) => path[0])).toEqual([name]);
	});

	it.each(["serial", "ssi", "dechdr1", "hid-pos"])("is not missed where there is none: %s", (protocol) => {
		expect(scannerOptions.safeParse({ id: "s", family: "scanner", port: "/dev/ttyS0", protocol }).success).toBe(true);
	});
});
