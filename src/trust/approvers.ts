/**
 * Approvers sign releases with a key of their own: a passkey, which head office's line key cannot stand in for. The root says whose
 * passkeys count, and whether a store demands such a signature for what its guard rails hold.
 *
 *     root ── signs ──▶ approver list {version, demanded, keys}
 *     passkey ── signs ──▶ SHA-256 of the act {push, at, count, root} ── root of a Merkle tree over the prices that are released
 *                                             {proposal, at, count, root} ── … over the guard rails of each store
 *                                             {does, store, inc, at}      ── who may be a store's box
 *
 * A store that demands signatures takes wider guard rails with one only: else whoever has head office's line key could widen the rails
 * first, and then send any price.
 *
 * The list is a statement beside the key list, because older builds refuse a key list with a role that they do not know.
 */
import { createPublicKey, hash, verify } from "node:crypto";
import { z } from "zod";
import { canonicalText } from "../words/basics/canonical-text.ts";
import { instant } from "./instant.ts";
import type { SigningKey } from "./keys.ts";
import { leafOf, recordsMost, rootFromProof, treeOf } from "./merkle.ts";
import { isSignedBy, signStatement } from "./signing.ts";

const bytes = z.string().regex(/^[\w-]+$/);

const approverKey = z.object({
	/** The passkey's own identifier. */
	id: bytes.max(1_400),
	person: z.string().min(1).max(64),
	/** The name under which the passkey was made; it signs nothing for another one. */
	site: z.string().min(1).max(253),
	alg: z.enum(["ES256", "EdDSA", "RS256"]),
	/** SubjectPublicKeyInfo in DER, base64url. */
	public: bytes.max(2_000),
});
export type ApproverKey = z.output<typeof approverKey>;

export const approverListSchema = z.object({
	tenant: z.string().min(1).max(32),
	version: z.int().min(1),
	issuedAt: instant,
	/** A store takes a release only with the signature of one of these keys. */
	demanded: z.boolean(),
	keys: z.array(approverKey).max(200),
	kid: z.string().max(16),
	sig: z.string().max(86),
});
export type ApproverList = z.output<typeof approverListSchema>;

export const signApprovers = (list: Omit<ApproverList, "kid" | "sig">, root: SigningKey): ApproverList =>
	signStatement("gondola/approvers/1", {}, list, root);

export type ApproversRefusal = "approvers-malformed" | "approvers-forged" | "approvers-older";

/** The list as it was received, or why it is refused. The same or an older one than `current` is refused as older: it changes nothing. */
export function checkApprovers(
	received: unknown,
	{ tenant, roots, current }: { tenant: string; roots: readonly string[]; current: ApproverList | undefined },
): ApproverList | ApproversRefusal {
	const read = approverListSchema.safeParse(received);
	if (!read.success || read.data.tenant !== tenant) return "approvers-malformed";
	if (!roots.some((root) => isSignedBy("gondola/approvers/1", {}, received as object, root))) return "approvers-forged";
	return current && read.data.version <= current.version ? "approvers-older" : read.data;
}

/** The answer of a browser when a passkey has signed; base64url. */
export const assertionSchema = z.object({
	id: bytes.max(1_400),
	authenticatorData: bytes.max(4_000),
	clientDataJSON: bytes.max(4_000),
	signature: bytes.max(2_000),
});
export type Assertion = z.output<typeof assertionSchema>;

/** A tree over canonical terms; a passkey signs its root. */
interface TermTree {
	at: string;
	count: number;
	/** Hex. */
	root: string;
}

const termTree = { at: instant, count: z.int().min(1).max(recordsMost), root: z.string().regex(/^[0-9a-f]{64}$/) };

/** A passkey's signature over a tree, and the place of one term in it. */
interface TermSignature {
	assertion: Assertion;
	leaf: number;
	proof: string;
}

const termSignature = { assertion: assertionSchema, leaf: z.int().min(0), proof: z.string().max(2_000) };

