import { type ParseArgsConfig, parseArgs } from "node:util";
import { useBox } from "./box.ts";

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

type Options = NonNullable<ParseArgsConfig["options"]>;
type Values<O extends Options> = { [K in keyof O]?: O[K]["type"] extends "boolean" ? boolean : string };

/** Options and words of a verb, or the exit code 2 when they are wrong. */
export function read<const O extends Options>(args: string[], usage: string, options: O): { values: Values<O>; words: string[] } | number {
	try {
		const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true });
		const { config } = values as { config?: unknown };
		if (typeof config === "string") useBox(config);
		return { values: values as Values<O>, words: positionals };
	} catch (error) {
		return fail(2, `${(error as Error).message}\n${usage}`);
	}
}
