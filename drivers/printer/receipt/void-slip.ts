import { begin, payOwedDots, withoutControls } from "../escpos.ts";
import type { ReceiptBody, ReceiptStyle } from "./receipt.ts";

/**
 * Makes the torn slip worthless: first the dots that the printer may still expect, then words in its built-in letters, which print most
 * surely after a fault.
 */
export function voidBody(jobId: string, style: ReceiptStyle): ReceiptBody {
	const name = withoutControls(jobId.normalize("NFKD"))
		.replace(/[^\x20-\x7e]/g, "?")
		.slice(0, style.model.columns);
	const words = Buffer.concat([
		Uint8Array.of(0x0a, 0x1b, 0x61, 0x01, 0x1b, 0x45, 0x01),
		Buffer.from("*** VOID - NOT COMPLETE ***\n", "latin1"),
		Uint8Array.of(0x1b, 0x45, 0x00),
		Buffer.from(`${name}\n`, "latin1"),
		Uint8Array.of(0x1b, 0x61, 0x00),
	]);
	const bytesPerRow = Math.ceil(style.model.dotsPerLine / 8);
	return { bytes: Buffer.concat([payOwedDots(bytesPerRow), begin, words]), millimetres: 30 };
}
