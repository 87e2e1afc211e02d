import { describe, expect, it } from "vitest";
import { printerModels } from "../../../drivers/printer/models.ts";
import { answerTo } from "../../../drivers/printer/raw/answers.ts";
import { type RawNews, type RawSlip, rawReader } from "../../../drivers/printer/raw/slips.ts";
import { packSlip, rawBody } from "../../../drivers/printer/raw/stored.ts";
import { unknownStatus } from "../../../drivers/printer/status.ts";

const bytes = (...parts: (string | number | number[] | Uint8Array)[]): Uint8Array =>
	Buffer.concat(
		parts.map((part) => {
			if (typeof part === "string") return Buffer.from(part, "latin1");
			return typeof part === "number" ? Uint8Array.of(part) : Uint8Array.from(part);
		}),
	);
const picture = (bytesPerRow: number, rows: number, dot = 0xff): Uint8Array =>
	bytes("\x1dv0", [0, bytesPerRow, 0, rows & 255, rows >> 8], Array<number>(bytesPerRow * rows).fill(dot));
const cut = "\x1dV\x42\x00";
const slipsOf = (news: readonly RawNews[]): RawSlip[] => news.flatMap((each) => (each.type === "slip" ? [each.slip] : []));
const style = { model: printerModels["generic-80mm"]!, mode: "raster", encoding: "multilingual", locale: "de" } as const;

describe("what a till sends to port 9100", () => {
	const sent = bytes(
		"\x1b@\x1ba\x01\x1bt\x13Milch\n",
		picture(72, 300),
		"\x1dk\x43\x0d4006381333931",
		cut,
		"Brot\n",
		"\x1bi",
		"\x1bp\x00\x19\xfa",
	);

	it("is the same slips in pieces of any size", () => {
		const once = rawReader();
		const expected = [...slipsOf(once.feed(sent)), once.end()];
		expect(expected.map((slip) => slip!.text)).toEqual(["Milch", "Brot", ""]);
		for (const size of [1, 2, 3, 7, 1000]) {
			const reader = rawReader();
			const slips: RawSlip[] = [];
			for (let at = 0; at < sent.length; at += size) slips.push(...slipsOf(reader.feed(sent.subarray(at, at + size))));
			expect([...slips, reader.end()]).toEqual(expected);
		}
	});

	it("keeps its settings beyond a cut, until the till resets them", () => {
		const [first, second, third] = slipsOf(rawReader().feed(bytes("\x1ba\x01\x1bt\x13\x1ba\x02A\n", cut, "B\n", cut, "\x1b@C\n", cut)));
		expect(Buffer.from(second!.bytes).toString("latin1")).toBe("\x1bt\x13\x1ba\x02B\n");
		expect(Buffer.from(third!.bytes).toString("latin1")).toBe("\x1bt\x13\x1ba\x02\x1b@C\n");
		expect(first!.bytes).not.toContain(0x56);
	});

	it("holds no cut, no pulse, no question and nothing that changes the printer for good", () => {
		const odd = "\x10\x14\x02\x01\x08\x1d(A\x02\x00\x00\x02\x1d(E\x03\x00\x01IN\x1b=\x02\x10\x05\x02\x1da\x0f\x1dr\x01\x1dI\x01";
		const [slip] = slipsOf(rawReader().feed(bytes(odd, "A\n\x1bp\x01\x19\xfa", cut)));
		expect(Buffer.from(slip!.bytes).toString("latin1")).toBe("A\n");
		expect(Buffer.from(slip!.pulse).toString("latin1")).toBe("\x1bp\x01\x19\xfa");
	});

	it("has its pictures in slices that can be paid for after a broken link", () => {
		const graphics = bytes(
			"\x1d8L",
			[10 + 72 * 200, (10 + 72 * 200) >> 8, 0, 0],
			"0p0\x01\x01\x31",
			[64, 2, 200, 0],
			Array(72 * 200).fill(1),
		);
		const [slip] = slipsOf(rawReader().feed(bytes(graphics, "\x1d(L\x02\x0002", picture(72, 2_000), cut)));
		let rows = 0;
		for (let at = 0; at < slip!.bytes.length; ) {
			const [x, y] = [slip!.bytes[at + 4]!, slip!.bytes[at + 6]!];
			expect(x * y).toBeLessThanOrEqual(5_760);
			rows += y;
			at += 8 + x * y;
		}
		expect(rows).toBe(2_200);
	});

	it("is refused from the first command on whose length is not known", () => {
		const news = rawReader().feed(bytes("A\n", cut, "B\n\x1b\x99C\n", cut));
		expect(news.map(({ type }) => type)).toEqual(["slip", "unreadable"]);
	});

	it("asks in order only behind ink", () => {
		const news = rawReader().feed(bytes("\x1dr\x01\x10\x04\x01A\n\x1dr\x01\x10\x04\x04"));
		expect(news.map((each) => each.type === "question" && [each.question.ask, each.inOrder])).toEqual([
			["paper", false],
			["status-now", false],
			["paper", true],
			["status-now", false],
		]);
	});
});

describe("a till's slip on its way to paper", () => {
	it("comes out of the queue as it went in, and says on top that it is a copy", () => {
		const packed = packSlip({ bytes: bytes("Milch\n"), pulse: bytes("\x1bp\x01\x19\xfa") });
		expect(Buffer.from(rawBody(packed, style).bytes).toString("latin1")).toBe("\x1b@\x1da\x0fMilch\n\x1da\x0f");
		expect(Buffer.from(rawBody(packed, style).pulse!).toString("latin1")).toBe("\x1bp\x01\x19\xfa");
		expect(Buffer.from(rawBody(packed, style, 2).bytes).toString("latin1")).toContain("KOPIE 2\n");
	});

	it("is refused by a printer of another language", () => {
		const star = { ...style, model: printerModels["star-mc-print3"]! };
		expect(() => rawBody(packSlip({ bytes: bytes("A\n"), pulse: bytes() }), star)).toThrow(RangeError);
	});
});

describe("what a till hears of the printer", () => {
	it("is Epson's bits", () => {
		const status = { ...unknownStatus, online: false, cover: "open", paper: "out" } as const;
		const now = (n: number): number => answerTo({ ask: "status-now", n }, status)![0]!;
		expect([1, 2, 3, 4].map(now)).toEqual([0x1e, 0x36, 0x12, 0x7e]);
		expect(answerTo({ ask: "status-now", n: 9 }, status)).toBeUndefined();
		expect([...answerTo({ ask: "changes", mask: 0xff }, status)!]).toEqual([0x3c, 0, 0x0f, 0]);
	});
});
