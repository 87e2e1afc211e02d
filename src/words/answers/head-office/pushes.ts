import type { HeldReason, RailCode } from "../../prices/hold.ts";
import type { PriceKind } from "../../prices/price.ts";
import type { PushCounts } from "../../prices/push-counts.ts";
import type { Instant } from "../../time.ts";
import type { LabelCounts } from "../labels.ts";
import type { PushWave } from "./waves.ts";

export type PushState = "held" | "halted" | "scheduled" | "sending" | "active" | "done" | "superseded" | "withdrawn";

export interface PushRow {
	n: number;
	id: string;
	at: Instant;
	changes: number;
	state: PushState;
	/** How many changes wait for a person. */
	held: number;
	author: string | null;
	approver: string | null;
	releasedAt: Instant | null;
	withdrawnBy: string | null;
	withdrawnAt: Instant | null;
	firstFrom: Instant | null;
	/** The group to which it was sent; null: it named stores, or all. */
	group: string | null;
	stores: PushAtStore[];
}

export interface PushAtStore extends PushCounts {
	store: string;
	/** Held by the store's own guard rails: in force nowhere there until a second person releases it. */
	held: number;
	/** Conditional prices that the store's build does not know: it parks them until its upgrade. */
	unsupported: number;
	/** Rises that the till does not charge yet, because some label may show less; and those it charged before every label showed them. */
	waiting: number;
	wentOn: number;
	/** Time of the store's first and newest report about this push, by the store's clock. */
	firstAt: Instant | null;
	lastAt: Instant | null;
	/**
	 * Only where a single push is asked for: the pushes whose prices mask its own, and how many labels of its articles show what
	 * counts.
	 */
	maskedBy?: string[];
	labels?: LabelCounts;
	/** Of a push in waves: the store's wave, and whether it waits; then the store was sent nothing yet. */
	wave?: number;
	waits?: boolean;
}

/** A row of the sender's file that was refused. `line` is 1 for the first line of a file, its header; in JSON, 1 for the first change. */
export interface RejectedRow {
	line: number;
	column: string;
	reason: string;
}

/** A change that guard rails hold until a second person releases it, or that a person holds (`by-person`). */
export interface HeldChange extends Omit<HeldReason, "code"> {
	code: RailCode | "by-person";
	sku: string;
	/** Left out: held in every store of the push. */
	store?: string;
}

/** One push as a whole. */
export interface Push extends Omit<PushRow, "n"> {
	heldReasons: HeldChange[];
	rejected: RejectedRow[];
	/** The refused rows were exported to this file and removed, by a policy of retention; so many were named and not named. */
	rejectedIn?: string;
	rejectedCount?: number;
	/** Null: the push is no file, or of an older build. */
	file: PushFile | null;
	/** Left out: all stores got it at once. */
	waves?: PushWave[];
}

/** The file of a push. `isKept`: it can be read again. */
export interface PushFile {
	type: string;
	bytes: number;
	sha256: string;
	isKept: boolean;
}

/** Counts summed over the stores; `stores`: how many. */
export type PushTotals = PushCounts & { stores: number };

/** A push in a list of many stores. */
export type PushInList = Omit<PushRow, "stores"> & { totals: PushTotals };

/** A push that a person withdrew, released, held, let go on or ended; `moved`: how many of its changes that was about. */
export type MovedPush = Push & { moved: number; restoredBy?: string | null };

/** One store of one push. */
export type MatrixRow = PushAtStore & { push: string; at: Instant; state: PushState };

export interface PushAnswer {
	id: string;
	accepted: number;
	rejected: RejectedRow[];
	/** Left out: `rejected` names them all. */
	rejectedCount?: number;
	held: HeldChange[];
	/** Left out: `held` names them all. */
	heldCount?: number;
	/** Sentences about the file's format, and about columns that were not read. Left out: the push is no file. */
	notes?: string[];
}

export interface PreviewedChange {
	sku: string;
	/** Where it is not everybody's price of one piece. */
	kind?: PriceKind;
	tier?: string;
	fromQuantity?: number;
	/** As the push names the article; null where it does not. */
	name: string | null;
	/** Of `new`. */
	currency: string;
	/** Minor units. `old` is null where no addressed store has a price of the article. */
	old: number | null;
	new: number;
	/** Null where the prices cannot be compared: there is no old one, or it is in another currency. */
	percent: number | null;
}

export interface Preview {
	accepted: number;
	rejected: readonly RejectedRow[];
	/** Left out: `rejected` names them all; the same with the two counts below. */
	rejectedCount?: number;
	/** The changes that guard rails would hold. */
	held: HeldChange[];
	heldCount?: number;
	changes: PreviewedChange[];
	changesCount?: number;
	stores: number;
	labels: number;
	notes?: string[];
}
