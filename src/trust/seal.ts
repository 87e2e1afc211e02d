/**
 * Head office's decisions, signed once however many stores hear them. A seal names the records (by a Merkle root), the stores they are for,
 * and the key; a batch of records on the line carries the seal, the place of its first record and a proof.
 *
 *     records ──leaves──▶ root ──┐
 *     audience, kind, time ──────┼──▶ seal ── signed by a line key of the key list
 */
import { z } from "zod";
import { canonicalText } from "../words/basics/canonical-text.ts";
import { instant } from "./instant.ts";
import { type KeyList, type KeyRefusal, keyOrForged, lineKeyFor } from "./key-list.ts";
import { kidPattern, type SigningKey } from "./keys.ts";
import { type Digest, leafOf, recordsMost, rootFromProof, treeOf } from "./merkle.ts";
import { isSignedBy, signStatement } from "./signing.ts";

const sealKinds = ["push", "withdrawal", "delivery", "order", "grant", "setting", "label-plan", "snapshot", "coupon", "recall"] as const;
export type SealKind = (typeof sealKinds)[number];

const storeName = z.string().regex(/^[a-z0-9_-]{1,32}$/);

const audienceSchema = z.union([
	z.strictObject({ stores: z.array(storeName).min(1).max(5_000) }),
	/** The members of a group, by this version of the group. */
	z.strictObject({ group: storeName, version: z.int().min(1) }),
]);
export type Audience = z.output<typeof audienceSchema>;

const sealSchema = z.object({
	id: z.string().min(1).max(64),
	tenant: z.string().min(1).max(32),
	kind: z.enum(sealKinds),
	audience: audienceSchema,
	count: z.int().min(1).max(recordsMost),
	/** Hex. */
	root: z.string().regex(/^[0-9a-f]{64}$/),
	at: instant,
	/** After this time no store accepts the seal anew; records that it put in force stay. */
	notAfter: instant.optional(),
	/** The author and the approver, where two persons were needed. */
	approved: z.object({ author: z.string().max(64), approver: z.string().max(64), at: instant }).optional(),
	kid: z.string().regex(kidPattern),
	sig: z.string().length(86),
});
export type Seal = z.output<typeof sealSchema>;

export interface Sealed {
	seal: Seal;
	/** The proof of a run of its records, `from` ≤ i < `to`. */
	prove(from: number, to: number): string;
}

/** `texts` are the canonical texts of the records, in their order. */
export function sealRecords(head: Omit<Seal, "count" | "root" | "kid" | "sig">, texts: readonly string[], key: SigningKey): Sealed {
	const tree = treeOf(texts.map(leafOf));
	const seal = signStatement("gondola/seal/1", {}, { ...head, count: texts.length, root: hexOf(tree.root) }, key);
	return { seal, prove: tree.prove };
}

/** Makes proofs for records that were sealed before and are all in memory again. Undefined when they are not the sealed ones. */
export function proveAgain(seal: Pick<Seal, "root">, texts: readonly string[]): Sealed["prove"] | undefined {
	const tree = texts.length > 0 ? treeOf(texts.map(leafOf)) : undefined;
	return tree && hexOf(tree.root) === seal.root ? tree.prove : undefined;
}

export type SealRefusal =
	| "seal-malformed"
	| "seal-tenant"
	| "seal-forged"
	| "seal-audience"
	| "seal-group-unknown"
	| "seal-over"
	| "seal-proof"
	| KeyRefusal;

/** A seal that was checked. Throws for one that is malformed. */
export const sealOf = (received: unknown): Seal => sealSchema.parse(received);

export interface SealCheck {
	tenant: string;
	store: string;
	/** Groups of which this store is a member by sealed settings, with the newest version of each that it has. */
	groups: Readonly<Record<string, number>>;
	list: KeyList;
	/** Milliseconds since 1970. Left out while the clock is a guess, and for seals that were accepted before. */
	now?: number;
}

/** Undefined: the seal is good for this store. `received` is the seal as it came, with members this build does not know. */
export function sealRefusal(received: unknown, check: SealCheck): SealRefusal | undefined {
	const read = sealSchema.safeParse(received);
	if (!read.success) return "seal-malformed";
	const seal = read.data;
	if (seal.tenant !== check.tenant) return "seal-tenant";
	const key = lineKeyFor(check.list, seal.kid, Date.parse(seal.at), check.now);
	if ("refused" in key) return keyOrForged(key, "seal-forged", (by) => isSignedBy("gondola/seal/1", {}, received as object, by));
	if (!isSignedBy("gondola/seal/1", {}, received as object, key.public)) return "seal-forged";
	const outside = audienceRefusal(seal.audience, check);
	if (outside) return outside;
	return overRefusal(seal, check);
}

/** Whether a seal that was good has ended, by its own end or that of the key list. */
export function overRefusal(seal: Seal, { list, now }: Pick<SealCheck, "list" | "now">): SealRefusal | undefined {
	const key = lineKeyFor(list, seal.kid, Date.parse(seal.at), now);
	if ("refused" in key) return key.refused;
	return now !== undefined && seal.notAfter !== undefined && Date.parse(seal.notAfter) <= now ? "seal-over" : undefined;
}

function audienceRefusal(audience: Audience, { store, groups }: SealCheck): SealRefusal | undefined {
	if ("stores" in audience) return audience.stores.includes(store) ? undefined : "seal-audience";
	const known = Object.hasOwn(groups, audience.group) ? groups[audience.group] : undefined;
	if (known === undefined) return "seal-audience";
	// The store does not have this version of the group yet: the setting is on its way, and may end its membership.
	return audience.version > known ? "seal-group-unknown" : undefined;
}

/** Whether a run of records, whose first is number `from` of the seal, is what was sealed. */
export function isSealedRun(seal: Seal, from: number, texts: readonly string[], proof: string): boolean {
	const root = rootFromProof(seal.count, from, texts.map(leafOf), proof);
	return root !== undefined && hexOf(root) === seal.root;
}

const hexOf = (digest: Digest): string => Buffer.from(digest, "latin1").toString("hex");

/**
 * Whether head office may take records back from a store after its database was restored: only where its own key sealed them, for an
 * audience that has the store. The seal is kept with the records unchanged, so that they can reach no more stores than before.
 */
export function takeBackRefusal(
	received: { seal: unknown; from: number; records: readonly unknown[]; proof: string },
	check: Omit<SealCheck, "now">,
): SealRefusal | undefined {
	const refusal = sealRefusal(received.seal, check);
	if (refusal) return refusal;
	return isSealedRun(sealOf(received.seal), received.from, received.records.map(canonicalText), received.proof) ? undefined : "seal-proof";
}
