/**
 * Which keys count, said by a root. A store keeps the newest list and takes no older one.
 *
 *     root 1 (used) ─┐
 *                    ├── signs ──▶ key list {version, expires, keys} ──▶ line keys sign seals, welcomes and commands
 *     root 2 (paper)─┘
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { SigningKey } from "./keys.ts";
import { kidOf, kidPattern, publicPattern } from "./keys.ts";
import { canonicalText, isSignedBy, signStatement } from "./signing.ts";

const instant = z.iso.datetime();
const signature = { kid: z.string().regex(kidPattern), sig: z.string().length(86) };

const listedKey = z
	.object({
		kid: z.string().regex(kidPattern),
		public: z.string().regex(publicPattern),
		/** Only line keys sign for head office; a store's key says facts up and may be listed so that other stores can check receipts. */
		role: z.enum(["line", "store"]),
		/** Of a store's key. */
		store: z.string().max(32).optional(),
		notBefore: instant,
		notAfter: instant.optional(),
	})
	.refine((key) => key.kid === kidOf(key.public), "its name is not that of its public half");
export type ListedKey = z.output<typeof listedKey>;

export const keyListSchema = z.object({
	tenant: z.string().min(1).max(32),
	version: z.int().min(1),
	issuedAt: instant,
	expires: instant,
	keys: z.array(listedKey).min(1).max(5_000),
	...signature,
});
export type KeyList = z.output<typeof keyListSchema>;

/** How far one list may be ahead of the one before: a list of version 2^53 would leave no room for any other. */
const versionStepMost = 1_000;
/** Two line keys count at once for so long, so that stores that were away still take what the older one sealed. */
const overlapDays = 30;
export const listDays = 400;

export type KeyListRefusal =
	| "key-list-malformed"
	| "key-list-tenant"
	| "key-list-forged"
	| "key-list-older"
	| "key-list-fork"
	| "key-list-jump"
	| "key-list-expired";

export type KeyListAnswer = { kind: "newer" | "same"; list: KeyList } | { kind: "refused"; code: KeyListRefusal };

export interface KeyListCheck {
	tenant: string;
	/** Public halves of the roots this store goes by. */
	roots: readonly string[];
	/** Undefined at enrolment only. */
	current: KeyList | undefined;
	/** Undefined while the clock is a guess. */
	now: number | undefined;
}

/** Takes a list as it was received. Whatever is refused changes nothing: the current list stays. */
export function checkKeyList(received: unknown, { tenant, roots, current, now }: KeyListCheck): KeyListAnswer {
	const refused = (code: KeyListRefusal): KeyListAnswer => ({ kind: "refused", code });
	const read = keyListSchema.safeParse(received);
	if (!read.success) return refused("key-list-malformed");
	const list = read.data;
	if (list.tenant !== tenant) return refused("key-list-tenant");
	if (!roots.some((root) => isSignedBy("gondola/key-list/1", {}, received as object, root))) return refused("key-list-forged");
	if (current) {
		if (list.version < current.version) return refused("key-list-older");
		if (list.version === current.version)
			return contentOf(list) === contentOf(current) ? { kind: "same", list: current } : refused("key-list-fork");
		if (list.version > current.version + versionStepMost) return refused("key-list-jump");
	}
	if (now !== undefined && Date.parse(list.expires) <= now) return refused("key-list-expired");
	return { kind: "newer", list };
}

/** Signed again by the other root, a list is still the same. */
function contentOf({ kid: _, sig: __, ...content }: KeyList): string {
	return canonicalText(content);
}

export function signKeyList(list: Omit<KeyList, "kid" | "sig">, root: SigningKey): KeyList {
	return signStatement("gondola/key-list/1", {}, list, root);
}

/** The next list with another line key; those before it end after the overlap. */
export function rotated(list: KeyList, fresh: { kid: string; public: string }, now: number): Omit<KeyList, "kid" | "sig"> {
	const at = new Date(now).toISOString();
	const end = now + overlapDays * 86_400_000;
	const keys = list.keys.map((key) =>
		key.role === "line" && (key.notAfter === undefined || Date.parse(key.notAfter) > end)
			? { ...key, notAfter: new Date(end).toISOString() }
			: key,
	);
	const { kid, public: publicText } = fresh;
	return {
		tenant: list.tenant,
		version: list.version + 1,
		issuedAt: at,
		expires: new Date(now + listDays * 86_400_000).toISOString(),
		keys: [...keys, { kid, public: publicText, role: "line", notBefore: at }],
	};
}

export type KeyRefusal = "key-unknown" | "key-not-yet" | "key-ended" | "key-list-expired";

/**
 * The public half of a line key, for a statement that says it was made at `at`. `now` is left out where the clock is a guess, and where a
 * statement is looked at again that was accepted before: an expired list stops new statements only.
 */
export function lineKeyFor(list: KeyList, kid: string, at: number, now?: number): { public: string } | { refused: KeyRefusal } {
	const key = list.keys.find((each) => each.kid === kid && each.role === "line");
	if (!key) return { refused: "key-unknown" };
	if (now !== undefined && Date.parse(list.expires) <= now) return { refused: "key-list-expired" };
	// Five minutes for two clocks that differ.
	if (Date.parse(key.notBefore) - 300_000 > at) return { refused: "key-not-yet" };
	if (key.notAfter !== undefined && Date.parse(key.notAfter) < at) return { refused: "key-ended" };
	return { public: key.public };
}

/** What an enrolment code carries of the roots. */
export function rootsDigest(roots: readonly string[]): string {
	return createHash("sha256").update(canonicalText(roots)).digest("hex");
}
