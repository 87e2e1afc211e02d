/** Shapes that all payloads share: JSON in UTF-8, ids, text, instants. */
import { z } from "zod";
import { repeatedNameIn, utf8Of } from "../../words/basics/json-text.ts";

/** A lone surrogate, which JSON can express and UTF-8 cannot, would make a fact that cannot be hashed. */
export const text = (longest: number) =>
	z
		.string()
		.min(1)
		.max(longest)
		.refine((value) => value.isWellFormed(), "half a character");

/** An article as a till names it: it stands on slips, labels and in lists, so without control characters. */
export const skuText = text(64).regex(/^\P{Cc}*$/u, "must have no control characters");

/** Firmware counts in numbers; an id is compared as text. */
export const messageId = z
	.union([text(128), z.number().int().nonnegative()], "must be text of 1 to 128 characters, or a whole number")
	.transform(String);

export const instant = z.iso
	.datetime({ offset: true, error: "must be a date and time with its zone, such as 2026-11-27T10:00:00+01:00" })
	.transform((at) => new Date(at).toISOString());

/** Undefined: no JSON, or JSON of which it is not certain what it says. */
export function parsePayload(content: string | undefined, reviver?: Reviver): unknown {
	if (content === undefined) return undefined;
	try {
		const value = JSON.parse(content, reviver) as unknown;
		return repeatedNameIn(content) === undefined ? value : undefined;
	} catch {
		return undefined;
	}
}

type Reviver = (this: object, key: string, value: unknown) => unknown;

export function readPayload<T>(payload: Buffer, schema: z.ZodType<T>): T | null {
	const read = schema.safeParse(parsePayload(utf8Of(payload)));
	return read.success ? read.data : null;
}
