/** Passkeys of head office's users: making, listing and removing one's own, and signing in with one. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import type { PasskeySite } from "../../access/passkeys.ts";
import { AccessRefusal } from "../../access/refusal.ts";
import { check } from "../http/answers.ts";
import type { HqPeople } from "./people-routes.ts";
import { originOf, setSession } from "./session-cookie.ts";

/** The answer of a browser's WebAuthn; the library checks every part of it. */
const answer = z.looseObject({ id: z.string().max(1_400), rawId: z.string(), type: z.string(), response: z.looseObject({}) });
export const registerBody = z.strictObject({ label: z.string().min(1).max(40), answer });
export const passkeySignInBody = z.strictObject({ answer });

export function passkeyRoutes(app: FastifyInstance, { passkeys, audit, publicUrl }: HqPeople): void {
	const siteOf = (request: FastifyRequest): PasskeySite => {
		const origin = originOf(request, publicUrl);
		return { origin, name: new URL(origin).hostname };
	};
	/** Programs have tokens, and the console is not a particular person: neither can have a passkey. */
	const personOf = (request: FastifyRequest): string => {
		const { kind, name } = request.asker!.actor;
		if (kind !== "user" || request.asker!.session === undefined) throw new AccessRefusal("passkey-refused", "Sign in as a person first.");
		return name;
	};
	app.get<{ Params: { name: string } }>("/api/v1/users/:name/passkeys", async (request) => ({
		items: await passkeys.publicKeys(request.params.name),
	}));
	app.get("/api/v1/passkeys", async (request) => ({ items: await passkeys.list(personOf(request)) }));
	app.post("/api/v1/passkeys/options", (request) => passkeys.registerOptions(personOf(request), siteOf(request)));
	app.post("/api/v1/passkeys", async (request, reply) => {
		const { label, answer } = check(registerBody, request.body, "");
		return reply.code(201).send(await passkeys.register(personOf(request), label, answer, siteOf(request)));
	});
	app.delete<{ Params: { id: string } }>("/api/v1/passkeys/:id", async (request, reply) => {
		await passkeys.remove(personOf(request), request.params.id);
		return reply.code(204).send();
	});
	app.post("/api/v1/sessions/passkey/options", (request) => passkeys.signInOptions(siteOf(request)));
	app.post("/api/v1/sessions/passkey", async (request, reply) => {
		const { answer } = check(passkeySignInBody, request.body, "");
		const address = request.ip ?? "";
		const started = await passkeys.signIn(answer, address, siteOf(request)).catch(async (error: unknown) => {
			if (error instanceof AccessRefusal) await audit.note({ kind: "system", name: "sign-in", address }, "sign-in", "passkey", error.code);
			throw error;
		});
		await audit.note({ kind: "user", name: started.user, address }, "sign-in", "passkey", "done");
		setSession(request, reply, publicUrl, started.secret);
		return reply.code(201).send({ name: started.user, expiresAt: started.session.expiresAt });
	});
}
