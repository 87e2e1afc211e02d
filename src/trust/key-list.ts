/**
 * Which keys count, said by a root. A store keeps the newest list and takes no older one.
 *
 *     root 1 (used) ─┐
 *                    ├── signs ──▶ key list {version, expires, keys} ──▶ line keys sign seals, welcomes and commands
 *     root 2 (paper)─┘
 */
import { hash } from "node:crypto";
import { z } from "zod";
import { canonicalText } from "../words/basics/canonical-text.ts";
import { instant } from "./instant.ts";
import type { SigningKey } from "./keys.ts";
import { kidOf, kidPattern, publicPattern } from "./keys.ts";
import { isSignedBy, signStatement } from "./signing.ts";

const signature = { kid: z.string().regex(kidPattern), sig: z.string().length(86) };

const listedKey = z
	.object({
		kid: z.string().regex(kidPattern),
		public: z.string().regex(publicPattern),
		/** Only line keys sign for head office. A store's key signs facts, and may be listed so that other stores can check receipts. */
		role: z.enum(["line", "store"]),
		/** The store of a store's key. */
		store: z.string().max(32).optional(),
		notBefore: instant,
		notAfter: instant.optional(),
	})
	.refine((key) => key.kid === kidOf(key.public), "its name is not that of its public half");

export const keyListSchema = z.object({
	tenant: z.string().min(1).max(32),
	version: z.int().min(1),
	issuedAt: instant,
	expires: instant,
	keys: z.array(listedKey).min(1).max(5_000),
	...signature,
});
export type KeyList = z.output<typeof keyListSchema>;

/** How far the version of a list may be above the one before: a list of version 2^53 would leave no room for a later one. */
const versionStepMost = 1_000;
/** For so long both line keys count, so that stores that were away still accept what the older one sealed. */
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
	/** Public keys of the roots that this store has. */
	roots: readonly string[];
	/** The list that the store has; undefined only at enrolment. */
	current: KeyList | undefined;
	/** Milliseconds since 1970; undefined while the clock is a guess. */
	now: number | undefined;
}

/** Checks a list as it was received. A refused list changes nothing: the current list stays. */
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

/** The content of a list without its signature: signed again by the other root, it is the same list. */
function contentOf({ kid: _, sig: __, ...content }: KeyList): string {
	return canonicalText(content);
}

export function signKeyList(list: Omit<KeyList, "kid" | "sig">, root: SigningKey): KeyList {
	return signStatement("gondola/key-list/1", {}, list, root);
}

/** The next list, with another line key; the line keys before it end after the overlap. */
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

/** `public`: of a key that begins only later, so that its signature can be checked all the same (`keyOrForged`). */
type RefusedKey = { refused: Exclude<KeyRefusal, "key-not-yet"> } | { refused: "key-not-yet"; public: string };

/**
 * Why a key is refused; `forged` where the signature under a key that begins only later is not that key's, so that nobody can pass a
 * forgery off as a fault of head office's clock.
 */
export function keyOrForged<Forged extends string>(
	key: RefusedKey,
	forged: Forged,
	isSigned: (publicText: string) => boolean,
): KeyRefusal | Forged {
	return key.refused === "key-not-yet" && !isSigned(key.public) ? forged : key.refused;
}

/** Two clocks may differ by so much. */
const clocksDifferMostMs = 300_000;

/** Whether the line key that signs begins only later: the clock was ahead when it was made, and stores refuse what it signs until then. */
export function beginsLater(list: KeyList, now: number): boolean {
	return list.keys.some(
		({ role, notBefore, notAfter }) => role === "line" && notAfter === undefined && Date.parse(notBefore) - clocksDifferMostMs > now,
	);
}

/** The next list, in which the line keys that would begin only later begin at once. */
export function begunNow({ kid: _, sig: __, ...list }: KeyList, now: number): Omit<KeyList, "kid" | "sig"> {
	const at = new Date(now).toISOString();
	const keys = list.keys.map((key) => (key.role === "line" && Date.parse(key.notBefore) > now ? { ...key, notBefore: at } : key));
	return { ...list, version: list.version + 1, issuedAt: at, keys };
}

export type KeyRefusal = "key-unknown" | "key-not-yet" | "key-ended" | "key-list-expired";

/**
 * The public key of a line key, for a statement that was made at `at`. `now` is left out where the clock is a guess, and where an accepted
 * statement is checked again: an expired list stops new statements only.
 */
export function lineKeyFor(list: KeyList, kid: string, at: number, now?: number): { public: string } | RefusedKey {
	const key = list.keys.find((each) => each.kid === kid && each.role === "line");
	if (!key) return { refused: "key-unknown" };
	if (now !== undefined && Date.parse(list.expires) <= now) return { refused: "key-list-expired" };
	if (Date.parse(key.notBefore) - clocksDifferMostMs > at) return { refused: "key-not-yet", public: key.public };
	if (key.notAfter !== undefined && Date.parse(key.notAfter) < at) return { refused: "key-ended" };
	return { public: key.public };
}

/** The digest of the roots that an enrolment code carries. */
export function rootsDigest(roots: readonly string[]): string {
	return hash("sha256", canonicalText(roots));
}
