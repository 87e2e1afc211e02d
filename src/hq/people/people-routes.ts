/** Signing in and out, the first person, users, tokens, and the audit trail. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Claim } from "../../access/claim.ts";
import type { Directory, Principal } from "../../access/directory.ts";
import type { Passkeys } from "../../access/passkeys.ts";
import { AccessRefusal } from "../../access/refusal.ts";
import { rightsTable } from "../../access/rights.ts";
import type { SignIn } from "../../access/sign-in.ts";
import { actorText } from "../../words/actor.ts";
import { defined } from "../../words/defined.ts";
import { check } from "../http/answers.ts";
import type { Audit } from "./audit.ts";
import type { Oidc } from "./oidc.ts";
import { originOf, setSession } from "./session-cookie.ts";

export interface HqPeople {
	directory: Directory;
	signIn: SignIn;
	/** Left out in `demo`, which needs no first person. */
	claim?: Claim;
	audit: Audit;
	/** Where browsers reach head office, also through a proxy that ends TLS. */
	publicUrl?: string;
	passkeys: Passkeys;
	/** Left out: there is no identity provider. */
	oidc?: Oidc;
}

const name = z.string().min(1).max(40);
const password = z.string().min(1).max(400);
export const signInBody = z.strictObject({ name, password });
export const claimBody = z.strictObject({ code: z.string().min(1).max(100), name, password });
export const userBody = z.strictObject({ name, role: z.string().max(40), password });
export const tokenBody = z.strictObject({ name, role: z.string().max(40), expires: z.iso.datetime({ offset: true }).optional() });
export const auditQuery = z.strictObject({
	after: z.coerce.number().int().min(0).optional(),
	/** The newest first; `after` is then the last one seen, and what is older follows. */
	newest: z.enum(["true", "false"]).default("false"),
	limit: z.coerce.number().int().min(1).max(1_000).default(200),
});

const shown = ({ actor, roles, may }: Principal): object => ({
	kind: actor.kind,
	name: actor.name,
	roles,
	rights: Object.keys(rightsTable.hq).filter((right) => may(right as never)),
});

export function peopleRoutes(app: FastifyInstance, { directory, signIn, claim, audit, publicUrl, oidc }: HqPeople): void {
	const addressOf = (request: FastifyRequest): string => request.ip ?? "";
	const started = async (request: FastifyRequest, reply: FastifyReply, given: z.output<typeof signInBody>): Promise<object> => {
		const by = { kind: "user", name: given.name, address: addressOf(request) } as const;
		try {
			const { secret, session } = await signIn.signIn(given.name, given.password, by.address);
			await audit.note(by, "sign-in", undefined, "done");
			setSession(request, reply, publicUrl, secret);
			return { ...shown((await directory.who(secret, by.address))!), expiresAt: session.expiresAt };
		} catch (error) {
			if (!(error instanceof AccessRefusal)) throw error;
			// A throttled attempt is not written down: the refusals before it were.
			if (error.code !== "sign-in-throttled") await audit.note(by, "sign-in", undefined, error.code);
			if (error.retryAfterSeconds !== undefined) reply.header("retry-after", String(error.retryAfterSeconds));
			throw error;
		}
	};

	app.post("/api/v1/sessions", async (request, reply) =>
		reply.code(201).send(await started(request, reply, check(signInBody, request.body, ""))),
	);
	app.get("/api/v1/sessions/current", async (request) => shown(request.asker!));
	app.delete("/api/v1/sessions/current", async (request, reply) => {
		const { session, actor } = request.asker!;
		if (session !== undefined) await directory.endSession(session);
		setSession(request, reply, publicUrl, "");
		// Otherwise the next person at this browser would be signed in again by one click.
		const hasProvider = session !== undefined && oidc !== undefined && (await directory.isProvidedUser(actor.name));
		const signOutAt = hasProvider ? await oidc.signOutAt(publicUrl ?? `${originOf(request, publicUrl)}/`) : undefined;
		return signOutAt === undefined ? reply.code(204).send() : reply.send({ signOutAt });
	});
	app.post("/api/v1/claim", async (request, reply) => {
		const { code, ...person } = check(claimBody, request.body, "");
		if (await directory.isClaimed()) throw new AccessRefusal("claimed-already");
		const checked = claim?.check(code) ?? "closed";
		// Five are checked; then the code is closed, and further ones are not written down.
		if (checked === "wrong")
			await audit.note({ kind: "user", name: person.name, address: addressOf(request) }, "claim", undefined, "claim-wrong");
		if (checked !== "right") throw new AccessRefusal(checked === "closed" ? "claim-closed" : "claim-wrong");
		await directory.makeFirst(person.name, person.password);
		claim?.use();
		return reply.code(201).send(await started(request, reply, person));
	});

	app.get("/api/v1/users", async () => ({ items: await directory.users() }));
	app.post("/api/v1/users", async (request, reply) => {
		const asked = check(userBody, request.body, "");
		return reply.code(201).send(await directory.addUser(asked.name, asked.role, asked.password));
	});
	app.delete<{ Params: { name: string } }>("/api/v1/users/:name", async (request, reply) => {
		await directory.removeUser(request.params.name);
		return reply.code(204).send();
	});
	app.get("/api/v1/tokens", async () => ({ items: await directory.tokens() }));
	app.post("/api/v1/tokens", async (request, reply) => {
		const { role, expires, ...asked } = check(tokenBody, request.body, "");
		const madeBy = actorText(request.asker!.actor).slice(0, 40);
		const { secret, ...made } = await directory.addToken(defined({ ...asked, roles: role.split(","), expiresAt: expires, madeBy }));
		return reply
			.code(201)
			.header("cache-control", "no-store")
			.send({ token: secret, name: made.name, role, expires: made.expiresAt ?? null });
	});
	app.delete<{ Params: { name: string } }>("/api/v1/tokens/:name", async (request, reply) => {
		await directory.revokeToken(request.params.name);
		return reply.code(204).send();
	});
	app.get("/api/v1/audit", async (request) => {
		const { after, newest, limit } = check(auditQuery, request.query, "query");
		const items = newest === "true" ? await audit.newest(after, limit) : await audit.list(after ?? 0, limit);
		return { items, ...(items.length === limit && { next: items.at(-1)!.n }) };
	});
}
