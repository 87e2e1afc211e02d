/** How a label printer reads ZPL II: formats between ^XA and ^XZ, tilde commands where they stand, and Set-Get-Do lines. */

/** One label as it was asked for. */
export interface ZplFormat {
	width: number;
	/** Rows of whole bytes, a bit a dot, 1 is black. */
	rows: Uint8Array[];
	copies: number;
}

export interface ZplReader {
	take(bytes: Uint8Array): void;
	/** A format has begun and its end has not come. */
	isInFormat(): boolean;
	/** Forgets what it has read of a format or command. */
	forget(): void;
}

interface ReaderDeps {
	format(format: ZplFormat): void;
	/** Such as "HS" or "JA". */
	tilde(command: string): void;
	getValue(name: string): void;
}

interface Reading {
	deps: ReaderDeps;
	text: string;
	format: ZplFormat | undefined;
}

/** Commands without parameters: whatever follows is not theirs. */
const bare = new Set(["^XA", "^XZ", "^FS"]);
const mostHeld = 4_000_000;

export function openZplReader(deps: ReaderDeps): ZplReader {
	const reading: Reading = { deps, text: "", format: undefined };
	return {
		take(bytes) {
			reading.text = (reading.text + Buffer.from(bytes).toString("latin1")).slice(-mostHeld);
			while (step(reading)) {}
		},
		isInFormat: () => reading.format !== undefined,
		forget() {
			reading.text = "";
			reading.format = undefined;
		},
	};
}

/** Reads one command or line; false while it is not whole. */
function step(reading: Reading): boolean {
	const { deps } = reading;
	reading.text = reading.text.replace(/^[\r\n\s]+/, "");
	const { text } = reading;
	if (text === "") return false;
	if (text[0] === "!" && !reading.format) {
		const end = text.indexOf("\n");
		if (end < 0) return false;
		const asked = /^! U1 getvar "([\w.]+)"/.exec(text);
		if (asked) deps.getValue(asked[1]!);
		reading.text = text.slice(end + 1);
		return true;
	}
	if (text[0] !== "^" && text[0] !== "~") {
		// Not a command: letters that a printer passes over.
		const next = text.search(/[\^~!]/);
		reading.text = next < 1 ? text.slice(next < 0 ? text.length : 1) : text.slice(next);
		return reading.text !== "";
	}
	if (text.length < 3) return false;
	const name = text.slice(0, 3).toUpperCase();
	if (name[0] === "~") {
		reading.text = text.slice(3);
		if (name === "~JA") reading.format = undefined;
		deps.tilde(name.slice(1));
		return true;
	}
	if (bare.has(name)) {
		reading.text = text.slice(3);
		if (name === "^XA") reading.format = { width: 832, rows: [], copies: 1 };
		if (name === "^XZ" && reading.format) {
			const { format } = reading;
			reading.format = undefined;
			deps.format(format);
		}
		return true;
	}
	const end = text.slice(1).search(/[\^~]/);
	if (end < 0) return false;
	reading.text = text.slice(end + 1);
	if (reading.format) obey(reading.format, name, text.slice(3, end + 1).trim());
	return true;
}

function obey(format: ZplFormat, name: string, given: string): void {
	if (name === "^PW") format.width = Number(given);
	if (name === "^PQ") format.copies = Math.max(1, Number(given.split(",")[0]));
	if (name === "^GF") {
		const [, , total, bytesPerRow, data] = /^A,(\d+),(\d+),(\d+),([\s\S]*)$/.exec(given)?.slice(0) ?? [];
		if (data !== undefined) format.rows = graphicRows(data, Number(bytesPerRow), Number(total));
	}
}

/** The letters of a graphic field, also shortened: see "Alternative Data Compression Scheme" in Zebra's guide. */
function graphicRows(data: string, bytesPerRow: number, total: number): Uint8Array[] {
	const rows: Uint8Array[] = [];
	let digits = "";
	let times = 0;
	const push = (hex: string): void => {
		digits += hex;
		while (digits.length >= bytesPerRow * 2) {
			rows.push(Uint8Array.from(Buffer.from(digits.slice(0, bytesPerRow * 2), "hex")));
			digits = digits.slice(bytesPerRow * 2);
		}
	};
	for (const sign of data) {
		if (/[G-Y]/.test(sign)) times += sign.charCodeAt(0) - 70;
		else if (/[g-z]/.test(sign)) times += (sign.charCodeAt(0) - 102) * 20;
		else if (/[0-9A-Fa-f]/.test(sign)) {
			push(sign.repeat(Math.max(1, times)));
			times = 0;
		} else if (sign === "," || sign === "!") push((sign === "," ? "0" : "F").repeat(bytesPerRow * 2 - digits.length));
		else if (sign === ":") rows.push(Uint8Array.from(rows.at(-1) ?? new Uint8Array(bytesPerRow)));
	}
	const wanted = Math.ceil(total / bytesPerRow);
	while (rows.length < wanted) rows.push(new Uint8Array(bytesPerRow));
	return rows.slice(0, wanted);
}
