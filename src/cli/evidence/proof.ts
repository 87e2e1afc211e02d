/**
 * Evidence of what a label showed, as a file that can be checked without access to this store:
 *
 *     {format, tenant, store, label, at, answer, facts: [{position, before, record, hash}], key, kid, sig}
 *
 * Each fact has the chain hash before and after it (LINK, Streams), which head office has acknowledged. The answer is computed from
 * the facts again. The store's key signs the whole file.
 */
import { z } from "zod";
import { type LabelFact, labelFactTypes } from "../../ledger/file/label-facts.ts";
import { chainHash } from "../../ledger/tables/events.ts";
import { publicPattern } from "../../trust/keys.ts";
import { isSignedBy } from "../../trust/signing.ts";
import { answerAt } from "./answer.ts";

export const proofFormat = "gondola-proof/1";

const hash = z.string().regex(/^[0-9a-f]{32}$/);
const instant = z.iso.datetime();
export const proofSchema = z.object({
	format: z.literal(proofFormat),
	tenant: z.string(),
	store: z.string(),
	label: z.string(),
	at: instant,
	madeAt: instant,
	answer: z.object({
		strength: z.enum(["proven", "probable", "unknown"]),
		shown: z.object({ sku: z.string(), amountMinor: z.int(), currency: z.string(), priceVersion: z.int(), picture: z.string() }).nullable(),
		from: instant.nullable(),
		until: instant.nullable(),
		why: z.string(),
	}),
	facts: z
		.array(z.object({ position: z.int().min(1), before: hash.nullable(), record: z.looseObject({ type: z.string(), at: instant }), hash }))
		.max(1_000),
	/** The store's public key; null where the box never enrolled with one. */
	key: z.string().regex(publicPattern).nullable(),
	kid: z.string().optional(),
	sig: z.string().optional(),
});
export type Proof = z.output<typeof proofSchema>;

/**
 * Why a file is no valid evidence, in sentences; empty: it is valid. `raw` is the file as parsed, because unknown members were
 * signed too.
 */
export function proofFaults(proof: Proof, raw: object): string[] {
	const faults: string[] = [];
	let last = 0;
	for (const { position, before, record, hash: after } of proof.facts) {
		if (position <= last) faults.push(`fact ${position} stands behind fact ${last}.`);
		last = position;
		if (before === null)
			faults.push(`fact ${position} has no hash before it: the ledger does not hold that any more, so its chain cannot be checked.`);
		else if (chainHash(before, record) !== after) faults.push(`fact ${position} was changed: its hash is another.`);
		if (!(labelFactTypes as string[]).includes(record.type) || record["label"] !== proof.label)
			faults.push(`fact ${position} is not about label ${proof.label}.`);
	}
	for (const [at, { position, before }] of proof.facts.entries()) {
		const previous = proof.facts[at - 1];
		if (previous?.position === position - 1 && previous.hash !== before)
			faults.push(`facts ${previous.position} and ${position} do not belong to one chain.`);
	}
	const said = JSON.stringify(proof.answer);
	if (
		faults.length === 0 &&
		JSON.stringify(
			answerAt(
				proof.facts.map(({ record }) => record as unknown as LabelFact),
				proof.at,
			),
		) !== said
	)
		faults.push("the answer does not follow from the facts.");
	if (proof.key === null) faults.push("nobody signed it: anybody could have written it.");
	else if (!isSignedBy("gondola/proof/1", {}, raw, proof.key)) faults.push("the signature is not of the key that the file names.");
	return faults;
}
