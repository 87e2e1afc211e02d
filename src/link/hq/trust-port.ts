import type { KeyList } from "../../trust/key-list.ts";
import type { Domain, Signed } from "../../trust/signing.ts";
import type { BatchBody } from "../../trust/statements.ts";

/** HQ's line key, and what stores shall know of HQ's keys. */
export interface HqTrust {
	tenant: string;
	sign<T extends object>(domain: Domain, store: string, statement: T): T & Signed;
	/** Of numbers that a down stream no longer holds. */
	signLeap(store: string, batch: BatchBody): Signed;
	list(): KeyList;
	/** All there ever were, oldest first: a store takes those it does not know. */
	successors(): readonly { number: number }[];
	/** How long what is in force may stand without another word of HQ's. */
	trustForMs: number;
}
