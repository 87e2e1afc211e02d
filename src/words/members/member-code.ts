/**
 * The code that a customer's app shows at the till: `GM1.<payload>.<signature>`. The payload is base64url of JSON, the signature Ed25519
 * (base64url) over the ASCII text `GM1.<payload>`. Head office signs, a store checks without its line.
 */
import { hash, type KeyObject } from "node:crypto";
import { isSeconds, makeSignedCode, readSignedCode } from "../codes/signed-code.ts";
import { defined } from "../defined.ts";

export interface MemberPayload {
	/** The member's pseudonym; never a name or a card's number. */
	pseudonym: string;
	tier: string;
	/** Seconds since 1970. */
	iat: number;
	exp: number;
	/** The only store that takes the code; left out: any. */
	store?: string;
	/** A random value by which a code is accepted only once. */
	nonce: string;
}

/** The longest time in seconds for which a code is valid. */
export const memberCodeMostSeconds = 120;
/** How far, in seconds, a store's clock may be behind head office's: a code made further in the future is refused. */
export const memberCodeEarlySeconds = 30;
export const longestMemberCode = 1_024;

const word = /^[\w.:-]{8,64}$/;

/** By this a code that was taken is known, without the code. */
export const codeIdOf = (nonce: string): string => hash("sha256", `gondola member code ${nonce}`, "base64url").slice(0, 22);

export const makeMemberCode = (payload: MemberPayload, key: KeyObject): string => makeSignedCode("GM1", payload, key);

export type ReadMemberCode = { payload: MemberPayload; isSignedBy(key: KeyObject): boolean };

/** Undefined for a text of another form. Does not check the signature: nothing in the answer may be trusted before that. */
export function readMemberCode(text: string): ReadMemberCode | undefined {
	const read = readSignedCode("GM1", text, longestMemberCode);
	const payload = read && payloadOf(read.payload);
	return read && payload && { payload, isSignedBy: read.isSignedBy };
}

function payloadOf(read: unknown): MemberPayload | undefined {
	if (typeof read !== "object" || read === null) return undefined;
	const { pseudonym, tier, iat, exp, nonce, store } = read as Partial<Record<keyof MemberPayload, unknown>>;
	if (typeof pseudonym !== "string" || !word.test(pseudonym) || typeof nonce !== "string" || !word.test(nonce)) return undefined;
	if (typeof tier !== "string" || !/^[^\0-\x1f\x7f]{1,32}$/.test(tier)) return undefined;
	if (!isSeconds(iat) || !isSeconds(exp)) return undefined;
	if (store !== undefined && (typeof store !== "string" || !/^[\w-]{1,32}$/.test(store))) return undefined;
	return { pseudonym, tier, iat, exp, nonce, ...defined({ store }) };
}
