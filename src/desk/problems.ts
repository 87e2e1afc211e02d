import { AccessRefusal, accessRefusals } from "../access/refusal.ts";
import { chineseAccess, inReadersLanguage } from "../access/refusals-zh.ts";
import { defined } from "../words/defined.ts";
import { orderProblems } from "./order-problems.ts";
import { chinesePassedOn, chineseProblems } from "./problems-zh.ts";
import { settingsProblems } from "./routes/settings/settings-problems.ts";
import { sayInChinese } from "./sentences/sentences-zh.ts";
import { tillProblems } from "./till-problems.ts";
import { transferProblems } from "./transfer-problems.ts";

/** Problem details (RFC 9457). A code never changes its meaning; `detail` says what is wrong and what to do about it. */
export const problems = {
	"bad-request": [400, "The request cannot be understood", "Compare it with /openapi.json."],
	"unknown-field": [400, "The request has a field that is not known", "Remove or rename the field named in `errors`."],
	"bad-field": [400, "A field of the request is not right", "Correct the fields named in `errors`."],
	"token-missing": [401, "This gateway wants to know who asks", "Sign in on the page, or send `Authorization: Bearer …` with a token."],
	"token-wrong": [401, "This token is not known, has expired or was revoked", "Make another one: gondola token add NAME --role ROLE."],
	unclaimed: [
		401,
		"This gateway has no first person yet",
		"Open its page and enter the claim code, which is on its console and in its journal; a restart makes a new one.",
	],
	"right-missing": [403, "You may not do this", "Ask a technician, or use another account; `gondola user rights` shows who may do what."],
	"actor-differs": [
		409,
		"Somebody else is signed in",
		"Nothing was changed. The act waits until the person who did it signs in again; `gondola-actor` names them.",
	],
	"label-not-its": [409, "This label belongs to another article", "Nothing was changed. Look which article the label is bound to."],
	"host-unknown": [403, "This gateway does not go by that name", "Use its IP address, or add the name to `desk.names`."],
	"origin-foreign": [403, "Another web site tried to act on this gateway", "Open the gateway's own page and try again there."],
	"not-found": [404, "There is nothing at this address", "The addresses that exist are in /openapi.json."],
	"article-unknown": [404, "No article has this GTIN or SKU", "Check the number; HQ sends new articles by itself."],
	"price-unknown": [404, "This article has no price at that time", "Ask HQ to push one; until then the till must not sell it."],
	"label-unknown": [
		404,
		"No label has this number",
		"The number is printed on the label's back. A label can be bound once it has checked in at a base station, or head office has " +
			"announced it.",
	],
	"label-not-drawn": [404, "No picture was made for this label yet", "Bind the label to an article that has a price."],
	"device-unknown": [404, "No device has this name", "gondola devices lists the names."],
	"cold-chain-unknown": [404, "No temperature is recorded under this name", "gondola coldchain lists the names."],
	"device-without-port": [
		409,
		"This device has no cable or address of its own here",
		"Only scanners, scales and printers with a port or host have bytes to show.",
	],
	"print-job-unknown": [404, "No print job has this id", "GET /api/v1/print-jobs lists the newest."],
	"alarm-unknown": [404, "No such alarm is raised", "It may have healed by itself; read the list again."],
	"method-not-allowed": [405, "This address does not take this method", "See /openapi.json."],
	"face-unknown": [409, "This store has no such face", "Name one of those in `detail`, or leave `face` out; nothing was changed."],
	"print-job-not-in-doubt": [
		409,
		"Nobody is in doubt about this receipt",
		"A person settles what is in doubt, or asks again for what failed.",
	],
	"print-job-busy": [
		409,
		"This receipt cannot be changed just now",
		"What is being printed, or is in doubt, has to come to its end first; what is printed can be copied.",
	],
	"print-document-unfit": [400, "This document cannot be printed", "Read `detail`; nothing was queued."],
	"movement-sign": [400, "The quantity goes the wrong way for its reason", "What takes from stock is negative; what adds is positive."],
	"count-in-future": [400, "The count is dated in the future", "Send the time at which it was made; nothing was changed."],
	"movement-differs": [409, "This id belongs to another movement", "Give each movement an id of its own; nothing was changed."],
	"paper-label-unknown": [404, "The article has no paper label", "GET /api/v1/paper-labels lists those that have one."],
	"print-job-differs": [409, "This id belongs to another document", "Give each receipt an id of its own; nothing was printed."],
	"printer-unknown": [404, "No printer has this name", "gondola devices lists the printers."],
	...orderProblems,
	...tillProblems,
	...transferProblems,
	...settingsProblems,
	refused: [409, "The store refused this", "Read `detail`; nothing was changed."],
	"body-too-large": [413, "The request is too large", "Send it in smaller parts."],
	"media-type": [415, "This kind of content is not taken here", "Send `Content-Type: application/json`."],
	"device-busy": [503, "The device did not answer in time", "Look at its state under /api/v1/devices and try again."],
	"too-many-streams": [503, "Too many event streams are open", "Close pages that nobody looks at, or poll /api/v1/events."],
	"ledger-troubled": [503, "The ledger cannot write just now", "Nothing was changed. See the alarms; send the same request again."],
	internal: [500, "The gateway made a mistake", "Nothing was changed. The log of the gateway names the place; please report it."],
} as const satisfies Record<string, readonly [status: number, title: string, remedy: string]>;

