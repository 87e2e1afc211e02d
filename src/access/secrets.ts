/** Secrets: session and API tokens, and codes that people type. Only their digests are kept. */
import { createHash, randomBytes, randomInt, timingSafeEqual } from "node:crypto";

/** `gt_`: an API token; `gs_`: a session; `gr_`: the token of a copy (src/replica). 256 random bits, so that their digest needs no salt. */
export function newSecret(prefix: "gt_" | "gs_" | "gr_"): string {
	return prefix + randomBytes(32).toString("base64url");
}

export function digestOf(secret: string): string {
	return createHash("sha256").update(secret).digest("hex");
}

/** Compares two secrets in a time that does not depend on where they differ, nor on their lengths. */
export function sameSecret(a: string, b: string): boolean {
	return timingSafeEqual(createHash("sha256").update(a).digest(), createHash("sha256").update(b).digest());
}

/** Letters and digits without those that people confuse. */
const alphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A code such as `K7QF-2M9X-WD4T`: 12 characters of 30, 58 bits. */
export function newCode(): string {
	const signs = Array.from({ length: 12 }, () => alphabet[randomInt(alphabet.length)]!).join("");
	return signs.replace(/(.{4})(?=.)/g, "$1-");
}

/** Brings a typed code into one form: people write small letters, leave dashes out, add blanks. */
export function codeAsTyped(text: string): string {
	return text.toUpperCase().replace(/[\s-]/g, "");
}
