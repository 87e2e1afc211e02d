/**
 * Where a value that was JSON holds half a character (a lone surrogate, `"\ud800"`), which JSON can spell and UTF-8 cannot: a fact with
 * it could not be hashed. A dotted path, or undefined.
 */
export function halfCharacterIn(value: unknown, path = ""): string | undefined {
	if (typeof value === "string") return value.isWellFormed() ? undefined : path || "the text";
	if (typeof value !== "object" || value === null) return undefined;
	for (const [name, member] of Object.entries(value)) {
		const at = path === "" ? name : `${path}.${name}`;
		const found = name.isWellFormed() ? halfCharacterIn(member, at) : path || "a name";
		if (found !== undefined) return found;
	}
	return undefined;
}
