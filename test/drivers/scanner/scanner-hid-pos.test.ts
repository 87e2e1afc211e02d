import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { scannedDataLayout } from "../../../drivers/scanner/hid-descriptor.ts";
import { runHidPosScanner } from "../../../drivers/scanner/hid-pos.ts";
import type { ScannerReport } from "../../../drivers/scanner/reader.ts";
import { parseTrace } from "../../../drivers/transport/trace-port.ts";
import { silentPort } from "../../support/silent-port.ts";

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

/** Three fields from a public test suite; the one of 64 bytes was composed here from Honeywell's published layout. */
const descriptors = {
	withoutCount: hex(
		"058c 0902 a101 8502 1500 26ff00 7508 9501 09fb 8102 09fc 8102 09fd 8102 9538 09fe 8202 01 7501 9501 2501 09ff 8102 7507 8103 c0",
	),
	withCount: hex(
		"058c 0902 a101 8502 0912 a102 1500 26ff00 7508 9501 0501 093b 8102 9503 058c 09fb 09fc 09fd 8102 9538 09fe 8202 01" +
			"2501 7501 9501 09ff 8102 7507 8103 c0 c0",
	),
	honeywell: hex(
		"058c 0902 a101 8502 0912 a102 1500 26ff00 7508 9501 0501 093b 8102 9503 058c 09fb 09fc 09fd 8102 9538 09fe 8202 01" +
			"9502 0666ff 0904 8102 058c 2501 7501 9501 09ff 8102 7507 8103 c0 c0",
	),
	keyboard: hex("0501 0906 a101 0507 19e0 29e7 1500 2501 7501 9508 8102 9501 7508 8103 9506 7508 1500 2565 0507 1900 2965 8100 c0"),
};

function scanner(descriptor: Uint8Array) {
	const { port, hear } = silentPort("/dev/hidraw0");
	const reports: ScannerReport[] = [];
	const stop = runHidPosScanner(port, { device: "scanner 1", descriptor }, (report) => reports.push(report));
	return { reports, stop, sends: (bytes: Uint8Array) => hear(bytes) };
}

