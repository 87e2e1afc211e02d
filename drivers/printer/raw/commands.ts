/**
 * ESC/POS as a till sends it to a printer on port 9100: takes the next complete command from the front of the received bytes. A
 * command whose length is not known is refused: with a wrong length its data would be printed as text.
 *
 *   text and LF · ESC x … · GS x … · FS x … · DLE EOT n (status now) · DLE DC4 1 m t (drawer now)
 *   pictures: GS v 0 m xL xH yL yH, then x·y bytes · ESC * m nL nH, then n or 3n bytes · GS ( L / GS 8 L, functions 112 and 50
 *
 * Source: Epson ESC/POS command reference.
 */

export type RawQuestion =
	| { ask: "status-now"; n: number }
	/** Asked in order with the print data: its answer means that everything before it is on paper. */
	| { ask: "paper" | "drawer" }
	| { ask: "fence"; tag: Uint8Array }
	| { ask: "about"; n: number }
	| { ask: "changes"; mask: number };

export type RawCommand =
	| { is: "ink" | "feed" | "cut" | "reset" }
	/** `key`: which setting; a later one with the same key replaces it. */
	| { is: "setting"; key: string }
	| { is: "picture"; mode: number; bytesPerRow: number; rows: number; dots: Uint8Array }
	| { is: "stored-picture"; mode: number; bytesPerRow: number; rows: number; dots: Uint8Array }
	| { is: "print-stored" }
	| { is: "drawer" }
	| { is: "question"; question: RawQuestion }
	/** Without effect: the command would change the printer for good, or switch it off. */
	| { is: "left-out" };

/** `needs`: the bytes of the whole command, where its head says so. */
export type RawTaken = { command: RawCommand; length: number } | "needs-more" | { needs: number } | { unknown: string };

/** A till's picture has at most so many bytes; a larger length is a fault. */
const mostPictureBytes = 1024 * 1024;

const [lf, ff, dle, esc, fs, gs] = [0x0a, 0x0c, 0x10, 0x1b, 0x1c, 0x1d];

export function takeCommand(held: Uint8Array): RawTaken {
	const first = held[0];
	if (first === undefined) return "needs-more";
	if (first === esc) return takeEscape(held);
	if (first === gs) return takeGroup(held);
	if (first === fs) return takeField(held);
	if (first === dle) return takeRealTime(held);
	if (first === lf || first === ff) return { command: { is: "feed" }, length: 1 };
	if (first < 0x20) return { command: { is: "feed" }, length: 1 };
	let end = 1;
	while (end < held.length && held[end]! >= 0x20) end += 1;
	const isBlank = held.subarray(0, end).every((byte) => byte === 0x20);
	return { command: { is: isBlank ? "feed" : "ink" }, length: end };
}

function whole(held: Uint8Array, length: number, command: () => RawCommand): RawTaken {
	return held.length < length ? { needs: length } : { command: command(), length };
}

const unknown = (held: Uint8Array, count: number): RawTaken => ({ unknown: Buffer.from(held.subarray(0, count)).toString("hex") });
const settingOf =
	(held: Uint8Array, count = 2) =>
	(): RawCommand => ({ is: "setting", key: Buffer.from(held.subarray(0, count)).toString("latin1") });
const letter = (held: Uint8Array, at: number): string => (held[at] === undefined ? "" : String.fromCharCode(held[at]!));

function takeEscape(held: Uint8Array): RawTaken {
	const what = letter(held, 1);
	if (what === "") return "needs-more";
	if (what === "@") return whole(held, 2, () => ({ is: "reset" }));
	if ("im".includes(what)) return whole(held, 2, () => ({ is: "cut" }));
	if ("2<LS\x0c".includes(what)) return whole(held, 2, what === "\x0c" ? () => ({ is: "ink" }) : settingOf(held));
	if ("vu".includes(what)) return whole(held, what === "v" ? 2 : 3, () => question({ ask: what === "v" ? "paper" : "drawer" }));
	if ("dJKe".includes(what)) return whole(held, 3, () => ({ is: "feed" }));
	// ESC = would talk to a customer display on the same cable.
	if (what === "=") return whole(held, 3, () => ({ is: "left-out" }));
	if (" !%-3?EGMRTVartu{U".includes(what)) return whole(held, 3, settingOf(held));
	if ("$\\".includes(what)) return whole(held, 4, () => ({ is: "feed" }));
	if (what === "c") return whole(held, 4, settingOf(held, 3));
	if (what === "p") return whole(held, 5, () => ({ is: "drawer" }));
	if (what === "W") return whole(held, 10, settingOf(held));
	if (what === "*") {
		if (held.length < 5) return "needs-more";
		const columns = held[3]! + 256 * held[4]!;
		return whole(held, 5 + columns * (held[2]! >= 32 ? 3 : 1), () => ({ is: "ink" }));
	}
	if (what === "D") {
		const end = held.indexOf(0, 2);
		if (end < 0) return held.length > 34 ? unknown(held, 2) : "needs-more";
		return { command: settingOf(held)(), length: end + 1 };
	}
	if (what === "(") return held.length < 5 ? "needs-more" : whole(held, 5 + held[3]! + 256 * held[4]!, settingOf(held, 3));
	return unknown(held, 2);
}

const question = (asked: RawQuestion): RawCommand => ({ is: "question", question: asked });

