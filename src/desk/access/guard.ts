/**
 * Who may do what at the desk. Decided on the route that matched and not on the spelling of its address: each route declares the
 * right it needs, and a route that declares none cannot be mounted. A web page from another site can never act through a browser in
 * the store: there is no CORS, Origin must be this gateway's own, and Host must be an address or a configured name (a DNS rebinding
 * attack needs a name that the attacker owns).
 *
 *     redirect plain to TLS → host → origin → who is it → has a right
 */
import { isIP } from "node:net";
import { hostname } from "node:os";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Directory, Principal } from "../../access/directory.ts";
import { securityHeaders } from "../../access/pages/security-headers.ts";
import { type GatewayRight, gatewayRoles } from "../../access/rights.ts";
import { isLoopbackAddress } from "../../access/tls-too.ts";
import type { Audit } from "../ledger-view.ts";
import { Problem } from "../problems.ts";
import { isLoopback, isSameMachine } from "./addresses.ts";

/**
 * The right that a route requires. `claim`: answers also before the first user was made (page, liveness, the claim itself). `anyone`: needs
 * no user, but a claimed gateway. `signed-in`: any person or program. Otherwise one right of the table.
 */
export type Asks = "claim" | "anyone" | "signed-in" | GatewayRight;

declare module "fastify" {
	interface FastifyContextConfig {
		right?: Asks;
		/** Answers whatever Host the request names: a load balancer's probe uses an address unknown to the gateway. */
		anyHost?: true;
	}
	interface FastifyRequest {
		principal: Principal | null;
	}
}

export interface DeskAccess {
	directory: Directory;
	/** In `demo`: a request from this machine without a token is made as the user `demo`, who may do everything. */
	isDemo?: boolean;
	/** Further names of the box on the store's network. */
	names?: readonly string[];
	/** Called for requests refused because a right was missing, and for unknown tokens. */
	audit?: Audit;
	/** Whether plain HTTP from other machines is redirected to TLS. */
	hasTls?: boolean;
}

const deskHeaders = {
	"content-security-policy":
		"default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
	"permissions-policy": "camera=(), microphone=(), geolocation=()",
	...securityHeaders,
} as const;

const cookieName = "gondola_desk";

export function mountGuard(app: FastifyInstance, access: DeskAccess): void {
	const own = hostname().toLowerCase();
	const goBy = new Set(["localhost", own, `${own}.local`, ...(access.names ?? []).map((name) => name.toLowerCase())]);
	app.decorateRequest("principal", null);
	app.addHook("onRoute", ({ url, config }) => {
		if (config?.right === undefined) throw new Error(`The route ${url} does not say which right it asks for.`);
	});
	app.addHook("onRequest", async (request, reply) => {
		reply.headers(deskHeaders);
		// Undefined where no route matches: only a known person or program is told that; others get the answer for missing credentials.
		const { right = "signed-in", anyHost = false } = request.is404 ? {} : request.routeOptions.config;
		if (!anyHost) checkHost(request, goBy);
		if (access.hasTls && (await mustTurnToTls(request, access))) return turnToTls(request, reply);
		if (request.method !== "GET" && request.method !== "HEAD") checkOrigin(request);
		if (right !== "claim") request.principal = await admit(request, right, access);
		checkMeantActor(request);
	});
}

/**
 * A device that kept an act while it had no network names in `gondola-actor` (percent-encoded) who did it. Where another person is signed
 * in by then, the act is refused: it would stand under the wrong name.
 */
function checkMeantActor({ headers, principal }: FastifyRequest): void {
	const meant = headers["gondola-actor"];
	if (meant === undefined || principal === null || meant === encodeURIComponent(principal.actor.name)) return;
	throw new Problem("actor-differs", `Signed in is ${principal.actor.name}.`);
}

/** The caller; null where the route takes anyone and the request has no credentials. Rejects when the credentials are refused. */
async function admit(request: FastifyRequest, right: Exclude<Asks, "claim">, access: DeskAccess): Promise<Principal | null> {
	const principal = await principalOf(request, access);
	if (!principal) {
		const isClaimed = access.isDemo === true || (await access.directory.isClaimed());
		if (right === "anyone" && (isClaimed || isLoopbackAddress(request.ip))) return null;
		throw new Problem(isClaimed ? "token-missing" : "unclaimed");
	}
	if (right === "anyone" || right === "signed-in" || principal.may(right)) return principal;
	const subject = `${request.method} ${request.routeOptions.url ?? ""}`;
	access.audit?.({ what: "right-refused", by: principal.actor, subject, why: right });
	throw new Problem("right-missing", `${principal.actor.name} may not do this (it takes the right ${right}).`);
}

