/**
 * The two roots of a tenant, and how one is replaced without a visit to any store. The first is used, the second is kept on paper and
 * outranks it.
 *
 *     signed by │ replaces the first │ replaces the second
 *     ──────────┼────────────────────┼──────────────────────────────────────────────
 *     second    │ at once            │ at once
 *     first     │ at once            │ after 14 days, unless the second speaks first
 *
 * Either root can be replaced with the other. A thief of the first root needs 14 days; within them the second root's statement wins.
 */
import { z } from "zod";
import { instant } from "./instant.ts";
import { kidPattern, publicPattern, type SigningKey } from "./keys.ts";
import { isSignedBy, signStatement } from "./signing.ts";

export const successorSchema = z.object({
	tenant: z.string().min(1).max(32),
	/** Rises with each successor; a store takes each number once. */
	number: z.int().min(1),
	replaces: z.enum(["first", "second"]),
	/** Public key of the root that is replaced, and of its successor. */
	retires: z.string().regex(publicPattern),
	successor: z.string().regex(publicPattern),
	at: instant,
	kid: z.string().regex(kidPattern),
	sig: z.string().length(86),
});
export type Successor = z.output<typeof successorSchema>;

/** Both roots, as a store keeps them. */
export const rootsSchema = z.object({
	first: z.string().regex(publicPattern),
	second: z.string().regex(publicPattern),
	/** The number of the last successor that was taken or that waits. */
	number: z.int().min(0).default(0),
	waiting: z.object({ successor: successorSchema, until: instant }).optional(),
});
export type Roots = z.output<typeof rootsSchema>;

const waitDays = 14;

export type SuccessorRefusal = "successor-malformed" | "successor-tenant" | "successor-older" | "successor-forged" | "successor-of-other";

export type SuccessorAnswer = { kind: "taken" | "waits"; roots: Roots } | { kind: "refused"; code: SuccessorRefusal };

export function signSuccessor(statement: Omit<Successor, "kid" | "sig">, root: SigningKey): Successor {
	return signStatement("gondola/root-successor/1", {}, statement, root);
}

export function takeSuccessor(roots: Roots, received: unknown, tenant: string, now: number): SuccessorAnswer {
	const refused = (code: SuccessorRefusal): SuccessorAnswer => ({ kind: "refused", code });
	const read = successorSchema.safeParse(received);
	if (!read.success) return refused("successor-malformed");
	const { data: said } = read;
	if (said.tenant !== tenant) return refused("successor-tenant");
	const by = (["second", "first"] as const).find((each) => isSignedBy("gondola/root-successor/1", {}, received as object, roots[each]));
	if (!by) return refused("successor-forged");
	if (said.retires !== roots[said.replaces]) return refused("successor-of-other");
	// The second root may use a number that the first has used: it cannot know the numbers that a thief has taken.
	if (by === "first" && said.number <= roots.number) return refused("successor-older");
	const { waiting, ...kept } = roots;
	const number = Math.max(said.number, roots.number);
	if (by === "first" && said.replaces === "second") {
		const until = new Date(now + waitDays * 86_400_000).toISOString();
		return { kind: "waits", roots: { ...kept, number, waiting: waiting ?? { successor: said, until } } };
	}
	// A successor that waits was signed by the first root: a statement of the second ends its waiting.
	const still = by === "first" && waiting ? { waiting } : {};
	return { kind: "taken", roots: { ...kept, ...still, [said.replaces]: said.successor, number } };
}

/** Takes over a successor that has waited long enough. */
export function ripened(roots: Roots, now: number): Roots {
	const { waiting, ...kept } = roots;
	if (!waiting || Date.parse(waiting.until) > now) return roots;
	return { ...kept, second: waiting.successor.successor };
}
