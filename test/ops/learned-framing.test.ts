import { describe, expect, it } from "vitest";
import { scannerOptions } from "../../drivers/scanner/options.ts";
import { ssiPacket } from "../../drivers/scanner/ssi.ts";
import { type KeyboardLayout, keyboardLayouts, keysOf } from "../../drivers/scanner/wedge/layouts.ts";
import { knownCodes, knownWords } from "../../src/cli/devices/learned-framing.ts";
import { type Configured, doubtOf, type LearnedScanner, learnScanner, readingsOf } from "../../src/cli/devices/learned-scans.ts";

interface Scanner {
	before?: string;
	after?: string;
	aim?: boolean;
	gs?: string;
	words?: Uint8Array;
	wire?: (bytes: Uint8Array, number: number) => Uint8Array | Uint8Array[];
	configured?: Partial<Configured>;
}

const identifiers = ["]E0", "]d2", "]Q1"];

/** What is learned of three scans as they came; a string: why one of them is asked for again. */
async function learnedOf(scans: readonly Uint8Array[][], given: Partial<Configured> = {}): Promise<LearnedScanner | string> {
	const configured: Configured = { protocol: "serial", layout: "us", ...given };
	const read = await Promise.all(scans.map((pieces, number) => readingsOf(number as 0 | 1 | 2, pieces, configured)));
	const doubt = read.map((readings) => doubtOf(readings, configured)).find((one) => one !== undefined);
	return doubt ?? learnScanner(read, configured);
}

/** What a scanner that is set so sends for the three codes of the sheet. */
function learnedFrom({ before = "", after = "\r", aim = false, gs = "\x1d", words, wire = (bytes) => bytes, configured }: Scanner) {
	const { article, elements } = knownCodes;
	const codes = [
		Buffer.from(article),
		Buffer.from(elements.before + gs + elements.after, "latin1"),
		words ?? Buffer.from(knownWords, "utf8"),
	];
	const scans = codes.map((code, number) => {
		const start = Buffer.from(before + (aim ? identifiers[number] : ""), "latin1");
		return [wire(Buffer.concat([start, code, Buffer.from(after, "latin1")]), number)].flat();
	});
	return learnedOf(scans, configured);
}

/** The settings that would be written; what is undefined is taken out of the file. */
function settings(found: LearnedScanner | string): object {
	if (typeof found === "string" || "fault" in found) return { refused: found };
	const { advice: _, ...rest } = found.learned;
	return JSON.parse(JSON.stringify(rest)) as object;
}
const advice = (found: LearnedScanner | string): string =>
	typeof found === "object" && "learned" in found ? found.learned.advice.join(" ") : "";

