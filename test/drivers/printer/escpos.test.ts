import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { PrinterAnswer } from "../../../drivers/printer/escpos.ts";
import { askWhenPrinted, longestBlock, printPicture, takeAnswers } from "../../../drivers/printer/escpos.ts";
import { isBroken, isReady, readRealtimeStatus, readStatus, troublesOf, unknownStatus } from "../../../drivers/printer/status.ts";

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const kinds = (hex: string) => takeAnswers(bytes(hex)).answers.map((answer) => answer.kind);
const fence = "37 22 30 30 34 32 00";

describe("what a printer answers", () => {
	it("is one message", () => {
		expect(takeAnswers(bytes(fence))).toEqual({ answers: [{ kind: "printed-up-to", tag: "0042" }], rest: new Uint8Array() });
	});

	it("may be several in one read", () => {
		expect(kinds(`14 00 00 00 ${fence} 12 11 13 3b 31 00 00`)).toEqual([
			"status",
			"printed-up-to",
			"realtime-status",
			"may-send",
			"stop-sending",
			"switched-on",
			"in-order-status",
		]);
	});

	it.each(["14 00 00 00", fence, "5f 54 4d 2d 54 38 38 56 00", "3b 30 00"])("may come in two reads, cut anywhere: %s", (hex) => {
		const whole = bytes(hex);
		const expected = takeAnswers(whole).answers;
		for (let cut = 1; cut < whole.length; cut++) {
			const first = takeAnswers(whole.subarray(0, cut));
			expect(first.answers).toEqual([]);
			expect(takeAnswers(Buffer.concat([first.rest, whole.subarray(cut)])).answers).toEqual(expected);
		}
	});

	it("is found behind noise", () => {
		expect(kinds(`ff 90 9c ${fence}`)).toEqual(["noise", "noise", "noise", "printed-up-to"]);
	});

	it("is found behind a status whose tail was torn off", () => {
		expect(kinds(`14 00 ${fence}`)).toEqual(["noise", "in-order-status", "printed-up-to"]);
	});

	it("never holds more than the longest block, whatever arrives", () => {
		const endless = new Uint8Array(5_000).fill(0x5f);
		expect(takeAnswers(endless).rest.length).toBeLessThan(longestBlock);
	});

	it("tells a model's name", () => {
		expect(takeAnswers(bytes("5f 54 4d 2d 54 38 38 56 00")).answers).toEqual([{ kind: "about", text: "TM-T88V" }]);
	});
});

describe("a printer's status", () => {
	const asb = (hex: string) => readStatus(bytes(hex));

	it("is well when it is online with paper", () => {
		const status = asb("14 00 00 00");
		expect(status).toEqual({ online: true, cover: "closed", paper: "ok", cutter: "well", error: "none", drawerPin: "high" });
		expect(isReady(status)).toBe(true);
	});

	it.each([
		["3c 00 00 00", ["printer-cover-open"]],
		["1c 00 0f 00", ["printer-paper-out"]],
		["14 00 03 00", ["printer-paper-near-end"]],
		["1c 08 00 00", ["printer-cutter"]],
		["1c 20 00 00", ["printer-error"]],
	])("%s means %j", (hex, codes) => {
		expect(troublesOf(asb(hex))).toEqual(codes);
		expect(isReady(asb(hex))).toBe(codes[0] === "printer-paper-near-end");
	});

	it("is broken when the knife is stuck, not when the roll is empty or the head is hot", () => {
		const broken = ["1c 08 00 00", "1c 20 00 00", "1c 00 0f 00", "1c 40 00 00"].map((hex) => isBroken(asb(hex)));
		expect(broken).toEqual([true, true, false, false]);
	});

	it("is put together from four questions where it does not come by itself", () => {
		const answers = [0x1a, 0x36, 0x12, 0x7e] as const;
		const status = answers.reduce((before, byte, at) => readRealtimeStatus((at + 1) as 1 | 2 | 3 | 4, byte, before), unknownStatus);
		expect(status).toMatchObject({ online: false, cover: "open", paper: "out", cutter: "well", error: "none" });
		expect(readRealtimeStatus(4, 0x12, status).paper).toBe("ok");
	});
});

describe("a job's tag", () => {
	it("goes out as the manual writes it", () => {
		expect(Buffer.from(askWhenPrinted("1234")).toString("hex")).toBe("1d28480600303031323334");
	});

	it.each(["", "123", "12345", "12\n4", "ä234"])("%j is refused", (tag) => {
		expect(() => askWhenPrinted(tag)).toThrow(RangeError);
	});
});

describe("a picture on its way to paper", () => {
	it("is cut into slices that old firmware takes", () => {
		const sent = printPicture({ bytesPerRow: 2, rows: 130, dots: new Uint8Array(260).fill(0xaa) });
		expect(Buffer.from(sent.subarray(0, 8)).toString("hex")).toBe("1d76300002007800");
		expect(Buffer.from(sent.subarray(8 + 240, 16 + 240)).toString("hex")).toBe("1d76300002000a00");
		expect(sent).toHaveLength(260 + 16);
	});

	it("never holds what a printer would obey as a command, not even across rows and slices", () => {
		const dots = Uint8Array.from({ length: 72 * 300 }, (_, at) => [0x10, 0x04, 0x10, 0x14, 0x10, 0x05, 0x10][at % 7]!);
		const sent = Buffer.from(printPicture({ bytesPerRow: 72, rows: 300, dots }));
		for (const command of ["1004", "1005", "1014"]) expect(sent.indexOf(Buffer.from(command, "hex"))).toBe(-1);
		let flipped = 0;
		for (let row = 0, at = 0; row < 300; row++) {
			if (row % 120 === 0) at += 8;
			for (let x = 0; x < 72; x++, at++) flipped += Math.log2((sent[at]! ^ dots[row * 72 + x]!) + 1);
		}
		expect(flipped).toBeLessThanOrEqual(dots.length / 2);
	});
});

const vectorsFile = resolve(import.meta.dirname, "../../../../shared/vectors/device-traces.json");

describe("the published ESC/POS traces", () => {
	if (!existsSync(vectorsFile)) return it(`are not on this machine (${vectorsFile})`, () => {});
	interface Published {
		id: string;
		kind: string;
		device: string;
		direction: string;
		hex: string;
		meaning: string;
	}
	const { traces } = JSON.parse(readFileSync(vectorsFile, "utf8")) as { traces: Published[] };
	const answers = traces.filter(({ kind, direction }) => /^printer-(status|process-id|info)$/.test(kind) && direction === "device->host");
	const expected = (trace: Published): PrinterAnswer["kind"] | undefined => {
		if (/NEGATIVE/.test(trace.meaning)) return "in-order-status";
		if (/^ASB/.test(trace.meaning)) return "status";
		if (/power-on/.test(trace.meaning)) return "switched-on";
		if (/power-off/.test(trace.meaning)) return "switching-off";
		if (/^GS r/.test(trace.meaning)) return "in-order-status";
		if (/DLE EOT/.test(trace.meaning)) return "realtime-status";
		return undefined;
	};

	it.each(answers.map((trace) => [trace.id, trace.meaning, trace] as const))("%s: %s", (_, __, trace) => {
		const { answers: read, rest } = takeAnswers(bytes(trace.hex));
		expect(rest).toHaveLength(0);
		expect(read.map((answer) => answer.kind)).not.toContain("noise");
		const kind = expected(trace);
		if (kind) expect(read[0]?.kind).toBe(kind);
	});
});
