/** Shapes that all payloads share: JSON in UTF-8, ids, text, instants. */
import { z } from "zod";

/** A lone surrogate, which JSON can express and UTF-8 cannot, would make a fact that cannot be hashed. */
export const text = (longest: number) =>
	z
		.string()
		.min(1)
		.max(longest)
		.refine((value) => value.isWellFormed(), "half a character");

/** Firmware counts in numbers; an id is compared as text. */
export const messageId = z
	.union([text(128), z.number().int().nonnegative()], "must be text of 1 to 128 characters, or a whole number")
	.transform(String);

export const instant = z.iso
	.datetime({ offset: true, error: "must be a date and time with its zone, such as 2026-11-27T10:00:00+01:00" })
	.transform((at) => new Date(at).toISOString());

/** Some programs begin their text with a byte order mark. Undefined: no JSON. */
export function parsePayload(content: string, reviver?: (this: object, key: string, value: unknown) => unknown): unknown {
	try {
		return JSON.parse(content.charCodeAt(0) === 0xfeff ? content.slice(1) : content, reviver) as unknown;
	} catch {
		return undefined;
	}
}

export function readPayload<T>(payload: Buffer, schema: z.ZodType<T>): T | null {
	const read = schema.safeParse(parsePayload(payload.toString("utf8")));
	return read.success ? read.data : null;
}
