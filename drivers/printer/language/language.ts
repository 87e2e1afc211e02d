/** A printer's command language as the driver uses it: receipts, fences and questions, the same for every language. */
import * as escpos from "../escpos.ts";
import type { PrinterModel } from "../models.ts";
import * as star from "./star.ts";

export type PrinterProtocol = PrinterModel["protocol"];

export interface PrinterLanguage {
	/** Sent when the link opens, and after the printer was switched on. */
	listenToUs: Uint8Array;
	/** Before a receipt. */
	begin: Uint8Array;
	/** After a receipt, before it is cut. */
	end: Uint8Array;
	feedAndCut: Uint8Array;
	/** For printers without a cutter: feeds past the tear bar. */
	feedToTear: Uint8Array;
	openDrawer: Uint8Array;
	askStatusNow(question: escpos.RealtimeQuestion): Uint8Array;
	printPicture(picture: escpos.DotPicture, model: Pick<PrinterModel, "picture">): Uint8Array;
	/** Text that is legible whatever command was interrupted; ASCII, the first line bold. */
	payAndSay(lines: readonly string[], bytesPerRow: number): Uint8Array;
	takeAnswers(held: Uint8Array): { answers: escpos.PrinterAnswer[]; rest: Uint8Array };
	/** The printer reports by itself while a receipt is confirmed, and may not be asked then. */
	reportsWhileConfirming: boolean;
	/** Milliseconds between two questions while a receipt waits, or is confirmed. */
	askWhenWaitedForMs: number;
}

export const languages: Readonly<Record<PrinterProtocol, PrinterLanguage>> = {
	"esc-pos": {
		...escpos,
		printPicture: (picture) => escpos.printPicture(picture),
		end: new Uint8Array(),
		reportsWhileConfirming: false,
		askWhenWaitedForMs: 1_000,
	},
	"star-prnt": {
		...star,
		listenToUs: star.automaticStatusOff,
		begin: star.reportChanges,
		end: star.automaticStatusOff,
		askStatusNow: () => star.askStatus,
		printPicture: (picture, { picture: way = "block" }) => star.printPicture(picture, way),
		reportsWhileConfirming: true,
		// A receipt waits for an answer to begin.
		askWhenWaitedForMs: 250,
	},
};