/** The bytes that a passkey signs over, as the browser is given them. The kind of act keeps a release apart from other approvals. */
const challengeFor = (kind: "release" | "rails" | "place", tenant: string, act: TermTree | PlaceAct): string =>
	hash("sha256", `gondola/${kind}/1\n${canonicalText({ for: { tenant }, says: act })}`, "base64url");

/** A released push, by the terms of its prices. */
export interface ReleaseAct extends TermTree {
	push: string;
}

/** An approver's signature as it stands in the record of one price. */
export interface Approval extends TermSignature {
	act: ReleaseAct;
	/** The end that was approved, where the price was ended earlier since; null: none. */
	until?: string | null;
}

const approvalSchema = z.object({
	act: z.object({ push: z.string().max(64), ...termTree }),
	...termSignature,
	until: z.string().max(40).nullable().optional(),
});

export const challengeOf = (tenant: string, act: ReleaseAct): string => challengeFor("release", tenant, act);

type Terms = Readonly<Record<string, unknown>>;

/** The canonical terms that an approver signs: without the version, which a price gets later, and what follows from the other terms. */
export function termsOf(price: object): string {
	const { version: _, unitPrice: __, ...terms } = price as Terms;
	return canonicalText(terms);
}

/** Where a term stands in the tree whose root was signed. */
type PlaceOf = (text: string) => Pick<Approval, "leaf" | "proof"> | undefined;

/** The act of releasing these terms, and the place of each in its tree. Terms that are equal are one. */
export function releaseOf(push: string, at: string, terms: readonly string[]): { act: ReleaseAct; placeOf: PlaceOf } {
	const { count, root, placeOf } = treeOfTerms(terms);
	return { act: { push, at, count, root }, placeOf };
}

/** The tree over these terms; `root` in hex. Terms that are equal are one. */
function treeOfTerms(terms: readonly string[]): { count: number; root: string; placeOf: PlaceOf } {
	const texts = [...new Set(terms)].sort();
	const tree = treeOf(texts.map(leafOf));
	const leaves = new Map(texts.map((text, leaf) => [text, leaf]));
	return {
		count: texts.length,
		root: Buffer.from(tree.root, "latin1").toString("hex"),
		placeOf(text) {
			const leaf = leaves.get(text);
			return leaf === undefined ? undefined : { leaf, proof: tree.prove(leaf, leaf + 1) };
		},
	};
}

/** Whether an approver of the list signed the release of this price. */
export function isApproved(price: { push?: string; until?: string }, received: unknown, tenant: string, list: ApproverList): boolean {
	const read = approvalSchema.safeParse(received);
	if (!read.success) return false;
	const { act, assertion, leaf, proof, until } = read.data;
	if (act.push !== price.push || !isWithin(price.until, until)) return false;
	const { until: _, ...rest } = price;
	const end = until === undefined ? price.until : (until ?? undefined);
	if (!isTermOf(act, termsOf(end === undefined ? rest : { ...rest, until: end }), { leaf, proof })) return false;
	return list.keys.some((key) => key.id === assertion.id && isAssertedBy(key, assertion, challengeOf(tenant, act)));
}

/** Whether this text is in the tree whose root the act names. */
function isTermOf(act: { count: number; root: string }, text: string, { leaf, proof }: Pick<Approval, "leaf" | "proof">): boolean {
	const root = rootFromProof(act.count, leaf, [leafOf(text)], proof);
	return root !== undefined && Buffer.from(root, "latin1").toString("hex") === act.root;
}

/** A price may end earlier than was approved, never later. */
function isWithin(end: string | undefined, approved: string | null | undefined): boolean {
	if (approved === undefined) return true;
	return end === undefined ? approved === null : approved === null || end <= approved;
}

const userPresent = 0x01;
const userVerified = 0x04;

