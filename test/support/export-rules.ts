/** Rules about exports, as functions from sources to sentences: what a file exports, another one imports by name from that very file. */
import { dirname, join, normalize } from "node:path";
import { partsOf, type SourceFile } from "./tidy-rules.ts";

/** Codecs whose exports programs outside rely on. */
const keptForOthers = /^drivers\/scanner\/(aim|content|gs1\/[\w-]+)\.ts$/;

/** Tools for those who write drivers and tests of their own. */
const toolsForOthers: ReadonlySet<string> = new Set(["troubleText", "playTrace", "labelModels"]);

/** Checks that only the compiler looks at. */
const forCompiler = /[aA]grees?$|^namesApart$/;

interface Export {
	name: string;
	isType: boolean;
}

/** What a file exports under a name of its own. */
function exportsOf(bones: string): Export[] {
	const values = bones.matchAll(/^export (?:async )?(?:abstract )?(?:function\*?|const|let|class) ([\w$]+)/gm);
	const types = bones.matchAll(/^export (?:interface|type) ([\w$]+)/gm);
	return [
		...[...values].map(([, name]) => ({ name: name!, isType: false })),
		...[...types].map(([, name]) => ({ name: name!, isType: true })),
	];
}

/** Stands for all exports of a file. */
const everything = "*";

const namesIn = (text: string): string[] => text.match(/[A-Za-z_$][\w$]*/g) ?? [];

/** Names before `as` in the braces of an import or export. */
const importedIn = (braces: string): string[] =>
	braces
		.split(",")
		.map((each) => /^\s*(?:type\s+)?([\w$]+)/.exec(each)?.[1])
		.filter((name) => name !== undefined);

/**
 * What a file imports from others of ours, by their paths. Of a namespace (`import * as`) the members that are asked of it; where the
 * namespace is handed on, everything; where the file is loaded by `import()`, every name that is said here.
 */
function importsByName({ path, text }: SourceFile): Map<string, Set<string>> {
	const { code } = partsOf(text);
	const found = new Map<string, Set<string>>();
	const add = (asked: string, names: readonly string[]): void => {
		const from = normalize(join(dirname(path), asked));
		const known = found.get(from) ?? new Set();
		for (const name of names) known.add(name);
		found.set(from, known);
	};
	for (const [, braces, asked] of code.matchAll(/\b(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s*from\s*["'](\.[^"'\n]+)["']/g))
		add(asked!, importedIn(braces!));
	for (const [whole, namespace, asked] of code.matchAll(/\bimport\s+(?:type\s+)?\*\s*as\s+([\w$]+)\s+from\s*["'](\.[^"'\n]+)["']/g)) {
		const rest = code.replace(whole, "");
		const members = [...rest.matchAll(new RegExp(`(?<![\\w$.])${namespace}\\.([\\w$]+)`, "g"))].map(([, name]) => name!);
		const isHandedOn = new RegExp(`(?<![\\w$]|(?<!\\.\\.)\\.)${namespace}(?![\\w$.])`).test(rest);
		add(asked!, isHandedOn ? [everything] : members);
	}
	for (const [, asked] of code.matchAll(/\bexport\s+\*\s*(?:as\s+[\w$]+\s+)?from\s*["'](\.[^"'\n]+)["']/g)) add(asked!, [everything]);
	for (const [, asked] of code.matchAll(/\bimport\(\s*["'](\.[^"'\n]+)["']/g)) add(asked!, namesIn(code));
	return found;
}

/**
 * Exports that no other file imports, or only tests do while their own file does without them. A type may stand for itself where its own
 * file uses it: a signature does.
 */
export function unusedExports(files: readonly SourceFile[]): string[] {
	const byPrograms = new Map<string, Set<string>>();
	const byTests = new Map<string, Set<string>>();
	for (const file of files) {
		const by = file.path.startsWith("test/") ? byTests : byPrograms;
		for (const [from, names] of importsByName(file)) by.set(from, new Set([...(by.get(from) ?? []), ...names]));
	}
	return files
		.filter(({ path }) => /^(src|drivers)\//.test(path) && !keptForOthers.test(path))
		.flatMap(({ path, text }) => {
			const { bones, code } = partsOf(text);
			const said = namesIn(code);
			const isUsedHere = (name: string): boolean => said.filter((each) => each === name).length > 1;
			// A namespace that is handed on passes its values on, not its types.
			const isImported = (by: Map<string, Set<string>>, name: string, isType = false): boolean =>
				by.get(path)?.has(name) === true || (!isType && by.get(path)?.has(everything) === true);
			return exportsOf(bones).flatMap(({ name, isType }) => {
				if (forCompiler.test(name) || toolsForOthers.has(name) || isImported(byPrograms, name, isType)) return [];
				if (isType)
					return isUsedHere(name) || isImported(byTests, name, isType) ? [] : [`${path} exports type ${name}, which nobody names.`];
				if (!isImported(byTests, name)) return [`${path} exports ${name}, which nobody else imports.`];
				return isUsedHere(name) ? [] : [`${path} exports ${name}, which only tests call.`];
			});
		});
}
