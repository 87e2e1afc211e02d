import { withoutControls } from "../escpos.ts";
import { languages } from "../language/language.ts";
import type { ReceiptBody, ReceiptStyle } from "./receipt.ts";

/**
 * Makes the torn slip worthless: first the dots that the printer may still expect, then words in its built-in letters, which print most
 * surely after a fault.
 */
export function voidBody(jobId: string, style: ReceiptStyle): ReceiptBody {
	const name = withoutControls(jobId.normalize("NFKD"))
		.replace(/[^\x20-\x7e]/g, "?")
		.slice(0, style.model.columns);
	const bytesPerRow = Math.ceil(style.model.dotsPerLine / 8);
	const bytes = languages[style.model.protocol].payAndSay(["*** VOID - NOT COMPLETE ***", name], bytesPerRow);
	return { bytes, millimetres: 30 };
}
