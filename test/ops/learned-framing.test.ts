import { describe, expect, it } from "vitest";
import { knownCodes, type Learning, learnFraming } from "../../src/cli/devices/learned-framing.ts";

interface Scanner {
	before?: string;
	after?: string;
	aim?: boolean;
	gs?: string;
	words?: Uint8Array;
	wire?: (bytes: Uint8Array) => Uint8Array;
}

/** What a scanner that is set so sends for the three codes of the sheet. */
function learnedFrom({ before = "", after = "\r", aim = false, gs = "\x1d", words, wire = (bytes) => bytes }: Scanner): Learning {
	const { article, elements } = knownCodes;
	const scan = (identifier: string, code: Uint8Array): Uint8Array =>
		wire(Buffer.concat([Buffer.from(before + (aim ? identifier : ""), "latin1"), code, Buffer.from(after, "latin1")]));
	return learnFraming(
		scan("]E0", Buffer.from(article)),
		scan("]d2", Buffer.from(elements.before + gs + elements.after, "latin1")),
		scan("]Q1", words ?? Buffer.from(knownCodes.words, "utf8")),
	);
}

const usual = {
	suffix: undefined,
	prefix: undefined,
	aim: "off",
	gs: undefined,
	encoding: undefined,
	dataBits: undefined,
	parity: undefined,
};

describe("three known codes tell how a scanner is set (case S3)", () => {
	it.each<[string, Scanner, object]>([
		["CR", {}, {}],
		["CR LF with AIM", { after: "\r\n", aim: true }, { aim: "on" }],
		["TAB", { after: "\t" }, { suffix: "tab" }],
		["silence", { after: "" }, { suffix: "none" }],
		["STX and ETX", { before: "\x02", after: "\x03\r\n", aim: true }, { suffix: "etx", aim: "on" }],
		["STX, a prefix and ETX", { before: "\x02A1", after: "\x03" }, { suffix: "etx", prefix: "A1" }],
		["a prefix before the AIM identifier", { before: "SC-", aim: true }, { prefix: "SC-", aim: "on" }],
		["GS as a bar", { gs: "|" }, { gs: "|" }],
		["GS as a blank", { gs: " " }, { gs: " " }],
		["Latin-1", { words: Buffer.from(knownCodes.words, "latin1") }, {}],
	])("%s", (_, scanner, expected) => {
		const found = learnedFrom(scanner);
		expect("learned" in found && { ...found.learned, advice: undefined }).toEqual({ ...usual, ...expected, advice: undefined });
	});

	it("seven bits with parity", () => {
		const ones = (byte: number): number => byte.toString(2).replaceAll("0", "").length;
		for (const parity of ["even", "odd"] as const) {
			const wire = (bytes: Uint8Array): Uint8Array =>
				bytes.map((byte) => (ones(byte) % 2 === (parity === "even" ? 0 : 1) ? byte : byte | 0x80));
			const found = learnedFrom({ wire, words: Buffer.from("Gr") });
			expect("learned" in found && found.learned).toMatchObject({ dataBits: 7, parity });
		}
	});

	it("with advice for what only the scanner's own settings can mend", () => {
		const found = learnedFrom({ gs: "", words: Buffer.from("Gr??e ???") });
		expect("learned" in found && found.learned.advice.join(" ")).toMatch(/GS out.*UTF-8.*AIM/);
	});

	it("and are not guessed from another code, or from a suffix that no setting has", () => {
		expect(learnedFrom({ wire: (bytes) => bytes.map((byte) => byte ^ 0x15) })).toHaveProperty("fault");
		expect(learnedFrom({ after: "\x04" })).toHaveProperty("fault");
		const { article } = knownCodes;
		expect(learnFraming(Buffer.from(article), Buffer.from(article), Buffer.from(""))).toMatchObject({
			fault: expect.stringMatching(/second/),
		});
	});
});
