/**
 * The dotted path to a lone surrogate (`"\ud800"`) in a value that was JSON; undefined when there is none. JSON can spell half a character,
 * UTF-8 cannot, and a fact with it could not be hashed.
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

/** Whether a name has a visible character: spaces and zero-width characters are not visible. */
export const isVisible = (text: string): boolean =>
	/[\p{L}\p{N}\p{P}\p{S}]/u.test(text.replaceAll(/[\p{Default_Ignorable_Code_Point}\u2800]/gu, ""));
