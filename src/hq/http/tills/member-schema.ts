import { z } from "zod";
import { name as storeName } from "../../../link/protocol/ids.ts";
import { memberCodeMostSeconds } from "../../../words/members/member-code.ts";
import { isCurrency } from "../../../words/prices/currency.ts";

const id = z.string().regex(/^[A-Za-z0-9._:-]{1,48}$/, "1 to 48 letters, digits, . _ : or -");
const text = z.string().regex(/^[^\0-\x1f\x7f]*$/, "no control characters");
const limit = z.coerce.number().int().min(1).max(1_000);

/**
 * `member`: whatever names the member at whoever asks; only its pseudonym leaves head office. `enrolment`: the id under which a store
 * enrolled the member. `store`: the only store that shall take the code.
 */
export const memberCodeBody = z
	.strictObject({
		member: text.min(1).max(128).optional(),
		enrolment: id.optional(),
		tier: text.min(1).max(32).optional(),
		store: storeName.optional(),
		seconds: z.int().min(1).max(memberCodeMostSeconds).optional(),
	})
	.refine(({ member, enrolment }) => (member === undefined) !== (enrolment === undefined), {
		path: ["member"],
		error: "give `member`, or `enrolment`: one of them",
	})
	.refine(({ member, tier }) => (member === undefined) === (tier === undefined), {
		path: ["tier"],
		error: "goes with `member`; an enrolment has its own",
	});

export const erasureBody = z.strictObject({ id, pseudonym: z.string().regex(/^[\w.:-]{8,64}$/, "a pseudonym") });
export const enrolmentsQuery = z.strictObject({ after: z.coerce.number().int().min(0).default(0), limit: limit.default(200) });
export const pointsRuleBody = z.strictObject({
	id,
	currency: z.string().refine(isCurrency, "a currency by its ISO 4217 code"),
	minorPerPoint: z.int().min(1).max(1e9),
	pointMinor: z.int().min(1).max(1e9),
	from: z.iso
		.datetime({ offset: true })
		.transform((at) => new Date(at).toISOString())
		.optional(),
});
export const endKeyBody = z.strictObject({ replace: z.boolean().optional() }).default({});
