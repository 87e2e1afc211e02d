import type { Instant } from "../time.ts";

/** Pieces, or milligrams where the article is sold by weight. */
export interface TransferLine {
	sku: string;
	quantity: number;
}

/** Goods that head office sends from one store to another. */
export interface TransferPlan {
	id: string;
	from: string;
	to: string;
	lines: TransferLine[];
	at: Instant;
	by: string;
}

/**
 *   planned ── the store sends ──▶ sent ── the other store receives ──▶ received
 *      │  └────── the other store receives before it hears of it ────────▲
 *      └─ cancelled before it was sent ──▶ cancelled
 *
 * Each end acts on what it knows: goods that arrive although the plan had ended at the other end are a difference, told to people.
 */
export const transferStates = ["planned", "sent", "received", "cancelled"] as const;
export type TransferState = (typeof transferStates)[number];

export interface Transfer extends TransferPlan {
	state: TransferState;
	/** Goods that left the one store; left out: not heard of. */
	sent?: TransferLine[];
	sentAt?: Instant;
	/** Goods that arrived in the other one. */
	received?: TransferLine[];
	receivedAt?: Instant;
	cancelledAt?: Instant;
}

export type TransferAct =
	| { act: "send"; lines: TransferLine[]; at: Instant }
	| { act: "receive"; lines: TransferLine[]; at: Instant }
	| { act: "cancel"; at: Instant };

/** Where each act leads from each state; null: it is refused there. */
const leadsTo: Readonly<Record<TransferState, Readonly<Record<TransferAct["act"], TransferState | null>>>> = {
	planned: { send: "sent", receive: "received", cancel: "cancelled" },
	sent: { send: null, receive: "received", cancel: null },
	// The other store received before this end heard what became of it at the sending one.
	received: { send: "received", receive: null, cancel: "received" },
	// It had left, or arrived, before this end heard of that.
	cancelled: { send: "sent", receive: "received", cancel: null },
};

/** Undefined: the act does not fit. One that was taken before is not judged here: the caller compares it. */
export function stepTransfer(transfer: Transfer, act: TransferAct): Transfer | undefined {
	const state = leadsTo[transfer.state][act.act];
	if (state === null || (act.act === "send" && transfer.sent) || (act.act === "receive" && transfer.received)) return undefined;
	switch (act.act) {
		case "send":
			return { ...transfer, state, sent: act.lines, sentAt: act.at };
		case "receive":
			return { ...transfer, state, received: act.lines, receivedAt: act.at };
		case "cancel":
			return { ...transfer, state, cancelledAt: act.at };
	}
}

export interface TransferDifference {
	sku: string;
	sent: number;
	received: number;
}

/** Articles of which not as much arrived as was sent; none while one of the two is not known. */
export function differencesOf({ sent, received }: Pick<Transfer, "sent" | "received">): TransferDifference[] {
	if (!sent || !received) return [];
	const skus = [...new Set([...sent, ...received].map(({ sku }) => sku))].sort();
	return skus.map((sku) => ({ sku, sent: sumOf(sent, sku), received: sumOf(received, sku) })).filter((each) => each.sent !== each.received);
}

const sumOf = (lines: readonly TransferLine[], of: string): number =>
	lines.reduce((sum, { sku, quantity }) => (sku === of ? sum + quantity : sum), 0);

/** "2 of 1001 sent, 1 received", for people. */
export const differencesText = (differences: readonly TransferDifference[]): string =>
	differences.map(({ sku, sent, received }) => `${sku}: ${sent} sent, ${received} received`).join("; ");
