/**
 * ESC/POS as a printer reads it: the next whole command at the front of its buffer.
 *
 * Pictures are announced by their header only and then eaten row by row, because a picture is larger than the
 * buffer it passes through. Everything with a length we know is stepped over exactly; one wrong length prints
 * rubbish on real paper too. A clone does not know GS ( and prints its parameters as text.
 */
export type Command =
	| { kind: "text"; text: string }
	| { kind: "line-feed" }
	| { kind: "reset" }
	| { kind: "feed-dots"; dots: number }
	| { kind: "feed-lines"; lines: number }
	| { kind: "line-spacing"; dots: number | undefined }
	| { kind: "align"; where: number }
	| { kind: "size"; wide: number; high: number }
	| { kind: "columns"; dotsHigh: 8 | 24; doubleWidth: boolean; count: number; data: Uint8Array }
	| { kind: "raster"; bytesPerRow: number; rows: number; wide: number; high: number }
	| { kind: "graphics-store"; bytes: number }
	| { kind: "graphics-print" }
	| { kind: "skip"; bytes: number }
	| { kind: "cut"; feedDots: number }
	| { kind: "drawer"; pin: number }
	| { kind: "ask-in-order"; what: number }
	| { kind: "ask-identity"; what: number }
	| { kind: "status-back"; mask: number }
	| { kind: "fence"; job: Uint8Array }
	/** The commands below are Star's. ETB. */
	| { kind: "count" }
	| { kind: "reset-count" }
	| { kind: "graphics-mode"; on: boolean }
	/** Whether leaving graphic mode cuts. */
	| { kind: "graphics-cuts"; on: boolean }
	| { kind: "setting" };

export type Taken = { command: Command; length: number } | "needs-more";

const esc = 0x1b;
const gs = 0x1d;
const fs = 0x1c;
const dle = 0x10;
/** Longer than this is eaten as it comes instead of waiting for it to be whole in the buffer. */
const longestWhole = 2_048;

/** Takes one command off the front of what the printer holds. Source: Epson ESC/POS reference; peripherals manuals for lengths. */
export function takeCommand(held: Uint8Array, isClone: boolean): Taken {
	const first = held[0];
	if (first === undefined) return "needs-more";
	switch (first) {
		case 0x0a:
			return one({ kind: "line-feed" });
		case esc:
			return takeEscape(held);
		case gs:
			return takeGroup(held, isClone);
		case fs:
			return takeField(held);
		case dle:
			return takeRealTime(held);
	}
	if (first < 0x20) return one({ kind: "setting" });
	return textRun(held);
}

/** The characters up to the next command. */
export function textRun(held: Uint8Array): Taken {
	let end = 1;
	while (end < held.length && held[end]! >= 0x20) end += 1;
	return { command: { kind: "text", text: Buffer.from(held.subarray(0, end)).toString("latin1") }, length: end };
}

/** A command of one byte. */
export function one(command: Command): Taken {
	return { command, length: 1 };
}

export function whole(held: Uint8Array, length: number, command: () => Command): Taken {
	return held.length < length ? "needs-more" : { command: command(), length };
}

function takeEscape(held: Uint8Array): Taken {
	const at = (index: number): number => held[index] ?? 0;
	switch (held[1]) {
		case undefined:
			return "needs-more";
		case 0x40:
			return whole(held, 2, () => ({ kind: "reset" }));
		case 0x32:
			return whole(held, 2, () => ({ kind: "line-spacing", dots: undefined }));
		case 0x33:
			return whole(held, 3, () => ({ kind: "line-spacing", dots: at(2) }));
		case 0x61:
			return whole(held, 3, () => ({ kind: "align", where: at(2) & 0x03 }));
		case 0x21:
			return whole(held, 3, () => ({ kind: "size", wide: at(2) & 0x20 ? 2 : 1, high: at(2) & 0x10 ? 2 : 1 }));
		case 0x64:
			return whole(held, 3, () => ({ kind: "feed-lines", lines: at(2) }));
		case 0x4a:
			return whole(held, 3, () => ({ kind: "feed-dots", dots: at(2) }));
		case 0x70:
			return whole(held, 5, () => ({ kind: "drawer", pin: at(2) & 1 }));
		case 0x2a: {
			if (held.length < 5) return "needs-more";
			const dotsHigh = at(2) >= 32 ? 24 : 8;
			const count = at(3) + 256 * at(4);
			const bytes = count * (dotsHigh / 8);
			if (bytes > longestWhole) return { command: { kind: "skip", bytes }, length: 5 };
			return whole(held, 5 + bytes, () => ({
				kind: "columns",
				dotsHigh,
				doubleWidth: (at(2) & 1) === 0,
				count,
				data: held.slice(5, 5 + bytes),
			}));
		}
		case 0x44: {
			const end = held.indexOf(0, 2);
			return end < 0 && held.length < 36 ? "needs-more" : { command: { kind: "setting" }, length: end < 0 ? held.length : end + 1 };
		}
		case 0x24:
		case 0x5c:
		case 0x63:
			return whole(held, 4, () => ({ kind: "setting" }));
		case 0x28:
			return held.length < 5 ? "needs-more" : { command: { kind: "skip", bytes: at(3) + 256 * at(4) }, length: 5 };
		case 0x69:
		case 0x6d:
			return whole(held, 2, () => ({ kind: "cut", feedDots: 0 }));
		case 0x0c:
		case 0x4c:
		case 0x53:
			return whole(held, 2, () => ({ kind: "setting" }));
		default:
			return whole(held, 3, () => ({ kind: "setting" }));
	}
}