/** A report of 64 bytes as Honeywell orders it. */
function honeywellReport(aim: string, data: string, continued: boolean): Uint8Array {
	const report = Buffer.alloc(64);
	report.set([0x02, data.length, ...Buffer.from(aim), ...Buffer.from(data, "latin1")]);
	report[63] = continued ? 1 : 0;
	return report;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("the report descriptor of a scanner", () => {
	it("says where count, symbology, data and the continued mark are", () => {
		expect(scannedDataLayout(descriptors.withoutCount)).toEqual({
			reportId: 2,
			aimAt: [1, 2, 3],
			dataAt: 4,
			dataLength: 56,
			continuedAt: { byte: 60, mask: 1 },
		});
		expect(scannedDataLayout(descriptors.withCount)).toEqual({
			reportId: 2,
			countAt: 1,
			aimAt: [2, 3, 4],
			dataAt: 5,
			dataLength: 56,
			continuedAt: { byte: 61, mask: 1 },
		});
		expect(scannedDataLayout(descriptors.honeywell)).toMatchObject({ dataAt: 5, continuedAt: { byte: 63, mask: 1 } });
	});

	it("of a keyboard is none of a scanner, and that is a trouble with a remedy", () => {
		expect(scannedDataLayout(descriptors.keyboard)).toBeUndefined();
		expect(() => scanner(descriptors.keyboard)).toThrow(expect.objectContaining({ code: "scanner-wrong-mode" }));
	});

	it("that is cut off or nonsense is no crash and no endless loop", () => {
		for (let length = 0; length < descriptors.honeywell.length; length++) scannedDataLayout(descriptors.honeywell.subarray(0, length));
		scannedDataLayout(hex("97ffffffff 77ffffffff 058c 09fe 8102"));
		scannedDataLayout(hex("058c 1900 2bffffffff7f 8102"));
		scannedDataLayout(new Uint8Array(10_000).fill(0xa4));
	});
});

describe("a scanner in HID POS mode", () => {
	it("reports a code that fits one report", () => {
		const { sends, reports } = scanner(descriptors.withoutCount);
		sends(Buffer.concat([hex("02 5d4530 35393031323334313233343537"), Buffer.alloc(44)]));
		expect(reports).toEqual([
			{ type: "scan", text: "5901234123457", aim: "]E0", symbology: "ean-13", symbologySource: "aim", framing: "report" },
		]);
	});

	it("puts a long code together from its pieces; the first one names the symbology", () => {
		const { sends, reports } = scanner(descriptors.honeywell);
		const code = `0107032069804988${"10"}${"A".repeat(20)}\u001d21${"B".repeat(20)}`;
		sends(honeywellReport("]d2", code.slice(0, 56), true));
		expect(reports).toEqual([]);
		sends(honeywellReport("]X0", code.slice(56), false));
		expect(reports).toMatchObject([{ text: code, aim: "]d2", symbology: "gs1-data-matrix" }]);
	});

	it("drops a code whose rest never came, counts it, and reads the next", () => {
		const { sends, reports } = scanner(descriptors.honeywell);
		sends(honeywellReport("]Q1", "x".repeat(56), true));
		vi.advanceTimersByTime(600);
		sends(honeywellReport("]E4", "96385074", false));
		expect(reports).toMatchObject([
			{ type: "garbled", count: 1 },
			{ text: "96385074", aim: "]E4" },
		]);
	});

	it("drops a code that never ends", () => {
		const { sends, reports } = scanner(descriptors.honeywell);
		for (let n = 0; n < 150; n++) sends(honeywellReport("]Q1", "x".repeat(56), true));
		expect(reports).toEqual([{ type: "garbled", count: 1 }]);
	});

	it("does not take other reports, short ones or its own answers for scans", () => {
		const { sends, reports } = scanner(descriptors.honeywell);
		sends(hex("05 01 02"));
		sends(hex("02 01"));
		const trace = parseTrace(readFileSync(resolve(import.meta.dirname, "../../traces/scanner/honeywell-hid-pos-revinf.txt"), "utf8"));
		const [, lastPiece, echo] = trace.steps;
		sends(echo!.bytes);
		expect(reports).toEqual([]);
		sends(lastPiece!.bytes);
		expect(reports).toMatchObject([{ text: "um: N/A", symbology: "other" }]);
	});

	it("does not glue a code that was cut off to the next one, of another kind or after a pause (case S14)", () => {
		const { sends, reports } = scanner(descriptors.honeywell);
		sends(honeywellReport("]Q1", "A".repeat(56), true));
		sends(honeywellReport("]E0", "4006381333931", false));
		expect(reports).toMatchObject([
			{ type: "garbled", count: 1 },
			{ type: "scan", text: "4006381333931", aim: "]E0" },
		]);
	});

	it("takes off a suffix that the scanner puts into the data (case S5)", () => {
		for (const suffix of ["\r", "\r\n", "\t"]) {
			const { sends, reports } = scanner(descriptors.honeywell);
			sends(honeywellReport("]E0", `4006381333931${suffix}`, false));
			expect(reports).toMatchObject([{ text: "4006381333931", symbology: "ean-13" }]);
		}
	});

	it("refuses payment cards and control characters, and counts them", () => {
		const { sends, reports } = scanner(descriptors.honeywell);
		sends(honeywellReport("]Q1", "4111111111111111", false));
		sends(honeywellReport("]Q1", "a\u0007b", false));
		expect(reports).toMatchObject([
			{ type: "refused", masked: "411111******1111" },
			{ type: "garbled", count: 1 },
		]);
	});

	it("is known by the maker's own usage page too, FF8C", () => {
		const makers = Uint8Array.from(Buffer.from(Buffer.from(descriptors.withCount).toString("hex").replaceAll("058c", "068cff"), "hex"));
		expect(scannedDataLayout(makers)).toEqual(scannedDataLayout(descriptors.withCount));
	});

	it("says nothing after it was stopped", () => {
		const { sends, reports, stop } = scanner(descriptors.honeywell);
		sends(honeywellReport("]Q1", "x".repeat(56), true));
		stop();
		vi.advanceTimersByTime(1_000);
		expect(reports).toEqual([]);
	});
});
