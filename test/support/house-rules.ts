/** Rules about words and size, as functions from sources to sentences, so that a rule can be shown to fail on a planted fault. */
import { basename, dirname, join, normalize } from "node:path";
import { partsOf, type SourceFile } from "./tidy-rules.ts";

/** Columns of a line: characters, a tab counts one. */
export const widestLine = 140;

/** Files in a folder before it wants an inner wall. */
export const fullestFolder = 14;

/** Folders whose files are all of one kind, and many: one command-line verb, one migration, one decision a file. */
const ofOneKind = /^(src\/cli|src\/[a-z]+\/migrations|src\/decisions)$/;

/**
 * Names that the glossary retired: file names, and identifiers by a pattern, each in the rooms where the word had its old
 * meaning. SQL and wire names stand in strings and are not asked; `comment` is what comments may not say. `instead` is what a reader
 * should find.
 */
export const retired: readonly { room: RegExp; file?: RegExp; identifier?: RegExp; comment?: RegExp; instead: string }[] = [
	{
		room: /^src\/ledger\//,
		file: /^(aside|sound|examine|seal|head-file|salvage|tending|thinning|told|unread|marks)\.ts$/,
		instead:
			"idle-work, integrity-check, checksum-file, high-water-mark, recovery, maintenance, retention, received-log, scan-backlog, checkpoints",
	},
	{ room: /^src\/words\//, file: /^(lasting|marks)\.ts$/, instead: "live-prices, checkpoints" },
	{
		room: /^src\/broker\//,
		file: /^(outlet|arrivals|lean|quiet-bus|derived|live|durable|serving|answers|tally|receipts|plain)\.ts$/,
		instead: "the names of src/GLOSSARY.md",
	},
	{
		room: /^src\/hq\//,
		file: /^(counting|left-out|parting|learned.*|agreeing|sharing|shards|one-owner|branch|book)\.ts$/,
		instead: "the names of src/GLOSSARY.md",
	},
	{ room: /^src\/faces\//, file: /^(hands|sayings)\.ts$/, instead: "worker-pool, fields-in-words" },
	{
		room: /^(src|drivers)\//,
		file: /^told\.tsx?$/,
		identifier: /\b(told|aside)\b|\btell(s|ing)?(?=\b|[A-Z])\w*/,
		instead: "by what it is; announce, send, post",
	},
	{
		room: /^(src|drivers|test)\//,
		identifier: /\b([a-z]\w*)?Branch(es|Port|Status)?\b|\bbranch(es)?\b/,
		instead: "StoreSession; fork; store",
	},
	{ room: /^src\/(link|uplink|broker|hq)\//, comment: /\b(put|kept) aside\b/, instead: "parked, held" },
	{ room: /^src\/(epos|replica|hq)\//, identifier: /\blastTold\b/, instead: "sent, announced" },
	{ room: /^src\//, identifier: /\bhappenings?\b|\bHappening\w*\b/i, instead: "event" },
	{ room: /^src\/(link|uplink|hq)\//, identifier: /\b(Act|Acts)\b|\bacts\.push\b/, instead: "effect" },
	{ room: /^src\/(link|ledger|hq|flows|uplink)\//, identifier: /\b(lasting|Lasting)\w*\b/, instead: "live prices" },
	{ room: /^src\/faces\//, identifier: /\b(hireHands|Sayings?|sayings?)\b/, instead: "worker pool; fields in words" },
	{
		room: /^src\/ledger\//,
		identifier: /\b([sS]alvage|[tT]end(ed|ing)?|[tT]hin(ned|ning)?|Aside|headFile|noteHead|unsealed|Told)(?=[A-Z]\w*|\b)/,
		comment: /\b(salvag\w+|tending|thinn\w+|head file|from the dead)\b/,
		instead: "recovery, maintenance, retention, idle work, high-water mark, checksum file, received log",
	},
	{
		room: /^src\/(flows|floor|words)\//,
		file: /^counting\.ts$/,
		identifier: /\b(countingAt|saidOf)\b/,
		instead: "priceInstantOf; by what it is",
	},
	{ room: /^src\/link\//, identifier: /\b(mark|learn\w*|saidOf)\b/, instead: "received; position or checkpoint; by what it is" },
	{
		room: /^src\/broker\//,
		identifier: /\b(open)?Outlet\b|\bquietBus\b|\bTally\b|\btally\b/,
		instead: "write buffer, internal emitter, counters",
	},
	{
		room: /^src\/(hq|link)\//,
		identifier: /\b(leftOut|LeftOut|parting|Parting|agreeing|Agreeing)\w*\b/,
		instead: "snapshot progress, reconcile, handshake",
	},
	{
		room: /^src\/(hq|link)\//,
		identifier: /\b(teller|tend|isItsWord|everybodysWord|anybodysWord|wordOfHq|ownWordOnly|sayAgain|[bB]ury)\b/,
		instead: "announce (records), notify (people), maintain, judge, signature check, resend, dead letters",
	},
];

/** The program with its strings emptied: what is left of words are names. */
const namesOf = (text: string): string => partsOf(text).bones;

export function retiredWords({ path, text }: SourceFile): string[] {
	const names = namesOf(text);
	return retired.flatMap(({ room, file, identifier, comment, instead }) => {
		if (!room.test(path)) return [];
		if (file?.test(basename(path))) return [`${path} has a retired file name; now: ${instead}.`];
		const comments = comment ? (partsOf(text).comments.match(new RegExp(comment.source, "gi")) ?? []) : [];
		const found = [...(names.match(new RegExp(identifier?.source ?? "(?!)", `${identifier?.flags ?? ""}g`)) ?? []), ...comments];
		return found.length > 0 ? [`${path} uses ${[...new Set(found)].join(", ")}; now: ${instead}.`] : [];
	});
}

/** Programs in which no comment opens with "What" or "Its". */
const withNouns = /^(drivers|src)\//;

/**
 * Comments that open with "What" or "Its": such a sentence has no noun of its own, and an outsider looks for it in the code. A comment opens
 * with its first line; the lines below go on.
 */
export function nounlessComments({ path, text }: SourceFile): string[] {
	if (!withNouns.test(path)) return [];
	const lines = text.split("\n");
	const goesOn = (i: number): boolean => /^\s*\/\//.test(lines[i]!) && /^\s*\/\//.test(lines[i - 1] ?? "");
	return lines.flatMap((line, i) => {
		const opens = /(?:^\s*\/\*\*?|(?:^|\s)\/\/) (What|Its)\b/.test(line) && !goesOn(i);
		const opensBelow = /^\s*\/\*\*?$/.test(line) && /^\s*\*? (What|Its)\b/.test(lines[i + 1] ?? "");
		return opens || opensBelow ? [`${path}:${i + 1} opens a comment with "What" or "Its": say subject, verb and noun.`] : [];
	});
}

export function wideLines({ path, text }: SourceFile): string[] {
	if (!/^(src|drivers)\//.test(path)) return [];
	return text
		.split("\n")
		.flatMap((line, i) => ([...line].length > widestLine ? [`${path}:${i + 1} has ${[...line].length} columns.`] : []));
}

/** Prose of a page. Tables, headings, HTML and what stands in fences may be wider, and so may pages that a script makes. */
export function wideProse({ path, text }: SourceFile): string[] {
	if (/^(drivers\/TROUBLES|config\/REFERENCE)\.md$/.test(path)) return [];
	let isFenced = false;
	return text.split("\n").flatMap((line, i) => {
		if (/^\s*(```|~~~)/.test(line)) isFenced = !isFenced;
		const columns = [...line].length;
		return isFenced || columns <= widestLine || /^\s*[|#<]/.test(line) ? [] : [`${path}:${i + 1} has ${columns} columns.`];
	});
}

/** An optional member is written by `defined`; a spread under another condition by `&&`, without an empty object for the other case. */
export function optionalMembers({ path, text }: SourceFile): string[] {
	if (!/^(src|drivers)\//.test(path)) return [];
	const { bones } = partsOf(text);
	const emptyElse = bones.match(/\.\.\.\((?:[^;{}]{0,200}? \? \{\} :|(?:(?!\.\.\.\()[^;]){0,200}?\} : \{\}\))/g) ?? [];
	// Drivers know nothing of `src/words/`, where `defined` is.
	const own = path.startsWith("src/") ? (bones.match(/\.\.\.\(([\w$.?]+) !== undefined && \{ (?:[\w$]+: )?\1 \}\)/g) ?? []) : [];
	return [
		...emptyElse.map((spread) => `${path} has ${spread}: say it with &&.`),
		...own.map((spread) => `${path} has ${spread}: say it with defined({ … }).`),
	];
}

/** Folders of programs with too many files to be looked over. */
export function crowdedFolders(paths: readonly string[]): string[] {
	const files = new Map<string, number>();
	for (const path of paths) if (/^(src|drivers)\//.test(path)) files.set(dirname(path), (files.get(dirname(path)) ?? 0) + 1);
	return [...files]
		.filter(([folder, count]) => count > fullestFolder && !ofOneKind.test(folder))
		.map(([folder, count]) => `${folder} has ${count} files; it wants an inner wall.`);
}

/** Lines of a function's body, from its opening brace to its closing one. One that is longer is taken apart into named functions. */
export const longestFunction = 80;

/** Whether a brace that follows this text opens the body of a function, and not an object, a type, a class, or the block of a statement. */
function opensBody(before: string): boolean {
	if (before.endsWith("=>")) return true;
	if (/(^|\n)(export )?(abstract )?class [^{}]*$/.test(before)) return false;
	const head = /([\w$]*)\s*(?:<[^()]*>)?\(([^()]|\((?:[^()]|\([^()]*\))*\))*\)(?:\s*:\s*(?:[^;={}()]|=>|\{[^{}]*\}|\([^()]*\))+)?$/.exec(
		before,
	);
	return head !== null && !/^(if|for|while|switch|catch|with)$/.test(head[1]!);
}

/** Functions that are too long, by the line where their body begins. */
export function longFunctions({ path, text }: SourceFile): string[] {
	if (!/^(src|drivers)\//.test(path)) return [];
	const { outline } = partsOf(text);
	const opened: number[] = [];
	const found: string[] = [];
	for (let at = 0; at < outline.length; at += 1) {
		if (outline[at] === "{") opened.push(at);
		if (outline[at] !== "}") continue;
		const from = opened.pop();
		if (from === undefined) continue;
		const lines = outline.slice(from, at).split("\n").length;
		if (lines <= longestFunction || !opensBody(outline.slice(Math.max(0, from - 2_000), from).trimEnd())) continue;
		found.push(`${path}:${outline.slice(0, from).split("\n").length} has a function of ${lines} lines; it wants named parts.`);
	}
	return found;
}

/**
 * Files of ours that comments name, or a Markdown text, and that do not exist. A name counts when it has a folder, or ends with our kinds of
 * program.
 */
export function citedFilesMissing({ path, text }: SourceFile, all: ReadonlySet<string>, names: ReadonlySet<string>): string[] {
	const said = path.endsWith(".md") ? text : partsOf(text).comments;
	const cited = said.match(/(?<![\w./:@*{}<>…-])(?:\.{0,2}\/)*(?:[\w-]+\/)*[\w-]+\.(?:ts|tsx|md|css|cjs)\b/g) ?? [];
	return [...new Set(cited)].flatMap((name) => {
		const bare = name.replace(/^(\.{0,2}\/)+/, "");
		const places = [bare, join("src", bare), normalize(join(dirname(path), name))];
		if (places.some((place) => all.has(place)) || (!bare.includes("/") && names.has(bare))) return [];
		return [...all].some((place) => place.endsWith(`/${bare}`)) ? [] : [`${path} names ${name}, which does not exist.`];
	});
}

/** Relative links of a Markdown text that lead to no file or folder. */
export function deadLinks({ path, text }: SourceFile, all: ReadonlySet<string>): string[] {
	const links = [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)].map(([, to]) => to!).filter((to) => !/^[a-z]+:/.test(to));
	const isThere = (place: string): boolean => all.has(place) || [...all].some((file) => file.startsWith(`${place}/`));
	return links
		.filter((to) => !isThere(normalize(join(dirname(path), to)).replace(/\/$/, "")))
		.map((to) => `${path} links to ${to}, which does not exist.`);
}

/** Numbers of rules in such a text as "LINK rules 7, 8 and 10". */
const rulesCited = (text: string, before: string): string[] =>
	[...text.matchAll(new RegExp(`${before}rules? (\\d+(?:(?:, | and |, and )\\d+)*)`, "g"))].flatMap(
		([, numbers]) => numbers!.match(/\d+/g)!,
	);

/** "LINK rule 7" names a rule that LINK.md has, as a numbered line, and "LINK, Streams" one of its headings; within `src/link/` also "rule 7". */
export function unknownLinkRules({ path, text }: SourceFile, specification: string): string[] {
	const known = new Set([...specification.matchAll(/^(\d+)\. /gm)].map(([, n]) => n));
	const headings = new Set([...specification.matchAll(/^## (\w+)/gm)].map(([, heading]) => heading));
	const cited = rulesCited(text, /^src\/link\/.*\.md$/.test(path) ? "" : "LINK ");
	const places = [...text.matchAll(/\bLINK, ([A-Z][a-z]+)\b/g)].map(([, heading]) => heading);
	return [
		...cited.filter((n) => !known.has(n)).map((n) => `${path} cites LINK rule ${n}, which LINK.md does not have.`),
		...places
			.filter((heading) => !headings.has(heading))
			.map((heading) => `${path} cites "LINK, ${heading}", which LINK.md does not have.`),
	];
}

/** Rules of LINK.md whose number is not the next one. */
export const doubleRules = (specification: string): string[] =>
	[...specification.matchAll(/^(\d+)\. /gm)].flatMap(([, n], at) => (Number(n) === at + 1 ? [] : [`rule ${n} stands at place ${at + 1}`]));

/** Tables of a machine in which a pair of state and event may be left out: it would compile. */
export function partialTransitions({ path, text }: SourceFile): string[] {
	if (!/^(src|drivers)\//.test(path)) return [];
	return [...partsOf(text).bones.matchAll(/\bRecord<\w*State, (?:Readonly<)?Partial</g)].map(
		() => `${path} has a table of states with pairs left out: write null, or refuse.`,
	);
}
