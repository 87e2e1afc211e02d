import { isIP } from "node:net";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { z } from "zod";
import { securityHeaders } from "../../access/pages/security-headers.ts";
import { AccessRefusal, accessRefusals } from "../../access/refusal.ts";
import { chineseAccess, inReadersLanguage, prefersChinese } from "../../access/refusals-zh.ts";
import { sayReasons } from "../../words/sentences/reasons.ts";
import { isDatabaseAway } from "../database/database-away.ts";
import { type FieldError, HqRefusal, refusals } from "../refusal.ts";
import { chineseRefusals } from "../refusals-zh.ts";
import { sayInChinese } from "../sentences/sentences-zh.ts";

/** The checked value, or a refusal that names every path that is wrong. `within` is "" for a body, "query" for a query string. */
export function check<S extends z.ZodType>(schema: S, value: unknown, within: "" | "query"): z.output<S> {
	const checked = schema.safeParse(value);
	if (checked.success) return checked.data;
	const pathOf = (path: readonly PropertyKey[]): string => [...(within ? [within] : []), ...path.map(String)].join(".");
	let unknown = false;
	const errors = checked.error.issues.slice(0, 50).flatMap((issue): FieldError[] => {
		if (issue.code !== "unrecognized_keys") return [{ path: pathOf(issue.path), message: issue.message }];
		unknown = true;
		return issue.keys.map((key) => ({ path: pathOf([...issue.path, key]), message: "not known" }));
	});
	const first = errors[0]!;
	const where = first.path === "" ? "The request" : first.path;
	throw new HqRefusal(
		unknown ? "unknown-field" : "bad-field",
		`${where}: ${first.message}.${errors.length > 1 ? ` ${errors.length - 1} more in errors.` : ""}`,
		errors,
	);
}

/**
 * Answers with problem details (RFC 9457) for every error that a route or fastify throws. The message of an unexpected error goes only to
 * the log.
 */
export function answerProblem(reply: FastifyReply, thrown: unknown, report: (error: unknown) => void): FastifyReply {
	const { status, problem } = problemOf(thrown, reply.request.headers["accept-language"], report);
	return reply.code(status).type("application/problem+json").send(problem);
}

/** The problem as a document in the reader's language. */
export function problemOf(
	thrown: unknown,
	language: string | undefined,
	report: (error: unknown) => void,
): { status: number; problem: object } {
	const refusal = thrown instanceof AccessRefusal ? thrown : refusalOf(thrown);
	if (refusal.code === "internal") report(thrown);
	const [status, title] = refusal instanceof AccessRefusal ? accessRefusals[refusal.code] : refusals[refusal.code];
	return {
		status,
		problem: inReadersLanguage(
			{
				type: `urn:gondola:problem:${refusal.code}`,
				title,
				status,
				detail: refusal.message,
				code: refusal.code,
				...(refusal instanceof HqRefusal && refusal.errors && { errors: refusal.errors }),
			},
			language,
			[chineseRefusals, chineseAccess],
			// Refusals about people and passwords have no sentence beyond that of their code; neither has an internal error.
			{
				names:
					refusal instanceof AccessRefusal || refusal.code === "internal" || refusal.code === "database-away" ? undefined : refusal.message,
				say: sayInChinese,
				isWhole: true,
			},
		),
	};
}

function refusalOf(thrown: unknown): HqRefusal {
	if (thrown instanceof HqRefusal) return thrown;
	if (isDatabaseAway(thrown))
		return new HqRefusal(
			"database-away",
			"Head office cannot reach its database, so nothing was answered or changed. Send the same request again once it is back: its id " +
				"keeps it from counting twice.",
		);
	const { code, statusCode, message } = (thrown ?? {}) as { code?: string; statusCode?: number; message?: string };
	// PostgreSQL's character_not_in_repertoire.
	if (code === "22021")
		return new HqRefusal("bad-field", "A text holds the character U+0000, which cannot be stored. Nothing was changed.");
	if (code === "FST_ERR_CTP_BODY_TOO_LARGE")
		return new HqRefusal("body-too-large", "Nothing of it was read. Send it in parts; a large price list as a file.");
	if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") return new HqRefusal("media-type", "Send application/json, or text/csv for a push.");
	if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return new HqRefusal("bad-request", `${message}.`);
	return new HqRefusal("internal", "Nothing was changed. The log of head office names the place; please report it.");
}

/**
 * A foreign web page may point a host name of its own at this machine (DNS rebinding): requests that carry such a name are refused.
 * Addresses need no list, because no foreign page can use one.
 */
export function refuseForeignNames(app: FastifyInstance, names: readonly string[]): void {
	const goBy = new Set(["localhost", ...names.map((name) => name.toLowerCase())]);
	app.addHook("onRequest", async (request) => {
		const { rawHeaders } = request.raw;
		// With two Host headers, a proxy may have checked the other one.
		const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === "host").length;
		const name = nameOf(request.headers.host ?? "");
		if (hosts === 1 && (isIP(name) > 0 || goBy.has(name))) return;
		throw new HqRefusal(
			"host-unknown",
			`The request names the host "${name.slice(0, 80)}". Use head office's address, or start it with --names THAT-NAME.`,
		);
	});
}

function nameOf(host: string): string {
	const bracketed = /^\[([0-9a-f:.]+)\](?::\d+)?$/i.exec(host)?.[1];
	return (bracketed ?? host.replace(/:\d+$/, "")).toLowerCase().replace(/\.$/, "");
}

/** Runs before everything else, so that refusals have these headers too. A route whose answer is a page sets its own content policy. */
export function addSecurityHeaders(app: FastifyInstance): void {
	app.addHook("onRequest", async (_request, reply) => {
		reply.headers({ "content-security-policy": "default-src 'none'; frame-ancestors 'none'", ...securityHeaders });
	});
}

/** A page of another site in an operator's browser must not change anything here: it could fence a store or push a price. */
export function refuseForeignPages(app: FastifyInstance): void {
	app.addHook("onRequest", async (request) => {
		if (request.method === "GET" || request.method === "HEAD") return;
		const { origin, host } = request.headers;
		const site = request.headers["sec-fetch-site"];
		const isForeign = origin !== undefined && origin.replace(/^https?:\/\//, "") !== host;
		if (isForeign || site === "cross-site" || site === "same-site")
			throw new HqRefusal(
				"origin-foreign",
				"Another web site tried to act on head office. Open head office's own page and try again there.",
			);
	});
}

/** Why rows of a price list were refused, and what guard rails hold, in the reader's language. */
export function sayReasonsToReaders(app: FastifyInstance): void {
	app.addHook("preSerialization", async (request, _reply, answer) =>
		prefersChinese(request.headers["accept-language"]) ? sayReasons(answer, sayInChinese) : answer,
	);
}

/** The first language of Accept-Language that these pages have; q-values are ignored because browsers send the languages in order. */
export const shortLanguageOf = (header = ""): "en" | "zh" =>
	/(?:^|,)\s*(zh|en)\b/i.exec(header)?.[1]?.toLowerCase() === "zh" ? "zh" : "en";
