import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import { hostname } from "node:os";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { limits } from "../limits.ts";
import { Problem } from "../problems.ts";

const securityHeaders = {
	"content-security-policy":
		"default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
	"x-content-type-options": "nosniff",
	"x-frame-options": "DENY",
	"referrer-policy": "no-referrer",
	"cross-origin-resource-policy": "same-origin",
	"cross-origin-opener-policy": "same-origin",
	"permissions-policy": "camera=(), microphone=(), geolocation=()",
} as const;

/** Whoever comes may see these; every other route needs the token. */
const open: ReadonlySet<string> = new Set(["/", "/assets/:file", "/openapi.json", "/healthz", "/readyz", "/api/v1/session"]);

const cookieName = "gondola_desk";

export interface Guard {
	/** Throws a sentence for the log when this host must not be bound without a token. */
	mayBind(host: string): void;
	mount(app: FastifyInstance): void;
	/** The cookie for a browser that gave the token once: EventSource and pictures cannot carry an Authorization header. */
	signIn(token: string): string;
}

/**
 * Who may talk to the desk. On loopback whoever is on the box may; beyond it only who has the token. A web page from
 * elsewhere may never act through a browser in the store: no CORS, Origin must be our own, and Host must be an address
 * or a name we go by (DNS rebinding needs a name the attacker owns).
 */
export function deskGuard(token: string | undefined, names: readonly string[]): Guard {
	const key = randomBytes(32);
	const digest = (text: string): Buffer => createHmac("sha256", key).update(text).digest();
	const same = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
	const session = digest(`session ${token ?? ""}`).toString("base64url");
	const own = hostname().toLowerCase();
	const goBy = new Set(["localhost", own, `${own}.local`, ...names.map((name) => name.toLowerCase())]);

	const checkHost = (request: FastifyRequest): void => {
		// Of two, a proxy may have checked the other one.
		const { rawHeaders } = request.raw;
		const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.length === 4 && name.toLowerCase() === "host").length;
		const host = nameOf(request.headers.host ?? "");
		if (hosts > 1) throw new Problem("host-unknown", "The request names two hosts.");
		if (isIP(host) > 0 || goBy.has(host) || host.endsWith(".localhost")) return;
		throw new Problem("host-unknown", `The request names the host "${host.slice(0, 80)}".`);
	};
	const checkOrigin = (request: FastifyRequest): void => {
		const { origin, host } = request.headers;
		const site = request.headers["sec-fetch-site"];
		const foreign = origin !== undefined && origin.replace(/^https?:\/\//, "") !== host;
		if (foreign || site === "cross-site" || site === "same-site") throw new Problem("origin-foreign");
	};
	const checkToken = (request: FastifyRequest): void => {
		if (token === undefined) return;
		const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
		if (bearer !== undefined) {
			if (same(bearer, token)) return;
			throw new Problem("token-wrong");
		}
		const cookie = new RegExp(`(?:^|;\\s*)${cookieName}=([\\w-]+)`).exec(request.headers.cookie ?? "")?.[1];
		if (cookie === undefined || !same(cookie, session)) throw new Problem("token-missing");
	};

	return {
		mayBind(host) {
			if (token !== undefined && token.length < limits.tokenCharacters) {
				throw new Error(`The desk's token has fewer than ${limits.tokenCharacters} characters; make one with: openssl rand -hex 16`);
			}
			if (token === undefined && !isLoopback(host)) {
				throw new Error(`The desk does not listen on ${host} without a token; set desk.tokenFile, or desk.host to 127.0.0.1.`);
			}
		},
		mount(app) {
			app.addHook("onRequest", async (request, reply) => {
				reply.headers(securityHeaders);
				// The route that will answer, however its address was spelled; undefined where none does.
				const path = request.routeOptions.url ?? "";
				const probe = path === "/healthz" || path === "/readyz";
				if (path.startsWith("/api/")) reply.header("cache-control", "no-store");
				if (!probe) checkHost(request);
				if (request.method !== "GET" && request.method !== "HEAD") checkOrigin(request);
				if (path !== "" && !open.has(path)) checkToken(request);
			});
		},
		signIn(given) {
			if (token !== undefined && !same(given, token)) throw new Problem("token-wrong");
			return `${cookieName}=${session}; Path=/; HttpOnly; SameSite=Strict`;
		},
	};
}

export function isLoopback(host: string): boolean {
	return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

function nameOf(host: string): string {
	const bracketed = /^\[([0-9a-f:.]+)\](?::\d+)?$/i.exec(host)?.[1];
	return (bracketed ?? host.replace(/:\d+$/, "")).toLowerCase().replace(/\.$/, "");
}
