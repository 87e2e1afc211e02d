import type { Instant } from "./time.ts";

/**
 *   queued → printing → printed | sent (the printer cannot confirm) | in-doubt
 *   in-doubt → void (the torn slip was marked) → queued again, or settled by a person; any → failed
 */
export type PrintJobState = "queued" | "printing" | "printed" | "sent" | "in-doubt" | "void" | "failed";

export interface PrintJob {
	id: string;
	printer: string;
	/** ReceiptLine; of a paper label what stands on it, as JSON. */
	document: string;
	/** The article of a paper label; null: a receipt. */
	sku: string | null;
	state: PrintJobState;
	why: string | null;
	copy: number;
	/** The cash drawer is opened when the receipt is out: once, never for a copy. */
	opensDrawer: boolean;
	queuedAt: Instant;
	changedAt: Instant;
}

/** A line of a sale. Quantity: pieces, or milligrams for weighed goods; `amountMinor` is the line's total. */
export interface SaleLine {
	sku: string;
	quantity: number;
	amountMinor: number;
	/** The total after discounts that are not part of the lines; left out where there were none. */
	paidMinor?: number;
	name?: string;
}
