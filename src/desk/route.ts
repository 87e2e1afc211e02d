import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import type { Principal } from "../access/directory.ts";
import { defined } from "../words/defined.ts";
import type { Asks } from "./access/guard.ts";
import type { Audit } from "./ledger-view.ts";
import { type FieldError, Problem } from "./problems.ts";

/** A handler's answer: JSON by status, or bytes of another media type. */
export type Answer =
	| { status: number; json: unknown }
	| { status: number; bytes: Buffer | string; mediaType: string; headers?: Record<string, string> }
	/** Done; no body. */
	| { status: 204 }
	/** The handler has taken over the socket, for an event stream. */
	| { taken: true };

export interface Asked<P, Q, B> {
	path: P;
	query: Q;
	body: B;
	/** The caller. Undefined on routes that take anyone: their handlers must not read it. */
	by: Principal;
	request: FastifyRequest;
	reply: FastifyReply;
}

export interface Route {
	method: "GET" | "POST" | "PUT" | "DELETE";
	/** As OpenAPI writes it: `/api/v1/labels/{id}`. */
	url: string;
	room: string;
	summary: string;
	/** The right that the caller needs. */
	right: Asks;
	path?: z.ZodObject;
	query?: z.ZodObject;
	body?: z.ZodType;
	/** JSON answers by status; a string names another media type. */
	answers: Record<number, z.ZodType | string>;
	problems: number[];
	/** Also answers `text/event-stream`. */
	streams?: true;
	/** Set where the handler itself records the act with its actor. The desk audits the requests of other routes. */
	keepsActor?: true;
	/** A probe: answers whatever Host the request names. */
	anyHost?: true;
	run(asked: Asked<never, never, never>): Promise<Answer> | Answer;
}

type Out<S> = S extends z.ZodType ? z.output<S> : undefined;

/** Gives the handler the types of its own schemas; the table of routes has the general type. */
export function route<P extends z.ZodObject | undefined, Q extends z.ZodObject | undefined, B extends z.ZodType | undefined>(
	definition: Omit<Route, "path" | "query" | "body" | "run"> & {
		path?: P;
		query?: Q;
		body?: B;
		run(asked: Asked<Out<P>, Out<Q>, Out<B>>): Promise<Answer> | Answer;
	},
): Route {
	return definition as unknown as Route;
}

export function json(body: unknown, status = 200): Answer {
	return { status, json: body };
}

/** Cuts one page from one row more than asked for, so that a full last page has no `next`. */
export function page<T>(rows: T[], limit: number, keyOf: (row: T) => string | number): { items: T[]; next?: string | number } {
	if (rows.length <= limit) return { items: rows };
	const items = rows.slice(0, limit);
	return { items, next: keyOf(items[limit - 1]!) };
}

export function mount(app: FastifyInstance, routes: Route[], audit: Audit): void {
	for (const each of routes) {
		app.route({
			method: each.method,
			url: each.url.replace(/\{(\w+)\}/g, ":$1"),
			// A HEAD request would open a stream that cannot send anything.
			exposeHeadRoute: !each.streams,
			config: defined({ right: each.right, anyHost: each.anyHost }),
			handler: async (request, reply) => {
				const given = {
					path: checked(each.path, request.params, "path."),
					query: checked(each.query, request.query, "query."),
					body: each.body ? checked(each.body, request.body ?? {}, "") : refuseBody(request.body),
					by: request.principal,
					request,
					reply,
				};
				const answer = await each.run(given as unknown as Asked<never, never, never>);
				if (each.method !== "GET" && !each.keepsActor && request.principal)
					audit({ what: `${each.method} ${each.url}`, by: request.principal.actor, ...subjectOf(request.params) });
				if ("taken" in answer) return reply.hijack();
				reply.code(answer.status);
				if (!("json" in answer || "bytes" in answer)) return reply.send();
				if ("json" in answer) return reply.type("application/json; charset=utf-8").send(JSON.stringify(answer.json));
				if (answer.headers) reply.headers(answer.headers);
				return reply.type(answer.mediaType).send(answer.bytes);
			},
		});
	}
}

function subjectOf(params: unknown): { subject?: string } {
	const values = Object.values((params ?? {}) as Record<string, string>);
	return values.length === 0 ? {} : { subject: values.join(" ") };
}

/** A body that the route does not take: the sender believes that it has an effect, so the request is refused. */
function refuseBody(body: unknown): undefined {
	if (body === undefined || body === null || (typeof body === "object" && Object.keys(body).length === 0)) return undefined;
	throw new Problem("unknown-field", "This address takes no body.");
}

function checked(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
	if (!schema) {
		const names = where === "query." ? Object.keys((value ?? {}) as object) : [];
		if (names.length > 0) throw unknownFields(names.map((name) => `query.${name}`));
		return undefined;
	}
	const read = schema.safeParse(value);
	if (read.success) return read.data;
	const unknown: string[] = [];
	const errors: FieldError[] = [];
	for (const issue of read.error.issues) {
		const at = issue.path.map(String);
		if (issue.code === "unrecognized_keys") unknown.push(...issue.keys.map((key) => where + [...at, key].join(".")));
		else errors.push({ path: where + at.join(".") || "body", message: issue.message });
	}
	if (unknown.length > 0) throw unknownFields(unknown, errors);
	throw new Problem("bad-field", `${errors[0]?.path}: ${errors[0]?.message}.`, { errors });
}

function unknownFields(paths: string[], others: FieldError[] = []): Problem {
	const errors = [...paths.map((path) => ({ path, message: "unknown field" })), ...others];
	return new Problem("unknown-field", `Unknown: ${paths.join(", ")}.`, { errors });
}
