/**
 * Who may do what at head office. Decided on the route that matched and not on the spelling of its address; a route without a right
 * cannot be mounted.
 *
 *     host and origin (answers.ts) → who sent it → has the right of the route
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Directory, Principal } from "../../access/directory.ts";
import { type HqRight, hqRoles } from "../../access/rights.ts";
import { isLoopbackAddress } from "../../access/tls-too.ts";
import { type Actor, actorText } from "../../words/actor.ts";
import { HqRefusal } from "../refusal.ts";
import type { Audit } from "./audit.ts";
import { rightOfRoute } from "./route-rights.ts";

/** `claim`: answers also before the first user was made. `anyone`: needs no sign-in. `signed-in`: any user or token. */
export type Asks = "claim" | "anyone" | "signed-in" | HqRight;

declare module "fastify" {
	interface FastifyContextConfig {
		hqRight?: Asks;
	}
	interface FastifyRequest {
		/** Who sent the request. */
		asker: Principal | undefined;
	}
}

export interface HqGuard {
	directory: Directory;
	audit: Audit;
	/** In `demo`: a request from this machine without a token is that of the user `demo`, who may do everything. */
	isDemo?: boolean;
	/** Whether the request came over the Unix socket in the data directory: a user who can open that may read the database as well. */
	isConsole(request: FastifyRequest): boolean;
	report: (error: unknown) => void;
}

export const cookieName = "gondola_hq";

const consoleUser: Principal = { actor: { kind: "system", name: "console" }, roles: hqRoles, may: () => true };

export function mountGuard(app: FastifyInstance, guard: HqGuard): void {
	app.decorateRequest("asker", undefined);
	app.addHook("onRoute", (route) => {
		const right = route.config?.hqRight ?? rightOfRoute(String(route.method), route.url);
		if (right === undefined) throw new Error(`The route ${String(route.method)} ${route.url} does not say which right it asks for.`);
		route.config = { ...route.config, hqRight: right };
	});
	app.addHook("onRequest", async (request) => {
		const { hqRight: right = "signed-in" } = request.is404 ? {} : request.routeOptions.config;
		// On a route that needs no sign-in a wrong token counts as none.
		if (right === "claim") request.asker = await principalOf(request, guard).catch(() => undefined);
		else request.asker = await admit(request, right, guard);
	});
	const isNews = onceAMinute();
	app.addHook("onResponse", async (request, reply) => {
		const route = `${request.method} ${request.routeOptions.url ?? "none"}`;
		const isRefusal = reply.statusCode === 401 || reply.statusCode === 403;
		// Failed attempts without a user could fill the table.
		if (!request.asker || (reply.statusCode >= 400 && !isRefusal)) return;
		const isRead = request.method === "GET" || request.method === "HEAD";
		if (isRead && !(isRefusal && isNews(`${actorText(request.asker.actor)} ${route}`))) return;
		guard.audit.note(request.asker.actor, route, request.url, String(reply.statusCode)).catch(guard.report);
	});
}

/** A page that asks again and again for what is refused fills no table. */
function onceAMinute(): (what: string) => boolean {
	const saidAtMs = new Map<string, number>();
	return (what) => {
		const nowMs = performance.now();
		if (nowMs - (saidAtMs.get(what) ?? Number.NEGATIVE_INFINITY) < 60_000) return false;
		if (saidAtMs.size >= 1_000) saidAtMs.clear();
		saidAtMs.set(what, nowMs);
		return true;
	};
}

async function admit(request: FastifyRequest, right: Exclude<Asks, "claim">, guard: HqGuard): Promise<Principal | undefined> {
	const principal = await principalOf(request, guard);
	if (!principal) {
		const isClaimed = guard.isDemo === true || (await guard.directory.isClaimed());
		if (right === "anyone" && (isClaimed || isLoopbackAddress(request.ip ?? ""))) return undefined;
		if (isClaimed) throw new HqRefusal("token-missing", "Send `Authorization: Bearer …`, or sign in on the page.");
		throw new HqRefusal("unclaimed", "Make the first person with the claim code that head office said on its console.");
	}
	// Needed by the audit, also when the request is refused.
	request.asker = principal;
	if (right === "anyone" || right === "signed-in" || principal.may(right)) return principal;
	throw new HqRefusal("right-missing", `${principal.actor.name} may not do this; it takes the right ${right}.`);
}

async function principalOf(request: FastifyRequest, { directory, isDemo, isConsole }: HqGuard): Promise<Principal | undefined> {
	if (isConsole(request)) return consoleUser;
	const { authorization, cookie } = request.headers;
	const address = request.ip ?? "";
	if (authorization !== undefined) {
		const bearer = /^Bearer ([\x21-\x7e]{1,500})$/i.exec(authorization)?.[1];
		const found = bearer === undefined ? undefined : await directory.who(bearer, address);
		if (found) return found;
		throw new HqRefusal("token-wrong", "The token is unknown, has ended or was revoked.");
	}
	const session = new RegExp(`(?:^|;\\s*)${cookieName}=([\\w-]{1,100})(?:;|$)`).exec(cookie ?? "")?.[1];
	const found = session === undefined ? undefined : await directory.who(session, address);
	if (found) return found;
	const isDirect = request.headers["x-forwarded-for"] === undefined && request.headers.forwarded === undefined;
	const demo: Actor = { kind: "user", name: "demo", address };
	return isDemo && isDirect && isLoopbackAddress(address) ? { actor: demo, roles: hqRoles, may: () => true } : undefined;
}