function takeGroup(held: Uint8Array, isClone: boolean): Taken {
	const at = (index: number): number => held[index] ?? 0;
	switch (held[1]) {
		case undefined:
			return "needs-more";
		case 0x56: {
			if (held.length < 3) return "needs-more";
			const feeds = at(2) >= 65;
			return whole(held, feeds ? 4 : 3, () => ({ kind: "cut", feedDots: feeds ? at(3) : 0 }));
		}
		case 0x76:
			if (held.length >= 3 && at(2) !== 0x30) return { command: { kind: "setting" }, length: 3 };
			return whole(held, 8, () => ({
				kind: "raster",
				bytesPerRow: at(4) + 256 * at(5),
				rows: at(6) + 256 * at(7),
				wide: at(3) & 1 ? 2 : 1,
				high: at(3) & 2 ? 2 : 1,
			}));
		case 0x21:
			return whole(held, 3, () => ({ kind: "size", wide: ((at(2) >> 4) & 7) + 1, high: (at(2) & 7) + 1 }));
		case 0x72:
			return whole(held, 3, () => ({ kind: "ask-in-order", what: at(2) & 0x0f }));
		case 0x49:
			return whole(held, 3, () => (isClone ? { kind: "setting" } : { kind: "ask-identity", what: at(2) }));
		case 0x61:
			return whole(held, 3, () => ({ kind: "status-back", mask: at(2) }));
		case 0x28:
			return takeParenthesis(held, isClone);
		case 0x38: {
			if (held.length < 7) return "needs-more";
			return { command: { kind: "graphics-store", bytes: Buffer.from(held).readUInt32LE(3) }, length: 7 };
		}
		case 0x6b:
			return takeBarcode(held);
		case 0x4c:
		case 0x57:
		case 0x50:
		case 0x24:
		case 0x5c:
			return whole(held, 4, () => ({ kind: "setting" }));
		default:
			return whole(held, 3, () => ({ kind: "setting" }));
	}
}

/** GS ( x pL pH … : every one says its own length, so an unknown one is stepped over. */
function takeParenthesis(held: Uint8Array, isClone: boolean): Taken {
	if (isClone) return whole(held, 2, () => ({ kind: "setting" }));
	if (held.length < 5) return "needs-more";
	const letter = held[2];
	const bytes = held[3]! + 256 * held[4]!;
	if (letter === 0x4c) {
		if (held.length < 7) return "needs-more";
		const isStore = held[6] === 0x70 || held[6] === 0x71;
		if (isStore) return { command: { kind: "graphics-store", bytes }, length: 5 };
		const isPrint = held[6] === 0x32 || held[6] === 0x02;
		return whole(held, 5 + bytes, () => ({ kind: isPrint ? "graphics-print" : "setting" }));
	}
	if (bytes > longestWhole) return { command: { kind: "skip", bytes }, length: 5 };
	return whole(held, 5 + bytes, () =>
		letter === 0x48 && bytes === 6 && (held[5] === 0x30 || held[5] === 0x00) && (held[6] === 0x30 || held[6] === 0x00)
			? { kind: "fence", job: held.slice(7, 11) }
			: { kind: "setting" },
	);
}

function takeBarcode(held: Uint8Array): Taken {
	if (held.length < 4) return "needs-more";
	if (held[2]! >= 65) return whole(held, 4 + held[3]!, () => ({ kind: "setting" }));
	const end = held.indexOf(0, 3);
	return end < 0 ? "needs-more" : { command: { kind: "setting" }, length: end + 1 };
}

function takeField(held: Uint8Array): Taken {
	switch (held[1]) {
		case undefined:
			return "needs-more";
		case 0x26:
		case 0x2e:
			return whole(held, 2, () => ({ kind: "setting" }));
		case 0x28:
			return held.length < 5 ? "needs-more" : whole(held, 5 + held[3]! + 256 * held[4]!, () => ({ kind: "setting" }));
		case 0x53:
		case 0x70:
			return whole(held, 4, () => ({ kind: "setting" }));
		default:
			return whole(held, 3, () => ({ kind: "setting" }));
	}
}

/** Already obeyed when it arrived; in the buffer it is only stepped over. */
function takeRealTime(held: Uint8Array): Taken {
	const length = realTimeLength(held);
	return length === undefined ? "needs-more" : length === 0 ? one({ kind: "setting" }) : whole(held, length, () => ({ kind: "setting" }));
}

/** DLE EOT n, DLE ENQ n, DLE DC4 fn … : its length, 0 when it is none, undefined while that cannot be said. */
export function realTimeLength(bytes: Uint8Array): number | undefined {
	if (bytes.length < 2) return undefined;
	if (bytes[1] === 0x04 || bytes[1] === 0x05) return 3;
	if (bytes[1] !== 0x14) return 0;
	if (bytes.length < 3) return undefined;
	return { 1: 5, 2: 5, 3: 5, 7: 4, 8: 10 }[bytes[2]!] ?? 0;
}

/** GS ( L function 112: 30 70 30 bx by c xL xH yL yH data, x in dots. */
export function readGraphics(bytes: readonly number[]): { bytesPerRow: number; rows: number; data: Uint8Array } {
	const dots = (bytes[6] ?? 0) + 256 * (bytes[7] ?? 0);
	return { bytesPerRow: Math.ceil(dots / 8), rows: (bytes[8] ?? 0) + 256 * (bytes[9] ?? 0), data: Uint8Array.from(bytes.slice(10)) };
}
