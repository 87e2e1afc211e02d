/** One change of a source, for mistakes that a test must notice: planted by the name of a function, so that a rename is one word. */

/** Both texts are compared token by token, so that formatting does not matter. */
export interface Patch {
	/** From the repository's root. */
	file: string;
	/** The function, method or constant in which `find` stands; left out: anywhere in the file. */
	in?: string;
	/** Stands there exactly once. */
	find: string;
	put: string;
}

const tokens =
	/[A-Za-z_$][\w$]*|\d[\w.]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`|=>|\.\.\.|[=!<>]==?|&&|\|\||\?\?=?|[+\-*/%&|^]=|\*\*|\+\+|--|\S/g;

const escaped = (token: string): string => token.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/**
 * Matches the same tokens with any white space between them, and with or without the comma that a formatter puts before a closing bracket.
 */
function anyLayout(text: string): RegExp {
	const found = text.match(tokens) ?? [];
	const kept = found.filter((token, n) => !(token === "," && /^[)\]}]$/.test(found[n + 1] ?? "")));
	return new RegExp(kept.map((token) => (/^[)\]}]$/.test(token) ? `,?\\s*${escaped(token)}` : escaped(token))).join("\\s*"), "g");
}

/** From the declaration of `name` to the next declaration that is no deeper; the whole text without a name. */
function regionOf(text: string, name: string | undefined): { from: number; to: number } {
	if (name === undefined) return { from: 0, to: text.length };
	const declared = new RegExp(
		`^(\\t*)(?:export )?(?:async )?(?:function\\*? |const |class )?${name}\\b *(?:<[^>\\n]*>)?(?:\\(| = |: )`,
		"m",
	).exec(text);
	if (!declared) return { from: 0, to: 0 };
	const from = declared.index;
	const next = new RegExp(`^\\t{0,${declared[1]!.length}}[^\\s)}\\]/*].*`, "gm");
	next.lastIndex = from + declared[0].length;
	return { from, to: next.exec(text)?.index ?? text.length };
}

/** The text with the mistake in it; undefined where `find` does not stand just once. */
export function patched(text: string, { in: name, find, put }: Patch): string | undefined {
	const { from, to } = regionOf(text, name);
	const region = text.slice(from, to);
	const found = [...region.matchAll(anyLayout(find))];
	if (found.length !== 1) return undefined;
	const at = from + found[0]!.index;
	return text.slice(0, at) + put + text.slice(at + found[0]![0].length);
}
