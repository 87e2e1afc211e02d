import canonicalize from "canonicalize";

/** The canonical text of a value (RFC 8785). Throws TypeError for a value that JSON does not have (NaN, a lone surrogate, undefined). */
export function canonicalText(value: unknown): string {
	let text: string | undefined;
	try {
		text = canonicalize(value);
	} catch (error) {
		throw new TypeError(`a value that JSON cannot say: ${(error as Error).message}`);
	}
	if (text === undefined) throw new TypeError("a value that JSON cannot say");
	return text;
}
