/**
 * What a customer's app shows at the till: `GM1.<payload>.<signature>`. The payload is base64url of JSON, the signature Ed25519 (base64url)
 * over the ASCII text `GM1.<payload>`. Head office signs, a store checks without its line.
 */
import { type KeyObject, sign, verify } from "node:crypto";

export interface MemberPayload {
	/** The member's pseudonym; never a name or a card's number. */
	pseudonym: string;
	tier: string;
	/** Seconds since 1970. */
	iat: number;
	exp: number;
	/** A random value by which a code is accepted only once. */
	nonce: string;
}

/** The longest time in seconds for which a code is valid. */
export const memberCodeMostSeconds = 120;
/** How far, in seconds, a store's clock may be behind head office's: a code made further in the future is refused. */
export const memberCodeEarlySeconds = 30;
export const longestMemberCode = 1_024;

const pattern = /^GM1\.([\w-]{16,900})\.([\w-]{86})$/;
const word = /^[\w.:-]{8,64}$/;

/** Whether a scanned text is a member's code, whole or damaged: such a text is not stored. */
export const looksLikeMemberCode = (text: string): boolean => /^\s*(\][A-Za-z]\d)?GM1\./i.test(text);

/** The part of a code that may be stored. */
export const maskedMemberCode = "GM1.***";

/** Text that is to be shown or logged, with every member's code in it masked. */
export const maskMemberCodes = (text: string): string => text.replace(/GM1\.[\w.-]+/gi, maskedMemberCode);

export function makeMemberCode(payload: MemberPayload, key: KeyObject): string {
	const signed = `GM1.${Buffer.from(JSON.stringify(payload)).toString("base64url")}`;
	return `${signed}.${sign(null, Buffer.from(signed), key).toString("base64url")}`;
}

export type ReadMemberCode = { payload: MemberPayload; isSignedBy(key: KeyObject): boolean };

/** Undefined for a text of another form. Does not check the signature: nothing in the answer may be trusted before that. */
export function readMemberCode(text: string): ReadMemberCode | undefined {
	const [, encoded, signature] = pattern.exec(text) ?? [];
	if (encoded === undefined || signature === undefined) return undefined;
	const [bytes, signatureBytes] = [Buffer.from(encoded, "base64url"), Buffer.from(signature, "base64url")];
	// Several texts may decode to the same bytes; only the one that encodes back to itself is accepted.
	if (bytes.toString("base64url") !== encoded || signatureBytes.toString("base64url") !== signature) return undefined;
	const payload = payloadOf(bytes);
	if (!payload) return undefined;
	return { payload, isSignedBy: (key) => verify(null, Buffer.from(`GM1.${encoded}`), key, signatureBytes) };
}

function payloadOf(bytes: Buffer): MemberPayload | undefined {
	let read: Partial<Record<keyof MemberPayload, unknown>> | null;
	try {
		read = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
	} catch {
		return undefined;
	}
	if (typeof read !== "object" || read === null) return undefined;
	const { pseudonym, tier, iat, exp, nonce } = read;
	if (typeof pseudonym !== "string" || !word.test(pseudonym) || typeof nonce !== "string" || !word.test(nonce)) return undefined;
	if (typeof tier !== "string" || !/^[^\0-\x1f\x7f]{1,32}$/.test(tier)) return undefined;
	if (!isSeconds(iat) || !isSeconds(exp)) return undefined;
	return { pseudonym, tier, iat, exp, nonce };
}

const isSeconds = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0 && (value as number) < 1e11;
