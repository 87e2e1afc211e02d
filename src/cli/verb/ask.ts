import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { CodedError } from "../../words/basics/coded-error.ts";
import { defined } from "../../words/defined.ts";
import { thisBox } from "./box.ts";
import { sendFile } from "./send-file.ts";

/** The addresses of a running demo; undefined where none runs. */
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
	"token-file": { type: "string" },
	config: { type: "string" },
} as const;
export const deskUsage =
	"  --url URL    the gateway's address (default: $GONDOLA_URL, this machine's own by its configuration,\n" +
	"               a running demo, or http://127.0.0.1:8080)\n" +
	"  --config F   the configuration of that gateway (default: $GONDOLA_CONFIG, or /etc/gondola/gondola.yaml)\n" +
	"  --token-file F   holds the token of who asks, mode 0600; - is standard input (default: $GONDOLA_TOKEN, or this\n" +
	"               machine's own token); --token T does too, where nobody else uses this machine\n  --json       the answer as JSON";

/**
 * The gateway's address: first a demo that was named by $GONDOLA_DATA, then this machine's own gateway, then a demo that runs in this
 * directory.
 */
export async function deskUrl(given: string | undefined): Promise<string> {
	const named = given ?? process.env["GONDOLA_URL"];
	if (named !== undefined) return named;
	const demo = demoAddresses(demoDirectory())?.cockpit;
	if (process.env["GONDOLA_DATA"] !== undefined && demo !== undefined) return demo;
	return (await thisBox())?.url ?? demo ?? "http://127.0.0.1:8080";
}
/** Where head office listens, unless --port says another one. */
export const hqPort = 8090;

export const hqUrl = (given: string | undefined): string =>
	given ?? process.env["GONDOLA_HQ_URL"] ?? demoAddresses(demoDirectory())?.hq ?? `http://127.0.0.1:${hqPort}`;

/** The socket on which a running head office answers the command line of its own machine. */
export const hqSocket = (data: string): string => join(resolve(data), "hq.sock");

/** Thrown when the gateway or head office refuses, with its sentence. */
export class Refused extends CodedError {
	readonly status: number;
	constructor(status: number, code: string, message: string) {
		super(code, message);
		this.status = status;
	}
}

export interface Ask {
	method?: string;
	body?: unknown;
	/** A body that is not JSON. A Blob is read from the disk while it is sent. */
	text?: { type: string; content: string | Uint8Array<ArrayBuffer> | Blob };
	token?: string | undefined;
	/** The answer is a file: it is given as bytes. */
	raw?: boolean;
}

/** The language of the terminal, in which refusals are said: Chinese or English. The first of these variables that is set counts. */
const languageOf = ({ LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv): string =>
	/^zh/i.test([LC_ALL, LC_MESSAGES, LANG].find((each) => each) ?? "") ? "zh" : "en";

/** Sends one request over HTTP. Problem details become a sentence; where no server answers, the sentence says what to start. */
export async function ask<T>(
	base: string,
	path: string,
	{ method = "GET", body, text, raw, token: given = process.env["GONDOLA_TOKEN"] }: Ask = {},
): Promise<T> {
	const box = given === undefined ? await thisBox() : undefined;
	const isOwn = box !== undefined && new URL(box.url).origin === new URL(base).origin;
	const token = given ?? (isOwn ? box.token : undefined);
	let answer: Response;
	try {
		const headers = {
			accept: "application/json",
			"accept-language": languageOf(process.env),
			...(body !== undefined && { "content-type": "application/json" }),
			...(text && { "content-type": text.type }),
			...(token !== undefined && { authorization: `Bearer ${token}` }),
		};
		const url = new URL(path, base);
		const content = text?.content ?? (body === undefined ? undefined : JSON.stringify(body));
		if (content instanceof Blob) answer = await sendFile(url, method, headers, content);
		else answer = await fetch(url, { method, headers, ...defined({ body: content }) });
	} catch {
		throw new Refused(
			0,
			"nobody-answers",
			`nobody answers at ${base}. Is it running? Start it with "gondola run" (or "gondola demo"), or name it with --url.`,
		);
	}
	if (raw && answer.ok) return new Uint8Array(await answer.arrayBuffer()) as T;
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

/** An answer that is not JSON, such as the metrics. */
export async function askText(base: string, path: string, given = process.env["GONDOLA_TOKEN"]): Promise<string> {
	const box = await thisBox();
	const token = given ?? (box !== undefined && new URL(box.url).origin === new URL(base).origin ? box.token : undefined);
	const answer = await fetch(new URL(path, base), { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
	if (!answer.ok) throw new Refused(answer.status, String(answer.status), `${base} answered ${answer.status}`);
	return answer.text();
}