function takeGroup(held: Uint8Array): RawTaken {
	const what = letter(held, 1);
	if (what === "") return "needs-more";
	switch (what) {
		case "V":
			if (held.length < 3) return "needs-more";
			return whole(held, [65, 66, 97, 98, 103, 104].includes(held[2]!) ? 4 : 3, () => ({ is: "cut" }));
		case "r":
			return whole(held, 3, () => question({ ask: (held[2]! & 0x0f) === 2 ? "drawer" : "paper" }));
		case "I":
			return whole(held, 3, () => question({ ask: "about", n: held[2]! }));
		case "a":
			return whole(held, 3, () => question({ ask: "changes", mask: held[2]! }));
		case "v":
			return takeRaster(held);
		case "(":
			return takeParenthesis(held);
		case "8":
			return held.length < 7 ? "needs-more" : takeGraphics(held, 7, Buffer.from(held).readUInt32LE(3));
		case "k":
			return takeBarcode(held);
		case ":":
			return whole(held, 2, () => ({ is: "left-out" }));
		case "$":
		case "\\":
			return whole(held, 4, () => ({ is: "feed" }));
		case "L":
		case "P":
		case "W":
			return whole(held, 4, settingOf(held));
		case "^":
		case "z":
			return whole(held, 5, () => ({ is: "left-out" }));
	}
	return "!/BHbfhwTEDc".includes(what) ? whole(held, 3, what === "/" ? () => ({ is: "ink" }) : settingOf(held)) : unknown(held, 2);
}

function takeRaster(held: Uint8Array): RawTaken {
	if (held.length < 8) return "needs-more";
	if (held[2] !== 0x30) return unknown(held, 3);
	const bytesPerRow = held[4]! + 256 * held[5]!;
	const rows = held[6]! + 256 * held[7]!;
	const bytes = bytesPerRow * rows;
	if (bytes > mostPictureBytes) return unknown(held, 8);
	return whole(held, 8 + bytes, () => ({
		is: "picture",
		mode: held[3]! & 3,
		bytesPerRow,
		rows,
		dots: Uint8Array.from(held.subarray(8, 8 + bytes)),
	}));
}

/** GS ( x pL pH …: pL and pH are the length. */
function takeParenthesis(held: Uint8Array): RawTaken {
	if (held.length < 5) return "needs-more";
	const bytes = held[3]! + 256 * held[4]!;
	switch (letter(held, 2)) {
		case "L":
			return takeGraphics(held, 5, bytes);
		case "H":
			return whole(held, 5 + bytes, () =>
				bytes === 6 && (held[5]! & 0x0f) === 0 && (held[6]! & 0x0f) === 0
					? question({ ask: "fence", tag: Uint8Array.from(held.subarray(7, 11)) })
					: { is: "left-out" },
			);
		case "k":
			return whole(held, 5 + bytes, () => (held[6] === 0x51 ? { is: "ink" } : { is: "setting", key: `(k${held[5]}.${held[6]}` }));
		// Settings that a printer keeps when it is off (A: test print, C, E, M, P), buzzers, and others that print nothing.
		default:
			return whole(held, 5 + bytes, () => ({ is: "left-out" }));
	}
}

/** GS ( L and GS 8 L: 30 70 30 bx by c xL xH yL yH dots stores a picture, 30 32 prints it. */
function takeGraphics(held: Uint8Array, head: number, bytes: number): RawTaken {
	if (bytes > mostPictureBytes) return unknown(held, head);
	return whole(held, head + bytes, () => {
		const body = held.subarray(head, head + bytes);
		const does = body[1];
		if (does === 0x32 || does === 0x02) return { is: "print-stored" };
		if (does === 0x45 || does === 0x55) return { is: "ink" };
		if (does !== 0x70 || bytes < 10) return { is: "left-out" };
		const bytesPerRow = Math.ceil((body[6]! + 256 * body[7]!) / 8);
		const mode = (body[3] === 2 ? 1 : 0) | (body[4] === 2 ? 2 : 0);
		const dots = Uint8Array.from(body.subarray(10));
		return { is: "stored-picture", mode, bytesPerRow, rows: bytesPerRow === 0 ? 0 : Math.floor(dots.length / bytesPerRow), dots };
	});
}

function takeBarcode(held: Uint8Array): RawTaken {
	if (held.length < 4) return "needs-more";
	if (held[2]! >= 65) return whole(held, 4 + held[3]!, () => ({ is: "ink" }));
	const end = held.indexOf(0, 3);
	if (end < 0) return held.length > 300 ? unknown(held, 3) : "needs-more";
	return { command: { is: "ink" }, length: end + 1 };
}

function takeField(held: Uint8Array): RawTaken {
	const what = letter(held, 1);
	if (what === "") return "needs-more";
	if ("&.".includes(what)) return whole(held, 2, settingOf(held));
	if ("!-CW".includes(what)) return whole(held, 3, settingOf(held));
	if (what === "S") return whole(held, 4, settingOf(held));
	if (what === "p") return whole(held, 4, () => ({ is: "ink" }));
	if (what === "(") return held.length < 5 ? "needs-more" : whole(held, 5 + held[3]! + 256 * held[4]!, settingOf(held, 3));
	return unknown(held, 2);
}

function takeRealTime(held: Uint8Array): RawTaken {
	const [, what, n] = held;
	if (what === undefined || (n === undefined && [0x04, 0x05, 0x14].includes(what))) return "needs-more";
	if (what === 0x04) {
		if (n === 7 || n === 8) return whole(held, 4, () => ({ is: "left-out" }));
		return whole(held, 3, () => question({ ask: "status-now", n: n! }));
	}
	if (what === 0x05) return whole(held, 3, () => ({ is: "left-out" }));
	if (what !== 0x14) return { command: { is: "feed" }, length: 1 };
	if (n === 1) return whole(held, 5, () => ({ is: "drawer" }));
	const length = { 2: 5, 3: 5, 7: 4, 8: 10 }[n!];
	return length === undefined ? unknown(held, 3) : whole(held, length, () => ({ is: "left-out" }));
}
