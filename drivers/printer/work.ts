/** From a drawn receipt to the bytes for one model, and how long they may take. */

import * as escpos from "./escpos.ts";
import { languages } from "./language/language.ts";
import { countPrinted } from "./language/star.ts";
import type { PrinterModel } from "./models.ts";
import type { PrinterOptions } from "./options.ts";
import { type Checkpoint, withCheckpoints } from "./receipt/checkpoints.ts";
import type { ReceiptBody, ReceiptStyle } from "./receipt/receipt.ts";
import { patienceMs, printingMs, type SessionPlan } from "./session.ts";

/** One receipt, or one void slip, as it goes to this printer. */
export interface Work {
	jobId: string;
	/** The receipt without its cut. */
	body: Uint8Array;
	/** Questions within the body, each of which must be answered before the fence (receipt/checkpoints.ts). */
	checkpoints: readonly Checkpoint[];
	/** The fence: the question after the body whose answer means that the body is on paper; empty where the printer has none. */
	fence: Uint8Array;
	/** Feed, cut, and the pulse to the drawer. */
	ending: Uint8Array;
	/** The question after the ending, whose answer says that it is cut; empty where nothing is cut or the printer cannot answer. */
	cutFence: Uint8Array;
	/** Four ASCII characters that the answer repeats. */
	tag: string;
	/** Four ASCII characters that the answer to `cutFence` repeats. */
	cutTag: string;
	plan: SessionPlan;
	/** Bytes of the body that are printed in a second. */
	paceBytesPerSecond: number;
}

/** A network printer takes a megabyte a second; the slow part is the paper. */
const networkBytesPerSecond = 100_000;

export type Confirm = PrinterOptions["confirm"] & string;

/** How each way of confirming asks, and how many answers say that the paper is printed. */
const fences: Record<Confirm, { ask(tag: string): Uint8Array; answers: number }> = {
	"process-id": { ask: (tag) => escpos.askWhenPrinted(tag), answers: 1 },
	// Asked twice: a stray zero on the line looks like an answer, two in a row hardly happen.
	"gs-r": { ask: () => Buffer.concat([escpos.askPaperInOrder, escpos.askPaperInOrder]), answers: 2 },
	counter: { ask: () => countPrinted, answers: 1 },
	none: { ask: () => new Uint8Array(), answers: 0 },
};

/** Tags of checkpoints: no receipt, void slip or cut begins with "k". One in 46,656 is used again. */
const checkpointTag = (n: number): string => `k${(n % 36 ** 3).toString(36).padStart(3, "0")}`;

/** A tag that no receipt and no void slip has: those begin with a capital, a digit or "v". */
const cutTagOf = (tag: string): string => `${tag.startsWith("v") ? "d" : "c"}${tag.slice(1)}`;

export type MakeWork = (body: ReceiptBody, jobId: string, tag: string, kind?: { pulse?: boolean; isReceipt?: boolean }) => Work;

/** `isCable`: the link does not tell that the printer was off, so receipts get checkpoints. */
export function workMaker(
	options: Pick<PrinterOptions, "baudRate"> & { port?: string | undefined; isCable: boolean },
	model: PrinterModel,
	style: ReceiptStyle,
	confirm: Confirm,
): MakeWork {
	const bytesPerSecond = options.port ? options.baudRate / 10 : networkBytesPerSecond;
	const { ask, answers } = fences[confirm];
	const { feedAndCut, feedToTear, openDrawer } = languages[model.protocol];
	let checkpointsAsked = 0;
	const nextTag = (): string => checkpointTag(checkpointsAsked++);
	const canBeChecked = options.isCable && model.protocol === "esc-pos" && answers > 0;
	return ({ bytes: drawn, millimetres, pulse: own }, jobId, tag, { pulse = false, isReceipt = false } = {}) => {
		const checked = canBeChecked && isReceipt ? withCheckpoints(drawn, bytesPerSecond, nextTag, ask) : { bytes: drawn, checkpoints: [] };
		const { bytes, checkpoints } = checked;
		const time = { ...style.model, millimetresPerSecond: model.millimetresPerSecond, millimetres, bytes: bytes.length, bytesPerSecond };
		const toCut = millimetres === 0 ? new Uint8Array() : model.cutter ? feedAndCut : feedToTear;
		return {
			jobId,
			body: bytes,
			checkpoints,
			fence: ask(tag),
			ending: Buffer.concat([toCut, pulse ? (own ?? openDrawer) : new Uint8Array()]),
			cutFence: toCut.length > 0 ? ask(cutTagOf(tag)) : new Uint8Array(),
			tag,
			cutTag: cutTagOf(tag),
			plan: { answers, patienceMs: patienceMs(time), printingMs: printingMs(time) },
			paceBytesPerSecond: (bytes.length * model.millimetresPerSecond) / Math.max(1, millimetres),
		};
	};
}