export type ProblemCode = keyof typeof problems;

export interface FieldError {
	/** Dotted, as the sender wrote it: `changes.0.sku`; `query.at` and `path.id` for what is not in the body. */
	path: string;
	message: string;
}

export interface ProblemDetails {
	type: string;
	title: string;
	status: number;
	detail: string;
	code: string;
	errors?: FieldError[];
}

export class Problem extends Error {
	override name = "Problem";
	readonly details: ProblemDetails;
	/** The fault with this store's names, and without the table's remedy. */
	readonly names: string | undefined;
	/** When the same request may be tried again. */
	retryAfterSeconds: number | undefined;

	/** `said` replaces the first half of the remedy; `code`, `status` and `title` may come from a refusal that is not in the table. */
	constructor(key: ProblemCode, said?: string, more: { code?: string; status?: number; title?: string; errors?: FieldError[] } = {}) {
		const [ownStatus, ownTitle, remedy] = problems[key];
		const code = more.code ?? key;
		const status = more.status ?? ownStatus;
		const title = more.title ?? ownTitle;
		const detail = said === undefined ? remedy : key === "refused" ? said : `${said} ${remedy}`;
		super(detail);
		this.names = said;
		this.details = defined({ type: `urn:gondola:problem:${code}`, title, status, detail, code, errors: more.errors });
	}
}

/** The problem in the reader's language: Chinese where `accepts` (the header Accept-Language) prefers it. */
export function detailsFor({ details, names }: Problem, accepts: string | undefined): ProblemDetails {
	// Refusals about people and passwords have no sentence beyond the one of their code.
	const isAccess = Object.hasOwn(chineseAccess, details.code);
	const naming = { names: isAccess ? undefined : names, say: sayInChinese, isWhole: false };
	return inReadersLanguage(details, accepts, [chineseProblems, chineseAccess, chinesePassedOn], naming);
}

/** Refusals of the broker's accounts, by HTTP status. */
const accountRefusals: Readonly<Record<string, number>> = {
	"account-bad": 400,
	"account-unknown": 404,
	"account-known": 409,
	"accounts-not-writable": 503,
};

function isProblemCode(code: string): code is ProblemCode {
	return Object.hasOwn(problems, code);
}

/**
 * Turns any error of a flow, of fastify or of a bug into a problem. A refusal has a code and has changed nothing; a code that is
 * not in the table is answered as a 409, so that a flow may have codes that the desk does not know.
 */
export function problemOf(thrown: unknown): Problem {
	if (thrown instanceof Problem) return thrown;
	const error = thrown as { name?: string; code?: unknown; statusCode?: number; message?: string };
	const code = typeof error?.code === "string" ? error.code : "";
	if (error?.name === "LedgerRefusal" || error?.name === "DeviceTrouble") {
		return isProblemCode(code) ? new Problem(code, error.message) : new Problem("refused", error.message ?? code, { code });
	}
	if (error?.name === "AccountRefusal") {
		const status = accountRefusals[code] ?? 409;
		return new Problem("refused", error.message, { code, status, title: "The broker's accounts were not changed" });
	}
	if (thrown instanceof AccessRefusal) {
		const problem = new Problem("refused", thrown.message, {
			code: thrown.code,
			status: thrown.status,
			title: accessRefusals[thrown.code][1],
		});
		problem.retryAfterSeconds = thrown.retryAfterSeconds;
		return problem;
	}
	if (error?.name === "LedgerTrouble") return new Problem("ledger-troubled");
	if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return new Problem("body-too-large");
	if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") return new Problem("media-type");
	if (error?.statusCode === 404) return new Problem("not-found");
	if (typeof error?.statusCode === "number" && error.statusCode >= 400 && error.statusCode < 500) {
		return new Problem("bad-request", `${error.message ?? ""}.`);
	}
	return new Problem("internal");
}
