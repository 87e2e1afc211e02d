import type { Encoding } from "receiptline";
import { commands, transform } from "receiptline";
import type { DotPicture } from "../escpos.ts";
import { begin, reportChanges, withoutControls } from "../escpos.ts";
import { languages } from "../language/language.ts";
import type { PrinterModel } from "../models.ts";
import { copyWord } from "./copy-word.ts";
import { layoutCommands } from "./layout.ts";
import { judgeDocument } from "./limits.ts";
import { rasterise } from "./raster.ts";

/** How a document becomes bytes on one printer. */
export interface ReceiptStyle {
	model: Pick<PrinterModel, "dotsPerLine" | "columns" | "dotsPerMm" | "protocol" | "picture">;
	mode: "raster" | "text";
	encoding: Encoding;
	locale: string;
}

export interface ReceiptBody {
	/** Without a cut: that follows when the paper is known to be printed. */
	bytes: Uint8Array;
	millimetres: number;
	/** The drawer pulse, where it is not the usual one. */
	pulse?: Uint8Array;
}

/** A receipt is shorter than a metre and a half; a longer one is an endless loop, and would use up the roll. */
const longestReceiptMm = 1_500;

/** Draws a ReceiptLine document as its printer will. Throws a RangeError for one that is too long, or that cannot be drawn. */
export function drawReceipt(document: string, style: ReceiptStyle): DotPicture {
	refuseUnfit(document);
	const { command, laidOut } = layoutCommands(style.model.dotsPerLine, style.model.columns);
	transform(withBlanks(document), { cpl: style.model.columns, encoding: "multilingual", command });
	const picture = laidOut();
	const rows = Number(/ height="(\d+)"/.exec(picture.svg)?.[1]);
	if (rows > longestReceiptMm * style.model.dotsPerMm) throw new RangeError(`a receipt is at most ${longestReceiptMm} mm long`);
	return rasterise(picture);
}

/** `copy` 2 and above is printed on top, so that nobody takes a reprint for a second sale. */
export function receiptBody(document: string, style: ReceiptStyle, copy = 1): ReceiptBody {
	const marked = copy > 1 ? `"^^${copyWord(style.locale)} ${copy}\n-\n${document}` : document;
	const words = style.mode === "text" ? wordsOf(marked, style) : undefined;
	if (words === undefined) {
		const picture = drawReceipt(marked, style);
		const language = languages[style.model.protocol];
		const bytes = Buffer.concat([language.begin, language.printPicture(picture, style.model)]);
		return { bytes, millimetres: picture.rows / style.model.dotsPerMm };
	}
	const bytes = Buffer.from(words, "latin1");
	// Fourteen lines to two inches is what ESC 2 gives; good enough for a time-out.
	return { bytes: Buffer.concat([begin, bytes, reportChanges]), millimetres: 4 * bytes.filter((byte) => byte === 0x0a).length };
}

/** The document in the printer's built-in font; undefined when its code page lacks a character: then the receipt is drawn. */
function wordsOf(document: string, style: ReceiptStyle): string | undefined {
	refuseUnfit(document);
	let lacks = false;
	const command = {
		...wordsOnly,
		text(text: string, encoding: Encoding): string {
			const clean = withoutControls(text);
			const sent = commands.escpos.text.call(this as never, clean, encoding);
			lacks ||= countOf(sent, "?") > countOf(clean, "?");
			return sent;
		},
	};
	const words = transform(withBlanks(document), { cpl: style.model.columns, encoding: style.encoding, cutting: false, command });
	return lacks ? undefined : words;
}

/** ReceiptLine drops tabs and other control characters, and what stood beside them would become one number. */
const withBlanks = (document: string): string => document.split(/\r?\n/).map(withoutControls).join("\n");

const countOf = (text: string, sign: string): number => text.split(sign).length - 1;

// A document could write \x10\x14 to open the drawer, or {x: …} to say anything at all to the printer.
const wordsOnly = {
	...commands.escpos,
	command: () => "",
	cut(this: { width: number }) {
		return `${"- ".repeat(this.width >> 1)}\n`;
	},
	// ReceiptLine ends with a GS r of its own, whose answer would be taken for the fence of the next receipt.
	close: () => "",
};

function refuseUnfit(document: string): void {
	const unfit = judgeDocument(document);
	if (unfit) throw new RangeError(unfit.why);
}