describe("three known codes tell how a scanner on a line is set (case S3)", () => {
	it.each<[string, Scanner, object]>([
		["CR", {}, {}],
		["CR LF with AIM", { after: "\r\n", aim: true }, { aim: "on" }],
		["TAB", { after: "\t" }, { suffix: "tab" }],
		["silence", { after: "" }, { suffix: "none" }],
		["STX and ETX", { before: "\x02", after: "\x03\r\n", aim: true }, { suffix: "etx", aim: "on" }],
		["STX, a prefix and ETX", { before: "\x02A1", after: "\x03" }, { suffix: "etx", prefix: "A1" }],
		["a prefix before the AIM identifier", { before: "SC-", aim: true }, { prefix: "SC-", aim: "on" }],
		["a prefix that cannot be typed", { before: "\x0bA\\" }, { prefix: "\\x0bA\\\\" }],
		["GS as a bar", { gs: "|" }, { gs: "|" }],
		["GS as a blank", { gs: " " }, { gs: " " }],
		["FNC1 before the code too", { gs: "|", wire: (bytes, number) => (number === 1 ? Buffer.from(`|${bytes}`) : bytes) }, { gs: "|" }],
		["Latin-1", { words: Buffer.from(knownWords, "latin1") }, {}],
	])("%s", async (_, scanner, expected) => {
		expect(settings(await learnedFrom(scanner))).toEqual({ protocol: "serial", aim: "off", ...expected });
	});

	it("as the configuration takes it", async () => {
		const found = settings(await learnedFrom({ before: "\x0bA\\", gs: "\\" }));
		const read = scannerOptions.parse({ id: "a", family: "scanner", port: "/dev/x", ...found });
		expect(read).toMatchObject({ prefix: "\x0bA\\", gs: "\\" });
	});

	it("seven bits with parity", async () => {
		const ones = (byte: number): number => byte.toString(2).replaceAll("0", "").length;
		for (const parity of ["even", "odd"] as const) {
			const wire = (bytes: Uint8Array): Uint8Array =>
				bytes.map((byte) => byte & 0x7f).map((byte) => (ones(byte) % 2 === (parity === "even" ? 0 : 1) ? byte : byte | 0x80));
			expect(settings(await learnedFrom({ wire }))).toMatchObject({ dataBits: 7, parity });
		}
	});

	it("with advice for what only the scanner's own settings can mend", async () => {
		const words = Buffer.from(`Gr??e ??? ${knownCodes.words.signs}`);
		expect(advice(await learnedFrom({ gs: "", words }))).toMatch(/GS out.*UTF-8.*AIM/);
	});

	it("and asks again for another code, two at once, a scan without its last digit", async () => {
		expect(await learnedFrom({ wire: (bytes) => bytes.map((byte) => byte ^ 0x15) })).toMatch(/not the first code/);
		expect(await learnedFrom({ wire: (bytes) => Buffer.concat([bytes, bytes]) })).toMatch(/more than once/);
		const short = (bytes: Uint8Array): Uint8Array =>
			Buffer.from(Buffer.from(bytes).toString("latin1").replace("3931\r", "393\r"), "latin1");
		expect(await learnedFrom({ wire: short })).toMatch(/check digit/);
		const { article } = knownCodes;
		const same = [Buffer.from(`${article}\r`)];
		expect(await learnedOf([same, same, same])).toMatch(/first code of the sheet, not the second/);
	});

	it("and guesses nothing where the codes differ, or no setting has it", async () => {
		const changing = (bytes: Uint8Array, number: number): Uint8Array => Buffer.concat([Buffer.from(`N${number}`), bytes]);
		expect(await learnedFrom({ wire: changing })).toMatchObject({ fault: expect.stringMatching(/prefix is not known/), isAgain: true });
		const ending = (bytes: Uint8Array, number: number): Uint8Array => (number === 2 ? Buffer.concat([bytes, Buffer.from("\n")]) : bytes);
		expect(await learnedFrom({ wire: ending })).toMatchObject({ fault: expect.stringMatching(/suffix is not known/), isAgain: true });
		expect(await learnedFrom({ after: "\x04" })).toMatchObject({ isAgain: false });
		expect(await learnedFrom({ gs: "17" })).toHaveProperty("fault");
	});
});

/** Zebra SSI: length, F3, from the scanner, status, type and code, checksum. */
function ssi(bytes: Uint8Array, number: number): Uint8Array {
	const packet = [...ssiPacket(0xf3, [[11, 27, 28][number]!, ...bytes]).subarray(0, -2)];
	packet[2] = 0;
	const sum = -packet.reduce((all, byte) => all + byte, 0) & 0xffff;
	return Uint8Array.of(...packet, sum >> 8, sum & 0xff);
}

function dechdr(bytes: Uint8Array, number: number): Uint8Array {
	const size = String(bytes.length).padStart(4, "0");
	const head = Buffer.from(`\x0dMSGGET${size}d${identifiers[number]!.slice(1)}\x1d`, "latin1");
	return Buffer.concat([Buffer.from([0x16, 0xfe, head.length + bytes.length, 0, 0, 0]), head, bytes]);
}

