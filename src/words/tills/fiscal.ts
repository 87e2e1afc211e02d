import type { Instant } from "../time.ts";

/**
 * Countries (ISO 3166) whose law requires each sale of a till to be signed or kept by a certified device or service. Without a fiscal
 * device in the configuration no basket is settled there.
 */
const demanding = new Set("AL AT BA BE BG DE GR HR HU IT ME MK PL PT RO RS SE SI SK".split(" "));

export const demandsFiscal = (country: string | undefined): boolean => country !== undefined && demanding.has(country);

/**
 * How far the signature of a sale or refund is. The sale is on disk before the device is asked, and its paper waits.
 *
 *   waiting ──the device signs──▶ signed      paper with the code
 *      │  └──the device says no──▶ refused    paper with the reason; a person lets it be tried again
 *      └──no answer in time──▶ missing        paper with the reason ──the device signs later──▶ signed (late, no second paper)
 */
export const fiscalStates = ["waiting", "missing", "refused", "signed"] as const;
export type FiscalState = (typeof fiscalStates)[number];

/** Why paper went out without a code: no link; a link and no answer; the device refused; none is configured any more. */
export const fiscalReasons = ["away", "silent", "refused", "no-device"] as const;
export type FiscalReason = (typeof fiscalReasons)[number];

export const fiscalKinds = ["sale", "refund"] as const;
export type FiscalKind = (typeof fiscalKinds)[number];

/** By which a store's fiscal device is used; kept in the ledger at each start. */
export interface FiscalRules {
	device: string;
	/** How long paper and till wait for the signature. */
	waitSeconds: number;
	/** Sales go on until the oldest unsigned one is this old; 0: nothing is settled while one is unsigned or the device is away. */
	offlineHours: number;
}

/** One sale or refund to sign. */
export interface FiscalRequest {
	/** Made of the id of the fact that recorded it, so unique for ever. The device signs an id once. */
	id: string;
	kind: FiscalKind;
	/** The sale's or return's own id, and its till. */
	reference: string;
	till: string;
	at: Instant;
	/** The amount that the customer paid; of a refund below 0. */
	amountMinor: number;
	/** ISO 4217, where its code for no currency stands for a basket that had no price. */
	currency: string;
	/** SHA-256 of the lines, 64 hex digits. */
	digest: string;
}

export interface FiscalSignature {
	/** The device's own running number. */
	number: number;
	signedAt: Instant;
	code: string;
	serial: string;
	/** The device says that it is for practice: its code makes no fiscal receipt. */
	practice: boolean;
}

/** A request and its outcome, as tills and people see it. */
export interface FiscalView extends Omit<FiscalRequest, "digest"> {
	state: FiscalState;
	/** Of `missing` and `refused`. */
	why?: FiscalReason;
	/** The device's own word for its refusal. */
	detail?: string;
	signature?: FiscalSignature;
	/** It was signed after its paper went out without a code. */
	late?: true;
}
