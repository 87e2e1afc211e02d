import { hash } from "node:crypto";
import canonicalize from "canonicalize";

/** The hash before the first record of every chain. */
export const genesis = "0".repeat(32);

/** The canonical text of a record (RFC 8785). Throws TypeError for a value that JSON does not have (NaN, a lone surrogate, undefined). */
export function canonicalText(record: unknown): string {
	let text: string | undefined;
	try {
		text = canonicalize(record);
	} catch (error) {
		throw new TypeError(`a record that JSON cannot say: ${(error as Error).message}`);
	}
	if (text === undefined) throw new TypeError("a record that JSON cannot say");
	return text;
}

/**
 * hash[n] = first 16 bytes of sha256(hash[n-1] ‖ canonical text of record n), in hex (LINK, Streams). Any edit, loss or
 * fork of the past changes it.
 */
export function nextHash(previous: string, text: string): string {
	const bytes = Buffer.allocUnsafe(16 + Buffer.byteLength(text));
	bytes.write(previous, 0, 16, "hex");
	bytes.write(text, 16, "utf8");
	return hash("sha256", bytes, "hex").slice(0, 32);
}
