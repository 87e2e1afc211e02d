import type { KeyList } from "../../trust/key-list.ts";
import type { Domain, Signed } from "../../trust/signing.ts";
import type { BatchBody } from "../../trust/statements.ts";

/** HQ's line key, and the public keys that stores need. */
export interface HqTrust {
	tenant: string;
	sign<T extends object>(domain: Domain, store: string, statement: T): T & Signed;
	/** Signs a batch that leaps over numbers which a down stream no longer has. */
	signLeap(store: string, batch: BatchBody): Signed;
	list(): KeyList;
	/** Every statement by which one root named the next, oldest first: a store takes those that it does not have. */
	successors(): readonly { number: number }[];
	/** Whose signature releases what guard rails hold; undefined: nobody was ever named. */
	approvers?(): { version: number } | undefined;
	/** How long a store may go on without another welcome before it reports that it has heard nothing. */
	trustForMs: number;
}
