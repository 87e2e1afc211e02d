import { readFileSync } from "node:fs";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { readSecretFile } from "../../access/secret-file.ts";
import { nearest } from "../../config/nearest.ts";
import { useBox } from "./box.ts";
import { usageFor } from "./usage.ts";

/** One word of the command line. Exit 0 done, 1 refused or failed, 2 wrong usage. */
export interface Verb {
	summary: string;
	usage: string;
	run(args: string[]): Promise<number>;
}

export function fail(code: 1 | 2, sentence: string): number {
	process.stderr.write(`gondola: ${sentence}\n`);
	return code;
}

export function say(text: string): void {
	process.stdout.write(`${text}\n`);
}

/** A token never needs to stand on a command line, where every user of the machine can read it. */
const tokenIn = (file: string): string => (file === "-" ? readFileSync(0, "utf8") : readSecretFile(file)).trim();

/** `; did you mean "price"?`, or the end of the sentence where nothing is near. */
export function didYouMean(word: string, names: readonly string[]): string {
	const near = nearest(word, names);
	return near === undefined ? "." : `; did you mean "${near}"?`;
}

/** A value may begin with a dash, as one public key in 64 does: it is joined to its option, because parseArgs would refuse it. */
function withValues(args: readonly string[], options: Options): string[] {
	const joined: string[] = [];
	for (let i = 0; i < args.length; i += 1) {
		const [arg, value] = [args[i]!, args[i + 1]];
		const takesValue = arg.startsWith("--") && options[arg.slice(2)]?.type === "string";
		const isValue = value?.startsWith("-") && value !== "-" && !/^--[a-z][a-z-]*(=|$)/.test(value);
		joined.push(takesValue && isValue ? `${arg}=${value}` : arg);
		if (takesValue && isValue) i += 1;
	}
	return joined;
}

interface Token {
	kind: string;
	name?: string;
	value?: string | undefined;
}

/**
 * The fault of the options that were given: one that means nothing here, because the usage does not name it, one without a value,
 * or one with two.
 */
function wrongOption(tokens: readonly Token[], usage: string): string | undefined {
	const seen = new Map<string, string | undefined>();
	for (const { kind, name, value } of tokens) {
		if (kind !== "option" || name === undefined) continue;
		const isNamed = ["json", "token"].includes(name) || new RegExp(`--${name}(?![a-z-])`).test(usage);
		if (!isNamed) return `--${name} means nothing here.`;
		if (value?.trim() === "") return `--${name} is empty; give it a value, or leave it out.`;
		if (seen.has(name) && seen.get(name) !== value) return `--${name} stands there twice, with ${seen.get(name)} and with ${value}.`;
		seen.set(name, value);
	}
	return undefined;
}

type Options = NonNullable<ParseArgsConfig["options"]>;
export type Values<O extends Options> = { [K in keyof O]?: O[K]["type"] extends "boolean" ? boolean : string };

/**
 * Options and words of a verb, or the exit code 2 when they are wrong. `mostWords`: where the verb itself does not look how many there
 * are.
 */
export function read<const O extends Options>(
	args: string[],
	usage: string,
	options: O,
	mostWords = Number.POSITIVE_INFINITY,
): { values: Values<O>; words: string[] } | number {
	try {
		const { values, positionals, tokens } = parseArgs({
			args: withValues(args, options),
			options,
			allowPositionals: true,
			strict: true,
			tokens: true,
		});
		const own = usageFor(usage, positionals.slice(0, 1));
		if (positionals.length > mostWords) return fail(2, `"${positionals[mostWords]}" is one word too many.\n${own}`);
		const wrong = wrongOption(tokens, own);
		if (wrong !== undefined) return fail(2, `${wrong}\n${own}`);
		const { config, "token-file": tokenFile } = values as { config?: unknown; "token-file"?: unknown };
		if (typeof config === "string") useBox(config);
		if (typeof tokenFile === "string") (values as { token?: string }).token = tokenIn(tokenFile);
		return { values: values as Values<O>, words: positionals };
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		if (code !== "ERR_PARSE_ARGS_UNKNOWN_OPTION") return fail(2, `${message}\n${usageFor(usage, args)}`);
		const unknown = /'(--?[^' ]+)/.exec(message)?.[1] ?? "";
		const known = Object.keys(options).map((name) => `--${name}`);
		return fail(2, `there is no option ${unknown}${didYouMean(unknown, known)}\n${usageFor(usage, args)}`);
	}
}
