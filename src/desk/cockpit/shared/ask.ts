import { CodedError } from "../../../words/basics/coded-error.ts";

/** A problem document of the gateway or head office as an error; its code is "unreachable" where no answer came. */
export class Refused extends CodedError {
	readonly status: number;
	/** Faults by field of the request, where the answer named them. */
	readonly errors: readonly { path: string; message: string }[];
	constructor(code: string, status: number, detail: string, errors: readonly { path: string; message: string }[] = []) {
		super(code, detail);
		this.status = status;
		this.errors = errors;
	}
}

/** How long a request waits for its answer, in milliseconds, unless it names a time of its own. */
const answersWithinMs = 8_000;

/** Sends a request to the program that served this page. A Blob is sent as it is, an object as JSON. */
export async function ask<T>(
	method: string,
	path: string,
	language: string,
	body?: object,
	withinMs: number = answersWithinMs,
): Promise<T> {
	const isFile = body instanceof Blob;
	let answer: Response;
	try {
		answer = await fetch(path, {
			method,
			// A program that hangs accepts the request and never answers.
			signal: AbortSignal.timeout(withinMs),
			headers: {
				"accept-language": language,
				...(body && { "content-type": isFile ? "application/octet-stream" : "application/json" }),
			},
			...(body && { body: isFile ? body : JSON.stringify(body) }),
		});
	} catch {
		throw new Refused("unreachable", 0, "");
	}
	const said = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string; errors?: { path: string; message: string }[] };
	if (!answer.ok) throw new Refused(said.code ?? "internal", answer.status, said.detail ?? "", said.errors);
	return said as T;
}
