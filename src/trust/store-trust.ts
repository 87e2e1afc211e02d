/**
 * A store's half of the trust between it and head office: says things with its box's key, and checks whether head office said what came.
 *
 *     enrolment ──▶ roots, key list ──▶ seals, welcomes, commands are checked by it
 *                        ▲
 *                        └── a newer list or root, signed by a root that is known already (`takeKeys`)
 */
import { defined } from "../words/defined.ts";
import {
	type ApproverList,
	type ApproversRefusal,
	areRailsApproved,
	checkApprovers,
	isApproved,
	isPlaceApproved,
	type SaidOfPlace,
} from "./approvers.ts";
import type { Box } from "./box.ts";
import { checkKeyList, type KeyList, type KeyListRefusal } from "./key-list.ts";
import { type Roots, ripened, type SuccessorRefusal, takeSuccessor } from "./roots.ts";
import { isSealedRun, overRefusal, type Seal, type SealRefusal, sealOf, sealRefusal } from "./seal.ts";
import { type Domain, type Signed, signStatement } from "./signing.ts";
import {
	type BatchBody,
	type Between,
	type CommandRefusal,
	commandRefusal,
	type StatementRefusal,
	signBatch,
	statementRefusal,
	type WelcomeRefusal,
	welcomeRefusal,
} from "./statements.ts";

export interface StoreTrust {
	sign<T extends object>(domain: Domain, statement: T): T & Signed;
	signBatch(batch: BatchBody): Signed;
	/** The versions of key list and root successor that the store has: head office leaves these out of its next welcome. */
	known(): { keyList: number; successor: number; approvers?: number };
	/** `now`: milliseconds since 1970, undefined while the clock is a guess. Undefined: head office signed it, for this store. */
	welcomeRefusal(received: object, session: string, now: number | undefined): WelcomeRefusal | undefined;
	commandRefusal(received: object, now: number | undefined): CommandRefusal | undefined;
	statementRefusal(
		domain: "gondola/ack/1" | "gondola/reply/1" | "gondola/leap/1",
		received: object,
		now: number | undefined,
	): StatementRefusal | undefined;
	/** Why records are refused, whose first is number `leaf` of the seal. Undefined: head office sealed them for this store. */
	runRefusal(
		run: { seal: unknown; leaf: number; proof: string },
		texts: readonly string[],
		now: number | undefined,
	): SealRefusal | undefined;
	/** Takes newer keys; answers why some were not taken. Throws when the disk refuses: then nothing was taken. */
	takeKeys(received: ReceivedKeys, now: number | undefined): (KeyListRefusal | SuccessorRefusal | ApproversRefusal)[];
	/**
	 * Whether the release of a price, or a setting of guard rails, counts: by head office's word or, where that is demanded, by an
	 * approver's signature beside it.
	 */
	isReleased(what: { push?: string; until?: string } | { name: string; value: unknown }, approval: unknown): boolean;
	/** Whether another box in this store's place counts: by head office's word or, where that is demanded, by an approver's signature. */
	isPlaceApproved(said: SaidOfPlace, approval: unknown): boolean;
}

export interface ReceivedKeys {
	list: unknown;
	successors: readonly unknown[];
	approvers?: unknown;
}

/** The group `all` has every store of the tenant. */
const everybody = { all: 1 };
/** How many seals are remembered whose signature was checked: a push comes in many batches. */
const checkedMost = 256;

/** `keep` writes the keys to where the next start reads them. */
export function openStoreTrust(box: Box, keep: (roots: Roots, list: KeyList, approvers: ApproverList | undefined) => void): StoreTrust {
	const to: Between = { tenant: box.tenant, store: box.store };
	let { roots, keyList: list, approvers } = box;
	const checked = new Map<string, Seal>();

	/** The seal, if its signature is head office's and its audience has this store. */
	function goodSeal(received: unknown, now: number | undefined): Seal | SealRefusal {
		const text = JSON.stringify(received) ?? "";
		const known = checked.get(text);
		if (known) return overRefusal(known, { list, ...defined({ now }) }) ?? known;
		const refusal = sealRefusal(received, { ...to, groups: everybody, list, ...defined({ now }) });
		if (refusal) return refusal;
		const seal = sealOf(received);
		if (checked.size >= checkedMost) checked.clear();
		checked.set(text, seal);
		return seal;
	}

	const approversOf = (received: unknown, { first, second }: Roots): ApproverList | ApproversRefusal =>
		checkApprovers(received, { tenant: to.tenant, roots: [first, second], current: approvers });

	return {
		sign: (domain, statement) => signStatement(domain, to, statement, box.key),
		signBatch: (batch) => signBatch(to, batch, box.key),
		known: () => ({ keyList: list.version, successor: roots.number, ...(approvers && { approvers: approvers.version }) }),
		welcomeRefusal: (received, session, now) => welcomeRefusal(received, { to, session, list, ...defined({ now }) }),
		commandRefusal: (received, now) => commandRefusal(received, { to, list, ...defined({ now }) }),
		statementRefusal: (domain, received, now) => statementRefusal(domain, received, { to, list, ...defined({ now }) }),
		runRefusal({ seal: received, leaf, proof }, texts, now) {
			const seal = goodSeal(received, now);
			if (typeof seal === "string") return seal;
			return isSealedRun(seal, leaf, texts, proof) ? undefined : "seal-proof";
		},
		isReleased(what, approval) {
			if (!approvers?.demanded) return true;
			if ("value" in what) return areRailsApproved(what.value, approval, to, approvers);
			return isApproved(what, approval, to.tenant, approvers);
		},
		isPlaceApproved: (said, approval) => !approvers?.demanded || isPlaceApproved(said, approval, to, approvers),
		takeKeys(received, now) {
			const refusals: (KeyListRefusal | SuccessorRefusal | ApproversRefusal)[] = [];
			let next: Roots = now === undefined ? roots : ripened(roots, now);
			for (const said of received.successors) {
				// The waiting is counted from when this store received the successor, and only while its clock is not a guess.
				const answer = now === undefined ? undefined : takeSuccessor(next, said, to.tenant, now);
				if (answer?.kind === "refused") {
					// A welcome repeats statements that were taken before, together with newer ones.
					if (answer.code !== "successor-older" && answer.code !== "successor-of-other") refusals.push(answer.code);
				} else if (answer) next = answer.roots;
			}
			const answer = checkKeyList(received.list, { tenant: to.tenant, roots: [next.first, next.second], current: list, now });
			if (answer.kind === "refused") refusals.push(answer.code);
			const newest = answer.kind === "newer" ? answer.list : list;
			const said = received.approvers === undefined ? undefined : approversOf(received.approvers, next);
			// A welcome may repeat the list that the store has.
			if (typeof said === "string" && said !== "approvers-older") refusals.push(said);
			const signers = typeof said === "object" ? said : approvers;
			if (newest !== list || next !== roots || signers !== approvers) {
				keep(next, newest, signers);
				checked.clear();
				roots = next;
				list = newest;
				approvers = signers;
			}
			return refusals;
		},
	};
}
