import { CodedError } from "../../../words/basics/coded-error.ts";

/** A problem as the answering program words it; code "unreachable" where there was no answer at all. */
export class Refused extends CodedError {
	readonly status: number;
	/** What is wrong with which part of the request, where that was said. */
	readonly errors: readonly { path: string; message: string }[];
	constructor(code: string, status: number, detail: string, errors: readonly { path: string; message: string }[] = []) {
		super(code, detail);
		this.status = status;
		this.errors = errors;
	}
}

/** Of requests without a time of their own. */
const answersWithinMs = 8_000;

/** Asks the program this page came from. A Blob goes as it is, an object as JSON. */
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
			// A program that stands still takes the request and never answers.
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