/** Whether this passkey signed the challenge, with its person verified (WebAuthn, 7.2, steps 11 to 21; no counter here). */
export function isAssertedBy(key: ApproverKey, { authenticatorData, clientDataJSON, signature }: Assertion, challenge: string): boolean {
	const client = Buffer.from(clientDataJSON, "base64url");
	const data = Buffer.from(authenticatorData, "base64url");
	try {
		const said = JSON.parse(client.toString("utf8")) as { type?: unknown; challenge?: unknown; origin?: unknown; crossOrigin?: unknown };
		if (said.type !== "webauthn.get" || said.challenge !== challenge || said.crossOrigin === true) return false;
		if (typeof said.origin !== "string" || !isOriginOf(said.origin, key.site)) return false;
		if (data.length < 37 || !data.subarray(0, 32).equals(hash("sha256", key.site, "buffer"))) return false;
		if ((data[32]! & (userPresent | userVerified)) !== (userPresent | userVerified)) return false;
		const publicKey = createPublicKey({ key: Buffer.from(key.public, "base64url"), format: "der", type: "spki" });
		const signed = Buffer.concat([data, hash("sha256", client, "buffer")]);
		return verify(key.alg === "EdDSA" ? null : "sha256", signed, publicKey, Buffer.from(signature, "base64url"));
	} catch {
		return false;
	}
}

function isOriginOf(origin: string, site: string): boolean {
	const { protocol, hostname } = new URL(origin);
	return hostname === site && (protocol === "https:" || hostname === "localhost");
}

/** An approved proposal, by the rails that each store gets from it. */
export interface RailsAct extends TermTree {
	proposal: number;
}

/** An approver's signature as it stands beside the setting of one store. */
export interface RailsApproval extends TermSignature {
	act: RailsAct;
}

const railsApproval = z.object({ act: z.object({ proposal: z.int().min(1), ...termTree }), ...termSignature });

export const railsChallengeOf = (tenant: string, act: RailsAct): string => challengeFor("rails", tenant, act);

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

/** A change of who may be a store's box, or of whose records a restored head office takes back. */
const placeAct = z.strictObject({
	/**
	 * - `swap`: another box takes the store's place, as number `inc`; with `box` (the epoch of its facts) only that one.
	 * - `end`: the enrolment of the box number `inc` ends.
	 * - `take-back`: head office was restored, and takes back from all stores what it sealed and forgot. Boxes do not see it.
	 */
	does: z.enum(["swap", "end", "take-back"]),
	/** Null: all stores. */
	store: z.string().max(64).nullable(),
	inc: z.int().min(0),
	box: z.string().max(64).optional(),
	at: instant,
});
export type PlaceAct = z.output<typeof placeAct>;

/** An approver's signature of an act as a welcome carries it. */
const placeApproval = z.object({ act: placeAct, assertion: assertionSchema });
export type PlaceApproval = z.output<typeof placeApproval>;

export const placeChallengeOf = (tenant: string, act: PlaceAct): string => challengeFor("place", tenant, act);

/** Head office says this of a box: it is fenced, or its place is number `granted` from now on. `inc`: the number that the box has. */
export interface SaidOfPlace {
	inc: number;
	granted?: number | undefined;
}

/** Whether an approver of the list signed what head office says of this store's box. */
export function isPlaceApproved(
	{ inc, granted }: SaidOfPlace,
	received: unknown,
	to: { tenant: string; store: string },
	list: ApproverList,
): boolean {
	const read = placeApproval.safeParse(received);
	if (!read.success) return false;
	const { act, assertion } = read.data;
	if (act.store !== to.store || act.does === "take-back") return false;
	const isAboutIt =
		granted === undefined ? (act.does === "swap" ? act.inc > inc : act.inc >= inc) : act.does === "swap" && act.inc === granted;
	return isAboutIt && list.keys.some((key) => key.id === assertion.id && isAssertedBy(key, assertion, placeChallengeOf(to.tenant, act)));
}
