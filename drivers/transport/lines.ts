/**
 * Cuts what a device sends into lines, whatever the pieces the operating system hands over.
 *
 *   …31 32 0D | 0A 33 34 0D 0A     "12", "34"
 *
 * Devices end a line with CR, LF or CR LF; the same model changes with its menu. Cutting at either byte and dropping
 * the empty line between them reads all three. A device whose data may hold a lone CR or LF has its own `end`.
 */

/** "etx": lines stand between STX and ETX; what comes outside of them, such as a CR LF behind the ETX, is skipped. */
export type LineEnd = "any" | "cr" | "lf" | "crlf" | "tab" | "etx" | "none";

export interface LineCutterOptions {
	/** Bytes of one line without its end; a longer one is noise, or the wrong baud rate. */
	maxLength?: number;
	/** The end of a line; "none" leaves the cutting to `flush`. */
	end?: LineEnd;
	/** Called once for every line too long to be kept, with the number of them so far. */
	onGarbled?: (count: number) => void;
}

export interface LineCutter {
	/** Give this to `Port.onBytes`. */
	(bytes: Uint8Array): void;
	/** The caller saw silence: what is held is a line. False when nothing was held. */
	flush(): boolean;
	/** The caller knows that what is held is the tail of something else. */
	discard(): void;
	held(): number;
	/** How many lines were too long since the start: a rising count is a loose plug. */
	garbled(): number;
}

/** A scanner's longest code is 7089 digits (QR version 40); every scale and printer line is far shorter. */
export const longestLine = 8192;

const CR = 0x0d;
const LF = 0x0a;
const TAB = 0x09;
const STX = 0x02;
const ETX = 0x03;

function endsLine(end: LineEnd, byte: number, before: number): boolean {
	switch (end) {
		case "any":
			return byte === CR || byte === LF;
		case "cr":
			return byte === CR;
		case "lf":
			return byte === LF;
		case "crlf":
			return byte === LF && before === CR;
		case "tab":
			return byte === TAB;
		case "etx":
			return byte === ETX;
		case "none":
			return false;
	}
}

/**
 * `onLine` gets the line as Latin-1 text, one character a byte, and the bytes themselves. Empty lines are skipped.
 * Holds at most `maxLength` bytes; an overlong line is dropped up to its end and counted.
 */
export function lineCutter(onLine: (line: string, bytes: Uint8Array) => void, options: number | LineCutterOptions = {}): LineCutter {
	const { maxLength = longestLine, end = "any", onGarbled } = typeof options === "number" ? { maxLength: options } : options;
	let held = new Uint8Array(256);
	let length = 0;
	let overlong = false;
	let garbled = 0;

	const keep = (bytes: Uint8Array): void => {
		if (overlong || bytes.length === 0) return;
		if (length + bytes.length > maxLength + (end === "crlf" ? 1 : 0)) {
			overlong = true;
			length = 0;
			garbled += 1;
			onGarbled?.(garbled);
			return;
		}
		if (length + bytes.length > held.length) {
			const larger = new Uint8Array(Math.max(held.length * 2, length + bytes.length));
			larger.set(held.subarray(0, length));
			held = larger;
		}
		held.set(bytes, length);
		length += bytes.length;
	};

	const finish = (): void => {
		const line = held.slice(0, length);
		length = 0;
		const wasOverlong = overlong;
		overlong = false;
		if (wasOverlong) return;
		const begin = end === "etx" ? line.lastIndexOf(STX) + 1 : 0;
		if (end === "etx" && begin === 0) return; // a line end between two frames
		const data = line.subarray(begin);
		if (data.length > 0) onLine(Buffer.from(data).toString("latin1"), data);
	};

	// Only CR LF needs a memory between pieces, and only while an overlong line is skipped: then nothing is held to look at.
	let lastByte = -1;

	const take = (bytes: Uint8Array): void => {
		let from = 0;
		for (let at = 0; at < bytes.length; at++) {
			const byte = bytes[at]!;
			const before = at > 0 ? bytes[at - 1]! : lastByte;
			if (!endsLine(end, byte, before)) continue;
			keep(bytes.subarray(from, at));
			if (end === "crlf" && length > 0) length -= 1;
			finish();
			from = at + 1;
		}
		keep(bytes.subarray(from));
		if (bytes.length > 0) lastByte = bytes[bytes.length - 1]!;
	};

	return Object.assign(take, {
		flush(): boolean {
			const something = length > 0 || overlong;
			finish();
			return something;
		},
		discard(): void {
			length = 0;
			overlong = false;
		},
		held: () => length,
		garbled: () => garbled,
	});
}
