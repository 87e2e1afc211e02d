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

type Options = NonNullable<ParseArgsConfig["options"]>;
export type Values<O extends Options> = { [K in keyof O]?: O[K]["type"] extends "boolean" ? boolean : string };

/** Options and words of a verb, or the exit code 2 when they are wrong. */
export function read<const O extends Options>(args: string[], usage: string, options: O): { values: Values<O>; words: string[] } | number {
	try {
		const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true });
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
