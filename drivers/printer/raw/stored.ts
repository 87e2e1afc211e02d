/** A till's slip as the queue stores it, and as the printer gets it. */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { begin, reportChanges } from "../escpos.ts";
import { copyWord } from "../receipt/copy-word.ts";
import type { ReceiptBody, ReceiptStyle } from "../receipt/receipt.ts";
import { takeCommand } from "./commands.ts";
import type { RawSlip } from "./slips.ts";

/** The most bytes that a slip may unpack to: protects against a damaged row. */
const mostBytes = 4 * 1024 * 1024;

/** Deflated: one byte n, n bytes of the drawer pulse, the slip. */
export function packSlip({ bytes, pulse }: Pick<RawSlip, "bytes" | "pulse">): Uint8Array {
	return Uint8Array.from(deflateRawSync(Buffer.concat([Uint8Array.of(pulse.length), pulse, bytes])));
}

/** Throws a RangeError for a printer with another command language. */
export function rawBody(packed: Uint8Array, style: ReceiptStyle, copy = 1): ReceiptBody {
	if (style.model.protocol !== "esc-pos")
		throw new RangeError("a till's own commands are ESC/POS, and this printer speaks another language");
	const whole = inflateRawSync(packed, { maxOutputLength: mostBytes });
	const bytes = Uint8Array.from(whole.subarray(1 + whole[0]!));
	const pulse = Uint8Array.from(whole.subarray(1, 1 + whole[0]!));
	const onTop = copy > 1 ? Buffer.from(`\x1ba\x01\x1bE\x01${asciiOf(copyWord(style.locale))} ${copy}\n\x1bE\x00\x1ba\x00`, "latin1") : [];
	return {
		bytes: Buffer.concat([begin, Uint8Array.from(onTop), bytes, reportChanges]),
		millimetres: bytes.length === 0 ? 0 : millimetresOf(bytes, style.model.dotsPerMm),
		...(pulse.length > 0 && { pulse }),
	};
}

/** The word in ASCII, which every code page has; else "COPY". */
const asciiOf = (word: string): string => (/^[\x20-\x7e]+$/.test(word) ? word : "COPY");

/** How much paper the slip needs, rounded up, because it is used for a time-out. */
function millimetresOf(bytes: Uint8Array, dotsPerMm: number): number {
	let millimetres = 10;
	for (let at = 0; at < bytes.length; ) {
		const taken = takeCommand(bytes.subarray(at));
		if (taken === "needs-more" || !("command" in taken)) break;
		if (taken.command.is === "picture") millimetres += (taken.command.rows * (taken.command.mode & 2 ? 2 : 1)) / dotsPerMm;
		else if (bytes[at] === 0x0a) millimetres += 4;
		else if (bytes[at] === 0x1b && bytes[at + 1] === 0x64) millimetres += 4 * bytes[at + 2]!;
		else if (bytes[at] === 0x1d && (bytes[at + 1] === 0x6b || bytes[at + 1] === 0x28)) millimetres += 30;
		at += taken.length;
	}
	return millimetres;
}
