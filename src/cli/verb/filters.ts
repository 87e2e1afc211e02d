/** Filters of the lists: `--state`, `--sku`, `--type`, `--since`, `--limit`. A list takes those that mean something for it. */
import { didYouMean } from "./verb.ts";

export const filterUsage = {
	state: (states: readonly string[]): string => `  --state S    only those: ${states.join(", ")}; several with commas`,
	sku: "  --sku SKU    only those of this article",
	type: (what: string): string => `  --type T     only this ${what}; several with commas`,
	since: "  --since T    only what is so since then: 30m, 12h, 7d, or 2026-11-28T09:30:00Z",
	limit: "  --limit N    at most so many",
} as const;

/** Thrown for a filter that was typed wrong; ends the verb with exit code 2. */
export class FilterWrong extends Error {}

/** Words separated by commas, each one of `known` where that is given; upper and lower case are equal. */
export function wordsIn(option: string, text: string | undefined, known?: readonly string[]): string[] | undefined {
	if (text === undefined) return undefined;
	return text.split(",").map((typed) => {
		const word = typed.trim();
		if (word === "") throw new FilterWrong(`${option} names nothing; leave it out for all.`);
		if (known === undefined) return word;
		const found = known.find((each) => each.toLowerCase() === word.toLowerCase());
		if (found === undefined) throw new FilterWrong(`${option} knows ${known.join(", ")}, not ${word}${didYouMean(word, known)}`);
		return found;
	});
}

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The instant that a text means: an age, or a time with its zone. */
export function sinceIn(text: string | undefined, nowMs = Date.now()): string | undefined {
	if (text === undefined) return undefined;
	const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
	if (count !== undefined) return new Date(nowMs - Number(count) * unitMs[unit!]!).toISOString();
	const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
	if (Number.isNaN(ms)) throw new FilterWrong(`--since ${text} is no time; write 30m, 12h, 7d, or 2026-11-28T09:30:00Z.`);
	return new Date(ms).toISOString();
}

export function limitIn(text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	const limit = Number(text);
	if (!/^\d{1,7}$/.test(text) || limit < 1) throw new FilterWrong(`--limit ${text} is no number from 1 up.`);
	return limit;
}
