import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** One change of a source while it is loaded. Both texts are compared token by token, so that formatting does not matter. */
export interface Patch {
	/** From the repository's root. */
	file: string;
	/** The function, method or constant in which `find` stands; left out: anywhere in the file. */
	in?: string;
	/** Stands there exactly once. */
	find: string;
	put: string;
}

/**
 * Mistakes a hand might make in the link, each as a change of its source while it is loaded: the programs themselves carry no
 * branch for a test. A promise that never notices its mistake proves nothing.
 */
export interface Mutant {
	name: string;
	patches: Patch[];
	/** Names of promises, one of which must break. */
	breaks: string[];
	/** The disaster in which alone it shows. */
	disaster?: string;
	profile?: string;
	bulky?: boolean;
	/** The everyday fault it takes. */
	emphasis?: string;
	/** Played with so many stores that come back at once, instead of with a few. */
	crowd?: number;
}

const root = resolve(import.meta.dirname, "../../../..");

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

/** Patches that no longer fit: the link changed, and the mutant must follow. */
export function misfits(mutant: Mutant): string[] {
	return mutant.patches
		.filter((patch) => patched(readFileSync(resolve(root, patch.file), "utf8"), patch) === undefined)
		.map(({ file, in: name, find }) => `${file}${name === undefined ? "" : `, ${name},`} does not say, just once: ${find}`);
}

/** From now on `import(url + "?mutant=name")` loads that module, and everything of ours it imports, with the mistake in it. */
export function plantMutants(mutants: readonly Mutant[]): void {
	const nameOf = (url: string | undefined): string | null => (url?.startsWith("file:") ? new URL(url).searchParams.get("mutant") : null);
	registerHooks({
		resolve(specifier, context, next) {
			const resolved = next(specifier, context);
			const name = nameOf(context.parentURL);
			if (name === null || !resolved.url.startsWith("file:") || resolved.url.includes("/node_modules/")) return resolved;
			return { ...resolved, url: `${resolved.url}?mutant=${encodeURIComponent(name)}` };
		},
		load(url, context, next) {
			const name = nameOf(url);
			const loaded = next(url, context);
			const mutant = mutants.find((each) => each.name === name);
			if (!mutant) return loaded;
			const path = fileURLToPath(url.split("?")[0]!);
			const own = mutant.patches.filter(({ file }) => resolve(root, file) === path);
			return { ...loaded, source: own.reduce((text, patch) => patched(text, patch) ?? text, String(loaded.source)) };
		},
	});
}
