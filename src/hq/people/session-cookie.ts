import type { FastifyReply, FastifyRequest } from "fastify";
import { cookieName } from "./guard.ts";

/** Whether the browser's connection is encrypted: TLS to this process, to a proxy that is trusted, or to one before the public address. */
function isSecure({ protocol, headers }: FastifyRequest, publicUrl: string | undefined): boolean {
	if (protocol === "https") return true;
	const known = publicUrl === undefined ? undefined : new URL(publicUrl);
	return known?.protocol === "https:" && headers.host === known.host;
}

/** The scheme and host that the browser sees. */
export function originOf(request: FastifyRequest, publicUrl: string | undefined): string {
	return `${isSecure(request, publicUrl) ? "https" : "http"}://${request.headers.host ?? ""}`;
}

export function setCookie(request: FastifyRequest, reply: FastifyReply, publicUrl: string | undefined, text: string): void {
	reply.header("set-cookie", `${text}; HttpOnly${isSecure(request, publicUrl) ? "; Secure" : ""}`);
}

/** An empty secret removes the session's cookie. */
export function setSession(request: FastifyRequest, reply: FastifyReply, publicUrl: string | undefined, secret: string): void {
	setCookie(request, reply, publicUrl, `${cookieName}=${secret}; Path=/; SameSite=Strict${secret === "" ? "; Max-Age=0" : ""}`);
}
