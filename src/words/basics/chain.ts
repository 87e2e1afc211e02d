/** The chain of a stream (LINK, Streams), which the store writes and both ends of the link check. */
import { hash } from "node:crypto";

/** The hash before the first record of every chain. */
export const genesis = "0".repeat(32);

/**
 * hash[n] = first 16 bytes of sha256(hash[n-1] ‖ canonical text of record n), in hex. Any edit, loss or fork of the past changes it.
 */
export function nextHash(previous: string, text: string): string {
	const bytes = Buffer.allocUnsafe(16 + Buffer.byteLength(text));
	bytes.write(previous, 0, 16, "hex");
	bytes.write(text, 16, "utf8");
	return hash("sha256", bytes, "hex").slice(0, 32);
}
