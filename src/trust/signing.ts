/**
 * Ed25519 over a domain word and the canonical JSON (RFC 8785) of what is said. The domain keeps a signature from standing for anything
 * else: one over a welcome is never one over a seal, whatever their members are.
 *
 *     signature = Ed25519(key, domain ‖ LF ‖ canonical {"for": context, "says": statement without sig})
 *
 * `context` is what both sides know without being told (tenant, store): it is signed and not sent.
 */
import { sign, verify } from "node:crypto";
import { canonicalText } from "../words/basics/canonical-text.ts";
import { kidOf, publicKeyOf, type SigningKey } from "./keys.ts";

export const domains = [
	"gondola/seal/1",
	"gondola/welcome/1",
	"gondola/batch/1",
	"gondola/key-list/1",
	"gondola/root-successor/1",
	"gondola/command/1",
	"gondola/enrolment/1",
	"gondola/hello/1",
	"gondola/ack/1",
	"gondola/answer/1",
	"gondola/reply/1",
	"gondola/leap/1",
	"gondola/proof/1",
	"gondola/approvers/1",
] as const;
export type Domain = (typeof domains)[number];

export interface Signed {
	kid: string;
	/** Base64url, 64 bytes. */
	sig: string;
}

function signedBytes(domain: Domain, context: object, statement: object): Buffer {
	const { sig: _, ...says } = statement as { sig?: unknown };
	return Buffer.from(`${domain}\n${canonicalText({ for: context, says })}`);
}

/** The statement with `kid` and `sig` added. */
export function signStatement<T extends object>(domain: Domain, context: object, statement: T, key: SigningKey): T & Signed {
	const named = { ...statement, kid: key.kid };
	return { ...named, sig: sign(null, signedBytes(domain, context, named), key.privateKey).toString("base64url") };
}

/**
 * Whether the owner of `publicText` signed exactly this statement. Pass the statement as it was received, before a schema drops members
 * that it does not know: they were signed too. False, and never an error, for a malformed one.
 */
export function isSignedBy(domain: Domain, context: object, statement: object, publicText: string): boolean {
	const { kid, sig } = statement as Partial<Signed>;
	if (typeof sig !== "string" || !/^[\w-]{86}$/.test(sig) || typeof kid !== "string") return false;
	const publicKey = publicKeyOf(publicText);
	if (!publicKey || kidOf(publicText) !== kid) return false;
	try {
		return verify(null, signedBytes(domain, context, statement), publicKey, Buffer.from(sig, "base64url"));
	} catch {
		return false;
	}
}
