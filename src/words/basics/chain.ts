/** The chain of a stream (LINK, Streams), which the store writes and both ends of the link check. */
import { hash } from "node:crypto";

/** The hash before the first record of every chain. */
export const genesis = "0".repeat(32);

/**
 * hash[n] = first 16 bytes of sha256(hash[n-1] ‖ canonical text of record n), in hex. Any edit, loss or fork of the past changes it.
 */
export function nextHash(previous: string, text: string): string {
	// A unit of UTF-16 takes three bytes at most.
	const bytes = 16 + 3 * text.length <= usual.length ? usual : Buffer.allocUnsafe(16 + 3 * text.length);
	bytes.write(previous, 0, 16, "hex");
	const length = 16 + bytes.write(text, 16, "utf8");
	return hash("sha256", bytes.subarray(0, length), "hex").slice(0, 32);
}

/** A buffer that most records fit into: allocating one for each would take a fifth of the time. */
const usual = Buffer.allocUnsafeSlow(16_384);
