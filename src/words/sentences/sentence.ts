/**
 * The sentences of refusals that name things of the store, in another language. A refusal is made in English; a table has that sentence
 * with a place for each thing, and the sentence of the other language with the same places:
 *
 *     ["No store is enrolled as {store}.", "没有登记为 {store} 的门店。"]
 *
 * `{store}` stands for any text and is repeated as it is. `{~why}` stands for words of the program's own, which the table says too.
 */
export type SentenceTable = readonly (readonly [english: string, other: string])[];

/** Undefined for a sentence that no table has. */
export type Say = (english: string) => string | undefined;

interface Template {
	/** The texts around the places; one more than there are places. */
	around: readonly string[];
	places: readonly string[];
	other: string;
}

/** No sentence of this program is longer; a longer text is not looked up. */
const longest = 4_000;
/** Words within words of a sentence. */
const deepest = 3;
const place = /\{(~?\w+)\}/;
const bare = (name: string): string => name.replace("~", "");

function templateOf([english, other]: SentenceTable[number]): Template {
	const parts = english.split(place);
	return { around: parts.filter((_, i) => i % 2 === 0), places: parts.filter((_, i) => i % 2 === 1).map(bare), other };
}

const fixedLength = ({ around }: Template): number => around.reduce((sum, text) => sum + text.length, 0);

/** The thing at each place; undefined where the text is another sentence. Each part is looked for once, from left to right. */
function thingsIn(text: string, { around, places }: Template): Map<string, string> | undefined {
	if (!text.startsWith(around[0]!)) return undefined;
	const things = new Map<string, string>();
	let at = around[0]!.length;
	for (const [i, name] of places.entries()) {
		const next = around[i + 1]!;
		const isLast = i === places.length - 1;
		const end = isLast ? text.length - next.length : text.indexOf(next, at);
		if (end < at || (isLast && !text.endsWith(next))) return undefined;
		things.set(name, text.slice(at, end));
		at = end + next.length;
	}
	return at === text.length ? things : undefined;
}

/** The sentence with the most words of its own is tried first, so that `{a}: {b}.` is only for what no other one fits. */
export function sayIn(...tables: readonly SentenceTable[]): Say {
	const templates = tables.flat().map(templateOf);
	templates.sort((a, b) => fixedLength(b) - fixedLength(a));
	const say = (text: string, depth: number): string | undefined => {
		if (text.length > longest) return undefined;
		for (const template of templates) {
			const things = thingsIn(text, template);
			if (!things) continue;
			return template.other.replace(/\{(~?\w+)\}/g, (_, name: string) => {
				const thing = things.get(bare(name)) ?? "";
				return name.startsWith("~") && depth < deepest ? (say(thing, depth + 1) ?? thing) : thing;
			});
		}
		return undefined;
	};
	return (english) => say(english, 0);
}
