/** The manual page and the completions of the shells, made from the verbs' own help, so that they cannot be out of date. */
import type { Verb } from "../verb/verb.ts";

export interface VerbInWords {
	name: string;
	summary: string;
	usage: string;
	/** Options such as "--json". */
	options: string[];
	/** Words that may follow the verb, such as "add" after "accounts". */
	acts: string[];
}

export async function verbsInWords(verbs: Readonly<Record<string, () => Promise<Verb>>>): Promise<VerbInWords[]> {
	return Promise.all(
		Object.entries(verbs).map(async ([name, load]) => {
			const { summary, usage } = await load();
			const acts = [...usage.matchAll(new RegExp(`^gondola ${name} ([a-z]+(?:[|][a-z]+)*)(?![\\w.])`, "gm"))].flatMap(([, words]) =>
				words!.split("|"),
			);
			return {
				name,
				summary,
				usage,
				options: [...new Set(usage.match(/(?<![\w-])--[a-z][a-z-]*/g))].sort(),
				acts: [...new Set(acts)].sort(),
			};
		}),
	);
}

const roff = (text: string): string =>
	text
		.replaceAll("\\", "\\e")
		.replaceAll("-", "\\-")
		.replace(/^(['.])/gm, "\\&$1");

export function manualPage(verbs: readonly VerbInWords[], version: string): string {
	return [
		`.TH GONDOLA 1 "" "gondola ${version}" "Gondola"`,
		".SH NAME",
		"gondola \\- the gateway of a retail store",
		".SH SYNOPSIS",
		".B gondola",
		".I verb",
		"[options]",
		".SH VERBS",
		...verbs.flatMap(({ name, summary }) => [".TP", `.B ${name}`, roff(summary)]),
		".SH USAGE",
		...verbs.flatMap(({ usage }) => [".PP", ".nf", roff(usage), ".fi"]),
		".SH EXIT STATUS",
		"0 done, 1 refused or failed (one sentence on stderr says what to do), 2 wrong use, 3 done in part.",
		".SH FILES",
		".TP",
		".I /etc/gondola/gondola.yaml",
		roff("the configuration; gondola config reference lists every setting"),
		".TP",
		".I /var/lib/gondola",
		"everything the store knows",
		"",
	].join("\n");
}

export function bashCompletion(verbs: readonly VerbInWords[]): string {
	return [
		"# bash completion for gondola",
		"_gondola() {",
		'\tlocal word="${COMP_WORDS[COMP_CWORD]}"',
		'\tif [ "$COMP_CWORD" -eq 1 ]; then',
		`\t\tCOMPREPLY=($(compgen -W "${verbs.map(({ name }) => name).join(" ")} --help --version" -- "$word"))`,
		"\t\treturn",
		"\tfi",
		'\tcase "$word" in',
		"\t-*)",
		'\t\tcase "${COMP_WORDS[1]}" in',
		...verbs.map(({ name, options }) => `\t\t${name}) COMPREPLY=($(compgen -W "${options.join(" ")} --help" -- "$word")) ;;`),
		"\t\tesac",
		"\t\t;;",
		'\t*) COMPREPLY=($(compgen -f -- "$word")) ;;',
		"\tesac",
		'\tif [ "$COMP_CWORD" -eq 2 ]; then',
		'\t\tcase "${COMP_WORDS[1]}" in',
		...verbs
			.filter(({ acts }) => acts.length > 0)
			.map(({ name, acts }) => `\t\t${name}) COMPREPLY=($(compgen -W "${acts.join(" ")}" -- "$word")) ;;`),
		"\t\tesac",
		"\tfi",
		"}",
		"complete -F _gondola gondola",
		"",
	].join("\n");
}

export function zshCompletion(verbs: readonly VerbInWords[]): string {
	const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
	return [
		"#compdef gondola",
		"if (( CURRENT == 2 )); then",
		"\tlocal -a verbs",
		"\tverbs=(",
		...verbs.map(({ name, summary }) => `\t\t${quoted(`${name}:${summary.replaceAll(":", "\\:")}`)}`),
		"\t)",
		"\t_describe verb verbs",
		"else",
		'\tcase "$words[2]" in',
		...verbs.map(({ name, options, acts }) => `\t${name}) compadd -- ${[...acts, ...options].join(" ")} --help ;;`),
		"\tesac",
		"\t_files",
		"fi",
		"",
	].join("\n");
}

export function fishCompletion(verbs: readonly VerbInWords[]): string {
	const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
	const after = (name: string): string => `complete -c gondola -n '__fish_seen_subcommand_from ${name}'`;
	return [
		"# fish completion for gondola",
		...verbs.flatMap(({ name, summary, options, acts }) => [
			`complete -c gondola -f -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
			...acts.map((act) => `${after(name)} -a ${act}`),
			...options.map((option) => `${after(name)} -l ${option.slice(2)}`),
		]),
		"",
	].join("\n");
}