describe("they tell the protocol of a line", () => {
	it.each<[string, Scanner, object]>([
		["SSI where serial is set", { wire: ssi, after: "" }, { protocol: "ssi" }],
		[
			"SSI with GS as a bar, in Latin-1",
			{ wire: ssi, after: "", gs: "|", words: Buffer.from(knownWords, "latin1") },
			{ protocol: "ssi", gs: "|" },
		],
		["Honeywell's header where serial is set", { wire: dechdr }, { protocol: "dechdr1" }],
		["Honeywell's header, with GS as a blank", { wire: dechdr, gs: " " }, { protocol: "dechdr1", gs: " " }],
		["plain codes where SSI is set", { after: "\t", configured: { protocol: "ssi" } }, { protocol: "serial", aim: "off", suffix: "tab" }],
		["plain codes where Honeywell's header is set", { configured: { protocol: "dechdr1" } }, { protocol: "serial", aim: "off" }],
	])("%s", async (_, scanner, expected) => {
		expect(settings(await learnedFrom(scanner))).toEqual(expected);
	});

	it("and say what a packet has no setting for", async () => {
		expect(await learnedFrom({ wire: ssi, after: "", before: "A1" })).toMatchObject({ fault: expect.stringMatching(/prefix off/) });
		const broken = (bytes: Uint8Array, number: number): Uint8Array => ssi(bytes, number).with(-1, 0x11);
		expect(settings(await learnedFrom({ wire: broken, after: "", configured: { protocol: "ssi" } }))).toHaveProperty("refused");
	});
});

/** A report descriptor: a byte count, three bytes of AIM identifier, 56 of data, one bit "continued". */
const descriptor = Buffer.from(
	[
		"05 8c 09 02 a1 01 09 02 a1 02 85 02 15 00 26 ff 00 75 08",
		"95 01 05 01 09 3b 81 02 05 8c 95 03 09 fb 09 fc 09 fd 81 02 95 38 09 fe 82 02 01",
		"15 00 25 01 75 01 95 01 09 ff 81 02 95 07 81 01 c0 c0",
	]
		.join("")
		.replaceAll(" ", ""),
	"hex",
);

function hidReports(bytes: Uint8Array, number: number): Uint8Array[] {
	const pieces: Uint8Array[] = [];
	for (let at = 0; at < bytes.length; at += 56) {
		const report = Buffer.alloc(62);
		const piece = bytes.subarray(at, at + 56);
		report[0] = 2;
		report[1] = piece.length;
		report.write(identifiers[number]!, 2, "latin1");
		report.set(piece, 5);
		report[61] = at + 56 < bytes.length ? 1 : 0;
		pieces.push(report);
	}
	return pieces;
}

describe("they tell how a HID POS scanner is set", () => {
	const configured = { protocol: "hid-pos", descriptor } as const;
	it.each<[string, Scanner, object]>([
		["as it comes", { after: "" }, {}],
		["CR in its data, a prefix, GS as a bar", { after: "\r", before: "A1", gs: "|" }, { prefix: "A1", gs: "|" }],
	])("%s", async (_, scanner, expected) => {
		expect(settings(await learnedFrom({ ...scanner, wire: hidReports, configured }))).toEqual(expected);
	});
	it("and ask again for a code whose end is missing", async () => {
		const cut = (bytes: Uint8Array, number: number): Uint8Array[] =>
			hidReports(Buffer.concat([bytes, Buffer.alloc(60, 65)]), number).slice(0, 1);
		expect(await learnedFrom({ after: "", wire: cut, configured })).toMatch(/no whole code/);
	});
});

const event = (type: number, code: number, value: number): Buffer => {
	const bytes = Buffer.alloc(24);
	bytes.writeUInt16LE(type, 16);
	bytes.writeUInt16LE(code, 18);
	bytes.writeInt32LE(value, 20);
	return bytes;
};
const down = (code: number): Buffer => Buffer.concat([event(4, 4, 458_752 + code), event(1, code, 1), event(0, 0, 0)]);
const up = (code: number): Buffer => Buffer.concat([event(1, code, 0), event(0, 0, 0)]);
const press = (code: number, ...held: number[]): Buffer =>
	Buffer.concat([...held.map(down), down(code), up(code), ...held.toReversed().map(up)]);
const altCode = (number: number): Buffer => {
	const keypad = [82, 79, 80, 81, 75, 76, 77, 71, 72, 73];
	return Buffer.concat([down(56), ...[...`0${number}`].map((digit) => press(keypad[Number(digit)]!)), up(56)]);
};