/** The caller; undefined without credentials. Rejects with "token-wrong" for an unknown bearer token. */
export async function principalOf(request: FastifyRequest, access: DeskAccess): Promise<Principal | undefined> {
	const { directory, isDemo } = access;
	const { authorization, cookie } = request.headers;
	if (authorization !== undefined) {
		const bearer = bearerOf(authorization);
		const found = bearer === undefined ? undefined : await directory.who(bearer, request.ip);
		if (found) return found;
		access.audit?.({ what: "token-refused", by: { kind: "token", name: "unknown", address: request.ip } });
		throw new Problem("token-wrong");
	}
	const session = cookieOf(cookie);
	const found = session === undefined ? undefined : await directory.who(session, request.ip);
	if (found) return found;
	const isDirect = request.headers["x-forwarded-for"] === undefined && request.headers["forwarded"] === undefined;
	return isDemo && isDirect && isLoopbackAddress(request.ip) ? demoUser(request.ip) : undefined;
}

const demoUser = (address: string): Principal => ({
	actor: { kind: "user", name: "demo", address },
	roles: gatewayRoles,
	may: () => true,
});

function checkHost(request: FastifyRequest, goBy: ReadonlySet<string>): void {
	// With two values, a proxy may have checked the other one.
	const { rawHeaders } = request.raw;
	const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === "host").length;
	if (hosts > 1) throw new Problem("host-unknown", "The request names two hosts.");
	const host = nameOf(request.headers.host ?? "");
	if (isIP(host) > 0 || goBy.has(host) || host.endsWith(".localhost")) return;
	throw new Problem("host-unknown", `The request names the host "${host.slice(0, 80)}".`);
}

function checkOrigin(request: FastifyRequest): void {
	const { origin, host } = request.headers;
	const site = request.headers["sec-fetch-site"];
	const isForeign = origin !== undefined && origin.replace(/^https?:\/\//, "") !== host;
	if (isForeign || site === "cross-site" || site === "same-site") throw new Problem("origin-foreign");
}

/** Whether the request came over TLS, to this gateway or to the proxy that the configuration trusts. */
function isSecure(request: FastifyRequest): boolean {
	return request.protocol === "https";
}

/**
 * Plain HTTP is for loopback. The verbs on this machine ask at the address of `desk.host`, which need not be loopback; they have
 * the box's own token, and their connection never leaves the machine.
 */
async function mustTurnToTls(request: FastifyRequest, { directory }: DeskAccess): Promise<boolean> {
	if (isSecure(request) || isLoopback(request.socket)) return false;
	const bearer = bearerOf(request.headers.authorization);
	if (!isSameMachine(request.socket) || bearer === undefined) return true;
	const asker = await directory.who(bearer);
	return asker?.actor.kind !== "token" || asker.actor.name !== boxTokenName;
}

/** The token of the verbs on this machine (daemon/start/desk-access.ts). */
const boxTokenName = "box";

const bearerOf = (authorization: string | undefined): string | undefined =>
	/^Bearer ([\x21-\x7e][\x20-\x7e]{0,499})$/i.exec(authorization ?? "")?.[1];

function turnToTls(request: FastifyRequest, reply: FastifyReply): FastifyReply {
	const path = request.url.startsWith("/") ? request.url : "/";
	return reply.code(308).header("location", `https://${request.headers.host}${path}`).send();
}

/** The Set-Cookie of a session; an empty secret removes the cookie. */
export function sessionCookie(secret: string, request: FastifyRequest): string {
	const ends = secret === "" ? "; Max-Age=0" : "";
	return `${cookieName}=${secret}; Path=/; HttpOnly; SameSite=Strict${isSecure(request) ? "; Secure" : ""}${ends}`;
}

function cookieOf(header: string | undefined): string | undefined {
	return new RegExp(`(?:^|;\\s*)${cookieName}=([\\w-]{1,100})(?:;|$)`).exec(header ?? "")?.[1];
}

function nameOf(host: string): string {
	const bracketed = /^\[([0-9a-f:.]+)\](?::\d+)?$/i.exec(host)?.[1];
	return (bracketed ?? host.replace(/:\d+$/, "")).toLowerCase().replace(/\.$/, "");
}
