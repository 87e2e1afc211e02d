import { type AiRow, aiTable } from "./ai-table.ts";

/** One part of an element's value: its characters, how many, and the checks on them. */
export interface Component {
	/** N digits, X CSET 82, Y CSET 39, Z CSET 64 with padding. */
	set: "N" | "X" | "Y" | "Z";
	least: number;
	most: number;
	optional: boolean;
	checks: readonly string[];
}

export interface AiEntry {
	ai: string;
	title: string;
	/** Known length: no FNC1 follows (General Specifications, figure 7.8.5-2). */
	predefined: boolean;
	/** May stand in the query of a Digital Link. */
	dataAttribute: boolean;
	components: readonly Component[];
	least: number;
	most: number;
	/** Each row must hold: one of its alternatives, each a set of AIs that must all be there. "31nn" is any AI that begins 31. */
	requires: readonly (readonly (readonly string[])[])[];
	excludes: readonly string[];
	/** For a Digital Link primary key: its alternative sequences of qualifiers, in order. */
	qualifiers?: readonly (readonly string[])[];
}

function componentOf(text: string): Component {
	const match = /^(\[?)([NXYZ])(\.\.)?(\d+)\]?((?:,\w+)*)$/.exec(text);
	if (!match) throw new SyntaxError(`not a component: ${text}`);
	const [, bracket, set, upTo, length, checks = ""] = match;
	return {
		set: set as Component["set"],
		least: upTo ? 1 : Number(length),
		most: Number(length),
		optional: bracket === "[",
		checks: checks.split(",").slice(1),
	};
}

function entryOf(ai: string, [, flags, format, attributes, title]: AiRow): AiEntry {
	const components = format.split(" ").map(componentOf);
	const words = attributes.split(" ");
	const valuesOf = (key: string) => words.filter((word) => word.startsWith(`${key}=`)).map((word) => word.slice(key.length + 1));
	const isKey = words.some((word) => word === "dlpkey" || word.startsWith("dlpkey="));
	const qualifiers = valuesOf("dlpkey")[0]
		?.split("|")
		.map((sequence) => sequence.split(","));
	return {
		ai,
		title,
		predefined: flags.includes("*"),
		dataAttribute: flags.includes("?"),
		components,
		least: components.reduce((sum, component) => sum + (component.optional ? 0 : component.least), 0),
		most: components.reduce((sum, component) => sum + component.most, 0),
		requires: valuesOf("req").map((row) => row.split(",").map((alternative) => alternative.split("+"))),
		excludes: valuesOf("ex").flatMap((row) => row.split(",")),
		...(isKey && { qualifiers: qualifiers ?? [] }),
	};
}

/** The row of each AI. Rows are read when an AI is first asked for: most stores meet a dozen of the five hundred. */
const rows = new Map<string, AiRow>();
for (const row of aiTable) {
	const [first = "", last = first] = row[0].split("-");
	for (let number = Number(first); number <= Number(last); number++) rows.set(String(number).padStart(first.length, "0"), row);
}
const entries = new Map<string, AiEntry>();

/** The first two digits decide how long an AI is, also for AIs that GS1 has not given out yet. */
const lengthByPrefix = new Map([...rows.keys()].map((ai) => [ai.slice(0, 2), ai.length]));

export function findAi(ai: string): AiEntry | undefined {
	const known = entries.get(ai);
	const row = known ? undefined : rows.get(ai);
	if (!row) return known;
	const entry = entryOf(ai, row);
	entries.set(ai, entry);
	return entry;
}

/** The AI that the data begins with, or undefined when there is none such. */
export function aiAtStartOf(data: string): AiEntry | undefined {
	const length = lengthByPrefix.get(data.slice(0, 2));
	return length === undefined ? undefined : findAi(data.slice(0, length));
}

/** "310n" fits 3100 to 3109, "31nn" every AI of four digits that begins 31. */
export function fitsPattern(ai: string, pattern: string): boolean {
	return ai.length === pattern.length && [...pattern].every((sign, at) => sign === "n" || sign === ai[at]);
}
