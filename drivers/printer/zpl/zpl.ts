/**
 * ZPL II, the command language of Zebra's label printers and of those that imitate them: one label as a format, the questions, and the
 * printer's answers.
 *
 *   we send      ^XA ^PW… ^LL… ^LH0,0 ^LS0 ^FO0,0 ^GFA,n,n,x,… ^FS ^PQ1,0,1,N ^XZ    one label, drawn here; x bytes a row
 *                ~HS                                                   status now
 *                ! U1 getvar "odometer.total_label_count" CR LF        labels printed in the printer's life
 *                ~JA                                                   forgets every format; the label under way is finished
 *
 *   it answers   02 aaa,b,c,dddd,eee,f,g,h,iii,j,k,l 03 CR LF   b paper out, c paused, eee formats waiting, h half a format, j memory lost,
 *                                                               k too cold, l too hot
 *                02 mmm,n,o,p,q,r,s,t,uuuuuuuu,v,www 03 CR LF   o head open, p ribbon out, u labels left of a batch
 *                02 xxxx,y 03 CR LF
 *                "1234"                                         a value; "?" where the printer does not know the name
 *
 * Graphics as letters: hexadecimal, where G to Y repeat the next digit 1 to 19 times, g to z 20 to 400 times in twenties, a comma fills the
 * row with zeros, an exclamation mark with ones, and a colon repeats the row above. No such letter is a caret or a tilde, so that a command
 * ends a picture that was interrupted.
 *
 * Source: Zebra's ZPL II programming guide (^GF, ~DG, ~HS, ~JA, ^PQ), and its pages on Set-Get-Do.
 */

/** One bit a dot, 1 is black; rows of whole bytes. */
export interface LabelPicture {
	width: number;
	height: number;
	bits: Uint8Array;
}

export const askStatus: Uint8Array = Buffer.from("~HS\r\n", "latin1");
export const askCount: Uint8Array = Buffer.from('! U1 getvar "odometer.total_label_count"\r\n', "latin1");
export const cancelAll: Uint8Array = Buffer.from("~JA\r\n", "latin1");

export function labelFormat({ width, height, bits }: LabelPicture): Uint8Array {
	const bytesPerRow = Math.ceil(width / 8);
	const rows: string[] = [];
	for (let row = 0; row < height; row += 1) {
		const hex = Buffer.from(bits.subarray(row * bytesPerRow, (row + 1) * bytesPerRow))
			.toString("hex")
			.toUpperCase();
		rows.push(hex);
	}
	const data = rows.map((row, at) => (at > 0 && row === rows[at - 1] ? ":" : shorten(row))).join("");
	const bytes = bytesPerRow * height;
	return Buffer.from(
		`^XA^PW${width}^LL${height}^LH0,0^LS0^FO0,0^GFA,${bytes},${bytes},${bytesPerRow},${data}^FS^PQ1,0,1,N^XZ\r\n`,
		"latin1",
	);
}

/** One row of hexadecimal digits, with repetitions counted. */
function shorten(row: string): string {
	const end = row.at(-1)!;
	const tail = /^(?:0|F)$/.test(end) ? /(0+|F+)$/.exec(row)![0].length : 0;
	// Filling goes by bytes: an odd count leaves its first digit where it stands.
	const filled = tail - ((row.length - tail) % 2);
	const head = filled > 1 ? row.slice(0, row.length - filled) : row;
	const runs = [...head.matchAll(/(.)\1*/g)].map(([run]) => counted(run[0]!, run.length)).join("");
	return filled > 1 ? `${runs}${end === "0" ? "," : "!"}` : runs;
}

function counted(digit: string, times: number): string {
	if (times < 3) return digit.repeat(times);
	let left = times;
	let letters = "";
	for (; left >= 400; left -= 400) letters += "z";
	if (left >= 20) letters += String.fromCharCode(0x66 + Math.floor(left / 20));
	if (left % 20 > 0) letters += String.fromCharCode(0x46 + (left % 20));
	return letters + digit;
}

/** The first two strings of an answer to ~HS; the third says nothing that matters here. */
export type ZplAnswer =
	| { kind: "receiving"; paperOut: boolean; paused: boolean; formats: number; isPartial: boolean; memoryLost: boolean; badHeat: boolean }
	| { kind: "printing"; headOpen: boolean; ribbonOut: boolean; labelsLeft: number }
	| { kind: "other" }
	| { kind: "value"; text: string }
	/** Bytes in a row that belong to no answer. */
	| { kind: "noise" };

/** No answer is longer. */
export const longestAnswer = 128;
const stx = 0x02;
const etx = 0x03;
const quote = 0x22;

/** Takes whole answers off the front of what arrived; what is left, at most `longestAnswer` bytes, belongs to the next call. */
export function takeAnswers(held: Uint8Array): { answers: ZplAnswer[]; rest: Uint8Array } {
	const answers: ZplAnswer[] = [];
	let at = 0;
	const noise = (): void => {
		if (answers.at(-1)?.kind !== "noise") answers.push({ kind: "noise" });
	};
	while (at < held.length) {
		const byte = held[at]!;
		if (byte === 0x0d || byte === 0x0a) {
			at += 1;
			continue;
		}
		const isString = byte === stx;
		if (!isString && byte !== quote) {
			noise();
			at += 1;
			continue;
		}
		const end = held.indexOf(isString ? etx : quote, at + 1);
		const again = isString ? held.indexOf(stx, at + 1) : -1;
		if (end < 0 && held.length - at < longestAnswer && again < 0) break;
		const text = end < 0 || end - at >= longestAnswer ? undefined : Buffer.from(held.subarray(at + 1, end)).toString("latin1");
		const answer = text === undefined || (again >= 0 && again < end) ? undefined : isString ? readString(text) : readValue(text);
		if (answer) answers.push(answer);
		else noise();
		at = answer ? end + 1 : at + 1;
	}
	return { answers, rest: Uint8Array.from(held.subarray(at)) };
}

const readValue = (text: string): ZplAnswer | undefined => (/^[\x20-\x7e]*$/.test(text) ? { kind: "value", text } : undefined);

function readString(text: string): ZplAnswer | undefined {
	if (!/^[0-9A-Za-z, ]*$/.test(text)) return undefined;
	const fields = text.split(",").map((field) => field.trim());
	const is = (at: number): boolean => fields[at] === "1";
	if (fields.length === 12) {
		if (!/^\d+$/.test(fields[4]!)) return undefined;
		return {
			kind: "receiving",
			paperOut: is(1),
			paused: is(2),
			formats: Number(fields[4]),
			isPartial: is(7),
			memoryLost: is(9),
			badHeat: is(10) || is(11),
		};
	}
	if (fields.length === 11) {
		if (!/^\d+$/.test(fields[8]!)) return undefined;
		return { kind: "printing", headOpen: is(2), ribbonOut: is(3), labelsLeft: Number(fields[8]) };
	}
	return fields.length === 2 ? { kind: "other" } : undefined;
}
