import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { moneyFormat } from "../words/currency.ts";
import { thisBox, useBox } from "./box.ts";

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

/** Where a running demo said it can be reached, unless it is gone. */
function demoAddresses(directory: string): { cockpit: string; hq: string } | undefined {
	try {
		const note = JSON.parse(readFileSync(`${directory}/demo.json`, "utf8")) as { pid: number; cockpit: string; hq: string };
		process.kill(note.pid, 0);
		return note;
	} catch {
		return undefined;
	}
}

const demoDirectory = (): string => process.env["GONDOLA_DATA"] ?? "gondola-data";

export const deskOptions = {
	json: { type: "boolean" },
	url: { type: "string" },
	token: { type: "string" },
	config: { type: "string" },
} as const;
export const deskUsage =
	"  --url URL    the gateway's address (default: $GONDOLA_URL, this machine's own by its configuration,\n" +
	"               a running demo, or http://127.0.0.1:8080)\n" +
	"  --config F   the configuration of that gateway (default: $GONDOLA_CONFIG, or /etc/gondola/gondola.yaml)\n" +
	"  --token T    who asks (default: $GONDOLA_TOKEN, or this machine's own token)\n  --json       the answer as JSON";

/** A demo that was named goes before the machine's own gateway, and that before a demo that happens to run in this directory. */
export async function deskUrl(given: string | undefined): Promise<string> {
	const named = given ?? process.env["GONDOLA_URL"];
	if (named !== undefined) return named;
	const demo = demoAddresses(demoDirectory())?.cockpit;
	if (process.env["GONDOLA_DATA"] !== undefined && demo !== undefined) return demo;
	return (await thisBox())?.url ?? demo ?? "http://127.0.0.1:8080";
}
export const hqUrl = (given: string | undefined): string =>
	given ?? process.env["GONDOLA_HQ_URL"] ?? demoAddresses(demoDirectory())?.hq ?? "http://127.0.0.1:8090";

/** Where a running head office answers its own machine's command line. */
export const hqSocket = (data: string): string => join(resolve(data), "hq.sock");

/** The other side refused, in its own words. */
export class Refused extends Error {
	readonly code: string;
	readonly status: number;
	constructor(status: number, code: string, message: string) {
		super(message);
		this.status = status;
		this.code = code;
	}
}

export interface Ask {
	method?: string;
	body?: unknown;
	text?: { type: string; content: string };
	token?: string | undefined;
}

/** One question over HTTP. Problem details become a sentence; nobody there becomes one that says what to start. */
export async function ask<T>(
	base: string,
	path: string,
	{ method = "GET", body, text, token: given = process.env["GONDOLA_TOKEN"] }: Ask = {},
): Promise<T> {
	const box = given === undefined ? await thisBox() : undefined;
	const isOwn = box !== undefined && new URL(box.url).origin === new URL(base).origin;
	const token = given ?? (isOwn ? box.token : undefined);
	let answer: Response;
	try {
		answer = await fetch(new URL(path, base), {
			method,
			headers: {
				accept: "application/json",
				...(body !== undefined && { "content-type": "application/json" }),
				...(text && { "content-type": text.type }),
				...(token !== undefined && { authorization: `Bearer ${token}` }),
			},
			...(body !== undefined && { body: JSON.stringify(body) }),
			...(text && { body: text.content }),
		});
	} catch {
		throw new Refused(
			0,
			"nobody-answers",
			`nobody answers at ${base}. Is it running? Start it with "gondola run" (or "gondola demo"), or name it with --url.`,
		);
	}
	const content = await answer.text();
	let parsed: { code?: string; detail?: string; title?: string } | undefined;
	try {
		parsed = content === "" ? undefined : (JSON.parse(content) as typeof parsed);
	} catch {
		throw new Refused(answer.status, "no-gondola", `${base} answers, but it is no Gondola; name the right address with --url.`);
	}
	if (answer.status === 401 && token === undefined)
		throw new Refused(
			401,
			parsed?.code ?? "token-missing",
			isOwn
				? "the gateway wants to know who asks, and you may not read its own token: " +
						"run this as root, or give a token with --token or GONDOLA_TOKEN."
				: `${base} wants to know who asks: give a token with --token or GONDOLA_TOKEN; gondola token add makes one on that machine.`,
		);
	if (!answer.ok)
		throw new Refused(
			answer.status,
			parsed?.code ?? String(answer.status),
			parsed?.detail ?? parsed?.title ?? `${base} answered ${answer.status}`,
		);
	return parsed as T;
}

export function json(value: unknown): number {
	say(JSON.stringify(value, null, 2));
	return 0;
}

/** Columns as wide as their widest cell; the last one runs on. Wide characters count double, as terminals draw them. */
export function table(head: string[], rows: string[][]): string {
	const width = (text: string): number =>
		[...text].reduce(
			(sum, char) =>
				sum + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(char) ? 2 : 1),
			0,
		);
	const widths = head.map((title, i) => Math.max(width(title), ...rows.map((row) => width(row[i] ?? ""))));
	const line = (cells: string[]): string =>
		cells
			.map((cell, i) => (i === head.length - 1 ? cell : cell + " ".repeat(widths[i]! - width(cell))))
			.join("  ")
			.trimEnd();
	return [line(head), ...rows.map(line)].join("\n");
}

export function money(minor: number, currency: string): string {
	return moneyFormat("en", currency)(minor);
}

/** How long ago, as one would say it. */
export function ago(at: string | null, nowMs = Date.now()): string {
	if (at === null) return "never";
	const seconds = Math.max(0, Math.round((nowMs - Date.parse(at)) / 1000));
	if (seconds < 90) return `${seconds} s ago`;
	if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
	return seconds < 172_800 ? `${Math.round(seconds / 3600)} h ago` : `${Math.round(seconds / 86_400)} days ago`;
}
