/**
 * From the bytes of a code to its characters.
 *
 *   93 FA 96 7B        "日本", when the device's setting says Shift_JIS; the bytes are kept beside the text
 *   B4 30 30 B6 B3     "400 63" of a scanner that sends seven bits and even parity to a line set to eight bits and none
 *
 * Source: WHATWG Encoding Standard; ISO/IEC 18004 and 16022 for the default of QR and Data Matrix.
 */

/** Names of the WHATWG Encoding Standard, and "auto": UTF-8 where the bytes are, else Latin-1, the default of QR and Data Matrix. */
export const scannerEncodings = [
	"auto",
	"utf-8",
	"windows-1252",
	"windows-1250",
	"windows-1251",
	"iso-8859-2",
	"iso-8859-7",
	"iso-8859-15",
	"shift_jis",
	"euc-jp",
	"gbk",
	"gb18030",
	"big5",
	"euc-kr",
] as const;

export type ScannerEncoding = (typeof scannerEncodings)[number];

const carriageReturn = 0x0d;
const STX = 0x02;
const ETX = 0x03;

/** The bytes of a code without what a cable or a frame put around it: NUL of a break, STX, ETX. */
function withoutFrame(bytes: Uint8Array): Uint8Array {
	let from = 0;
	let to = bytes.length;
	while (from < to && bytes[from] === 0x00) from++; // plugging in makes a break, which arrives as NUL
	if (bytes[from] === STX) from++;
	if (to > from && bytes[to - 1] === ETX) to--;
	return bytes.subarray(from, to);
}

/**
 * The characters of a code. Undefined for bytes that no code has: control characters other than those of ISO/IEC 15434
 * envelopes and GS1, line ends and tabs; bytes that the encoding does not know.
 */
export function textOf(bytes: Uint8Array, encoding: ScannerEncoding = "auto"): string | undefined {
	const data = withoutFrame(bytes);
	const text = encoding === "auto" ? (decoded(data, "utf-8") ?? Buffer.from(data).toString("latin1")) : decoded(data, encoding);
	return text === undefined || hasForbiddenCharacter(text) ? undefined : text;
}

function decoded(bytes: Uint8Array, encoding: string): string | undefined {
	try {
		return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		return undefined;
	}
}

/** FS, GS, RS, US and EOT are data; so are line ends, tabs and what else a text in a QR code may hold. */
export function hasForbiddenCharacter(text: string): boolean {
	return /[\u0000-\u0003\u0005-\u0008\u000b\u000c\u000e-\u001b\u007f-\u009f]/.test(text);
}

/** A line with another parity turns a code into text that nobody printed, so it is looked for only where few other things fit. */
const leastDigits = 6;
const leastCharacters = 10;

/**
 * The parity with which a scanner of seven data bits sends, when the line is set to eight bits without: every byte then has
 * an even (or odd) number of bits, and without its highest bit it is a character of a code. Undefined otherwise.
 */
export function parityOf(bytes: Uint8Array): "even" | "odd" | undefined {
	const data = withoutFrame(bytes);
	if (!data.some((byte) => byte >= 0x80) || decoded(data, "utf-8") !== undefined) return undefined;
	const parities = new Set(Array.from(data, (byte) => bitsOf(byte) % 2));
	const masked = withoutLineEnd(String.fromCharCode(...data.map((byte) => byte & 0x7f)));
	const looksRead = /^\d+$/.test(masked)
		? masked.length >= leastDigits
		: masked.length >= leastCharacters && /^[\x1d\x20-\x7e]+$/.test(masked);
	if (parities.size !== 1 || !looksRead) return undefined;
	return parities.has(0) ? "even" : "odd";
}

/** The text without a suffix that came as data, as scanners in HID mode send it too; no article number and no link ends with one. */
export function withoutLineEnd(text: string): string {
	return text.charCodeAt(text.length - 1) > carriageReturn ? text : text.replace(/[\r\n\t]+$/, "");
}

function bitsOf(byte: number): number {
	let bits = 0;
	for (let rest = byte; rest > 0; rest >>= 1) bits += rest & 1;
	return bits;
}