/** The keys of a scanner that is set to a country; what has no key there, or waits for the next one, goes by Alt and a number. */
function keysTyped(text: string, layout: KeyboardLayout, own: Readonly<Record<string, Buffer>> = {}): Buffer {
	const keys = keysOf(layout);
	const [plain, shifted, third] = (["plain", "shift", "altGr"] as const).map(
		(level) => new Map([...keys.signs].toReversed().flatMap(([code, signs]) => (signs[level] === undefined ? [] : [[signs[level], code]]))),
	);
	return Buffer.concat(
		[...text].map((sign) => {
			if (own[sign]) return own[sign];
			if (sign === "\r") return press(28);
			if (sign === "\t") return press(15);
			if (!keys.isDead(sign)) {
				if (plain!.has(sign)) return press(plain!.get(sign)!);
				if (shifted!.has(sign)) return press(shifted!.get(sign)!, 42);
				if (third!.has(sign)) return press(third!.get(sign)!, 100);
			}
			return altCode(sign.charCodeAt(0));
		}),
	);
}

describe("they tell the layout of a scanner that types, and how it types GS", () => {
	const typing = (layout: KeyboardLayout, own: Readonly<Record<string, Buffer>> = {}): Scanner => ({
		wire: (bytes) => keysTyped(Buffer.from(bytes).toString("utf8"), layout, own),
		configured: { protocol: "wedge" },
	});
	const withoutUs = (layout: KeyboardLayout): object => (layout === "us" ? {} : { layout });

	it.each(keyboardLayouts)("layout %s, with AIM identifiers and GS by Ctrl and ]", async (layout) => {
		const ctrlBracket = press(27, 29);
		const found = await learnedFrom({ ...typing(layout, { "\x1d": ctrlBracket }), aim: true });
		expect(settings(found)).toEqual({ ...withoutUs(layout), aim: "on" });
	});

	it.each<[string, Scanner, object]>([
		["Alt 0029", typing("de"), { layout: "de" }],
		["F8", typing("fr", { "\x1d": press(66) }), { layout: "fr", gs: "F8" }],
		[
			"a bar, and TAB after a prefix",
			{ ...typing("gb"), gs: "|", after: "\t", before: "X-" },
			{ layout: "gb", gs: "|", suffix: "tab", prefix: "X-" },
		],
		["silence after each code", { ...typing("us"), after: "" }, { suffix: "none" }],
	])("GS by %s", async (_, scanner, expected) => {
		expect(settings(await learnedFrom(scanner))).toEqual({ aim: "off", ...expected });
	});

	it("and keep the layout that is set where every sign goes by Alt and a number, or ask for it", async () => {
		const wire = (bytes: Uint8Array): Uint8Array =>
			Buffer.concat([...Buffer.from(bytes).toString("utf8")].map((sign) => (sign === "\r" ? press(28) : altCode(sign.charCodeAt(0)))));
		const found = await learnedFrom({ wire, configured: { protocol: "wedge", layout: "it" } });
		expect(settings(found)).toEqual({ layout: "it", aim: "off" });
		expect(advice(found)).toMatch(/the layout us, gb, .*; it, which is set, was kept/);
		// Only @ and # lie elsewhere on Italian and Spanish keyboards.
		const own = { "@": altCode(64), "#": altCode(35) };
		expect(await learnedFrom(typing("it", own))).toMatchObject({ fault: expect.stringMatching(/it, es: set layout/), isAgain: false });
	});

	it("and say that Caps Lock is on, or that events were lost", async () => {
		const swapped = (sign: string): string => (sign === sign.toLowerCase() ? sign.toUpperCase() : sign.toLowerCase());
		const caps: Scanner = {
			wire: (bytes) => keysTyped([...Buffer.from(bytes).toString("latin1")].map(swapped).join(""), "us"),
			configured: { protocol: "wedge" },
		};
		expect(await learnedFrom(caps)).toMatch(/Caps Lock/);
		const lost: Scanner = {
			wire: (bytes, number) =>
				Buffer.concat([...(number === 0 ? [event(0, 3, 0)] : []), keysTyped(Buffer.from(bytes).toString("utf8"), "us")]),
			configured: { protocol: "wedge" },
		};
		expect(await learnedFrom(lost)).toMatchObject({ isAgain: true });
	});
});
