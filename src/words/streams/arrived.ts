/** Records that a store received from HQ, as the link hands them to the ledger. */
import type { CatalogRecord, ConfigRecord, StockRecord } from "./catalog.ts";

/** One record of HQ's: understood, of a known type and not right (`poison`), or of a type that this build does not know (`parked`). */
export type ArrivedDown =
	/** `unapproved`: it says that a price is released, or other guard rails, without the signature of an approver that this store demands. */
	| { record: CatalogRecord | StockRecord | ConfigRecord; unapproved?: true }
	| { poison: { code: string; why: string }; raw?: unknown }
	| { parked: unknown; type: string };

/** Where a parked record stands. */
export interface ParkedKey {
	stream: string;
	epoch: string;
	seq: number;
}

/** One article whose stock is another here than at HQ. */
export interface StockDifference {
	sku: string;
	here: number;
	atHq: number;
}

/** The outcome of a comparison of the stock. `undecided`: SKUs of which nothing can be said at the moment. */
export interface StockDifferences {
	differs: StockDifference[];
	undecided: string[];
}
