/**
 * What a customer's app shows at the till: `GM1.<payload>.<signature>`. The payload is base64url of JSON, the signature Ed25519 (base64url)
 * over the ASCII text `GM1.<payload>`. Head office signs, a store checks without its line.
 */
import { type KeyObject, sign, verify } from "node:crypto";

export interface MemberPayload {
	/** Whom head office means; never a name or a card's number. */
	pseudonym: string;
	tier: string;
	/** Seconds since 1970. */
	iat: number;
	exp: number;
	/** Makes each code one of its kind: it is taken once. */
	nonce: string;
}

/** For so many seconds a code counts at most. */
export const memberCodeMostSeconds = 120;
/** So far a store's clock may be behind head office's: a code that seems to be made later than that is not valid yet. */
export const memberCodeEarlySeconds = 30;
export const longestMemberCode = 1_024;

const pattern = /^GM1\.([\w-]{16,900})\.([\w-]{86})$/;
const word = /^[\w.:-]{8,64}$/;

/** Whether a text that was scanned is meant as a member's code, whole or damaged: such a text is kept nowhere. */
export const looksLikeMemberCode = (text: string): boolean => /^\s*(\][A-Za-z]\d)?GM1\./i.test(text);

/** What may be kept of one. */
export const maskedMemberCode = "GM1.***";

/** Text that is to be shown or logged, with every member's code in it masked. */
export const maskMemberCodes = (text: string): string => text.replace(/GM1\.[\w.-]+/gi, maskedMemberCode);

export function makeMemberCode(payload: MemberPayload, key: KeyObject): string {
	const signed = `GM1.${Buffer.from(JSON.stringify(payload)).toString("base64url")}`;
	return `${signed}.${sign(null, Buffer.from(signed), key).toString("base64url")}`;
}

export type ReadMemberCode = { payload: MemberPayload; isSignedBy(key: KeyObject): boolean };

/** Undefined for a text that is not of this form. Does not check the signature by itself: nothing in it may be believed before. */
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
