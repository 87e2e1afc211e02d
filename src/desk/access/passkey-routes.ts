/** Passkeys of the people at the gateway: making, listing and removing one's own, and signing in with one. */
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { Principal } from "../../access/directory.ts";
import type { PasskeySite, Passkeys } from "../../access/passkeys.ts";
import { AccessRefusal } from "../../access/refusal.ts";
import type { Audit } from "../ledger-view.ts";
import { json, type Route, route } from "../route.ts";
import { instantOut, listOf } from "../schemas.ts";
import { sessionCookie } from "./guard.ts";

export interface PasskeyDesk {
	passkeys: Passkeys;
	audit: Audit;
}

const passkey = z.object({ id: z.string(), site: z.string(), label: z.string(), createdAt: instantOut });
/** The answer of a browser's WebAuthn; the library checks every part of it. */
const answer = z.looseObject({ id: z.string().max(1_400), rawId: z.string(), type: z.string(), response: z.looseObject({}) });
const options = z.looseObject({ challenge: z.string() });

function siteOf(request: FastifyRequest): PasskeySite {
	const origin = `${request.protocol}://${request.headers.host ?? ""}`;
	return { origin, name: new URL(origin).hostname };
}

/** Only for people: programs have tokens. */
function personOf({ actor, session }: Principal): string {
	if (actor.kind !== "user" || session === undefined) throw new AccessRefusal("passkey-refused", "Sign in as a person first.");
	return actor.name;
}

export function passkeyRoutes(desk: PasskeyDesk): Route[] {
	return [list(desk), registerOptions(desk), register(desk), remove(desk), signInOptions(desk), signIn(desk)];
}

function list({ passkeys }: PasskeyDesk): Route {
	return route({
		method: "GET",
		url: "/api/v1/passkeys",
		room: "people",
		summary: "One's own passkeys",
		right: "signed-in",
		answers: { 200: listOf(passkey) },
		problems: [401],
		run: async ({ by }) => json({ items: await passkeys.list(personOf(by)) }),
	});
}

function registerOptions({ passkeys }: PasskeyDesk): Route {
	return route({
		method: "POST",
		url: "/api/v1/passkeys/options",
		room: "people",
		summary: "What the browser needs to make a passkey (WebAuthn creation options)",
		right: "signed-in",
		keepsActor: true,
		answers: { 200: options },
		problems: [400, 401],
		run: async ({ by, request }) => json(await passkeys.registerOptions(personOf(by), siteOf(request))),
	});
}

function register({ passkeys, audit }: PasskeyDesk): Route {
	return route({
		method: "POST",
		url: "/api/v1/passkeys",
		room: "people",
		summary: "Keeps a passkey that the browser made",
		right: "signed-in",
		keepsActor: true,
		body: z.strictObject({ label: z.string().min(1).max(40), answer }),
		answers: { 201: passkey },
		problems: [400, 401],
		run: async ({ body, by, request }) => {
			const made = await passkeys.register(personOf(by), body.label, body.answer, siteOf(request));
			audit({ what: "passkey-added", by: by.actor, subject: body.label });
			return json(made, 201);
		},
	});
}

function remove({ passkeys }: PasskeyDesk): Route {
	return route({
		method: "DELETE",
		url: "/api/v1/passkeys/{id}",
		room: "people",
		summary: "Removes a passkey of one's own; it opens nothing any more",
		right: "signed-in",
		path: z.strictObject({ id: z.string().max(1_400) }),
		answers: { 204: z.null() },
		problems: [401, 404],
		run: async ({ path, by }) => {
			await passkeys.remove(personOf(by), path.id);
			return { status: 204 };
		},
	});
}

function signInOptions({ passkeys }: PasskeyDesk): Route {
	return route({
		method: "POST",
		url: "/api/v1/sessions/passkey/options",
		room: "people",
		summary: "What the browser needs to sign in with a passkey (WebAuthn request options)",
		right: "anyone",
		keepsActor: true,
		answers: { 200: options },
		problems: [400, 401],
		run: async ({ request }) => json(await passkeys.signInOptions(siteOf(request))),
	});
}

function signIn({ passkeys, audit }: PasskeyDesk): Route {
	return route({
		method: "POST",
		url: "/api/v1/sessions/passkey",
		room: "people",
		summary: "Signs a person in with a passkey; the answer sets a cookie",
		right: "anyone",
		keepsActor: true,
		body: z.strictObject({ answer }),
		answers: { 201: z.object({ name: z.string(), expiresAt: instantOut }) },
		problems: [400, 401],
		run: async ({ body, request, reply }) => {
			try {
				const { user, secret, session } = await passkeys.signIn(body.answer, request.ip, siteOf(request));
				audit({ what: "sign-in", by: { kind: "user", name: user, address: request.ip }, why: "passkey" });
				reply.header("set-cookie", sessionCookie(secret, request));
				return json({ name: user, expiresAt: session.expiresAt }, 201);
			} catch (error) {
				const by = { kind: "user", name: "unknown", address: request.ip } as const;
				if (error instanceof AccessRefusal) audit({ what: "sign-in-refused", by, why: error.code });
				throw error;
			}
		},
	});
}
