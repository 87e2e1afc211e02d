/**
 * The approver's signature over other guard rails. A store whose approver list demands signatures takes wider rails with one only:
 * without it, whoever has head office's line key could widen the rails first, and then send any price.
 */
import { hash } from "node:crypto";
import { z } from "zod";
import { canonicalText } from "../words/basics/canonical-text.ts";
import { type ApproverList, type Assertion, assertionSchema, isAssertedBy, isTermOf, type PlaceOf, treeOfTerms } from "./approvers.ts";
import { instant } from "./instant.ts";
import { recordsMost } from "./merkle.ts";

/** What is approved: a proposal, by the rails that each store gets from it. */
export interface RailsAct {
	proposal: number;
	at: string;
	count: number;
	/** Hex. */
	root: string;
}

/** An approver's signature as it stands beside the setting of one store. */
export interface RailsApproval {
	act: RailsAct;
	assertion: Assertion;
	leaf: number;
	proof: string;
}

const railsApproval = z.object({
	act: z.object({
		proposal: z.int().min(1),
		at: instant,
		count: z.int().min(1).max(recordsMost),
		root: z.string().regex(/^[0-9a-f]{64}$/),
	}),
	assertion: assertionSchema,
	leaf: z.int().min(0),
	proof: z.string().max(2_000),
});

/** The bytes that the passkey signs over. The domain word keeps it apart from a release. */
export const railsChallengeOf = (tenant: string, act: RailsAct): string =>
	hash("sha256", `gondola/rails/1\n${canonicalText({ for: { tenant }, says: act })}`, "base64url");

/** The canonical term of one store; `rails`: the value of its setting. */
export const railsTerm = (store: string, rails: unknown): string => canonicalText({ store, rails });

export function actOfRails(proposal: number, at: string, terms: readonly string[]): { act: RailsAct; placeOf: PlaceOf } {
	const { count, root, placeOf } = treeOfTerms(terms);
	return { act: { proposal, at, count, root }, placeOf };
}

/** Whether an approver of the list signed these rails for this store. */
export function areRailsApproved(rails: unknown, received: unknown, to: { tenant: string; store: string }, list: ApproverList): boolean {
	const read = railsApproval.safeParse(received);
	if (!read.success) return false;
	const { act, assertion, ...place } = read.data;
	if (!isTermOf(act, railsTerm(to.store, rails), place)) return false;
	return list.keys.some((key) => key.id === assertion.id && isAssertedBy(key, assertion, railsChallengeOf(to.tenant, act)));
}
