/** The two routes of signing in through an identity provider: leaving for it, and coming back. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AccessRefusal } from "../../access/refusal.ts";
import type { HqPeople } from "./people-routes.ts";
import { setCookie, setSession } from "./session-cookie.ts";

const keepName = "gondola_hq_oidc";
const keepPath = "/api/v1/sessions/oidc";
/** The path to which the provider sends the browser back. */
export const callbackPath = `${keepPath}/callback`;
const keepSeconds = 600;

export function oidcRoutes(app: FastifyInstance, { directory, audit, publicUrl, oidc }: HqPeople): void {
	if (!oidc) return;
	const forget = (request: FastifyRequest, reply: FastifyReply): void =>
		setCookie(request, reply, publicUrl, `${keepName}=; Path=${keepPath}; SameSite=Lax; Max-Age=0`);

	app.get(keepPath, async (request, reply) => {
		const { to, keep } = await oidc.begin();
		// SameSite=Lax: the browser comes back by a link of the provider's page and must send this cookie.
		setCookie(request, reply, publicUrl, `${keepName}=${keep}; Path=${keepPath}; SameSite=Lax; Max-Age=${keepSeconds}`);
		return reply.redirect(to.href, 302);
	});

	app.get(callbackPath, async (request, reply) => {
		const address = request.ip ?? "";
		const kept = new RegExp(`(?:^|;\\s*)${keepName}=([\\w-]{1,1000})(?:;|$)`).exec(request.headers.cookie ?? "")?.[1];
		forget(request, reply);
		const query = new URL(request.url, "http://localhost").searchParams;
		try {
			const person = await oidc.finish(query, kept);
			const { name } = await directory.provideUser(person);
			const { secret } = await directory.startSession(name, address);
			await audit.note({ kind: "user", name, address }, "sign-in", `${person.issuer} ${person.subject}`, "done");
			setSession(request, reply, publicUrl, secret);
		} catch (error) {
			if (error instanceof AccessRefusal) await audit.note({ kind: "system", name: "sign-in", address }, "sign-in", oidc.label, error.code);
			throw error;
		}
		// A page and not a redirect: after a redirect the browser would still count this as the provider's link, and not send the strict session
		// cookie.
		return reply
			.type("text/html; charset=utf-8")
			.send('<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/"><title>Gondola</title><a href="/">→</a>');
	});
}
