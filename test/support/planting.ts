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
const words = new Set(
	"await break case const continue delete else false for function if in instanceof let new null of return this throw true try typeof undefined void while".split(
		" ",
	),
);

/**
 * Matches the same tokens with any white space between them, and with or without the comma that a formatter puts before a closing bracket.
 * With `names` also where variables have other names, each the same one throughout: `names` gets the variables in the order of their groups.
 */
function anyLayout(text: string, names?: string[]): RegExp {
	const found = text.match(tokens) ?? [];
	const kept = found.filter((token, n) => !(token === "," && /^[)\]}]$/.test(found[n + 1] ?? "")));
	const parts = kept.map((token, n) => {
		if (/^[)\]}]$/.test(token)) return `,?\\s*${escaped(token)}`;
		if (!names || !/^[a-z_$][\w$]*$/i.test(token) || words.has(token) || /^(?:\.|\?\.)$/.test(kept[n - 1] ?? "")) return escaped(token);
		const known = names.indexOf(token);
		if (known !== -1) return `\\${known + 1}(?![\\w$])`;
		names.push(token);
		return "(?<![\\w$.])([A-Za-z_$][\\w$]*)";
	});
	return new RegExp(parts.join("\\s*"), "g");
}

/** From the declaration of `name` to the next declaration that is no deeper; the whole text without a name. */
function regionOf(text: string, name: string | undefined): { from: number; to: number } {
	if (name === undefined) return { from: 0, to: text.length };
	const tail = `${name}\\b *(?:<[^>\\n]*>)?(?:\\(| = |: )`;
	// A function before a member of the same name: the type that describes it stands above it.
	const declared =
		new RegExp(`^(\\t*)(?:export )?(?:async )?(?:function\\*? |const |class )${tail}`, "m").exec(text) ??
		new RegExp(`^(\\t*)(?:async )?${tail}`, "m").exec(text);
	if (!declared) return { from: 0, to: 0 };
	const from = declared.index;
	const next = new RegExp(`^\\t{0,${declared[1]!.length}}[^\\s)}\\]/*].*`, "gm");
	next.lastIndex = from + declared[0].length;
	return { from, to: next.exec(text)?.index ?? text.length };
}

/**
 * The text with the mistake in it; undefined where `find` does not stand just once. Inside a named function its variables may have been
 * renamed meanwhile: then the mistake uses their names of today.
 */
export function patched(text: string, { in: name, find, put }: Patch): string | undefined {
	const { from, to } = regionOf(text, name);
	const region = text.slice(from, to);
	const names: string[] = [];
	let found = [...region.matchAll(anyLayout(find))];
	if (found.length === 0 && name !== undefined) found = [...region.matchAll(anyLayout(find, names))];
	if (found.length !== 1) return undefined;
	const [match] = found as [RegExpExecArray];
	const today = new Map(names.map((old, n) => [old, match[n + 1]!]));
	const mistake = put.replace(tokens, (token, at: number) => (put[at - 1] === "." ? token : (today.get(token) ?? token)));
	const at = from + match.index;
	return text.slice(0, at) + mistake + text.slice(at + match[0].length);
}
