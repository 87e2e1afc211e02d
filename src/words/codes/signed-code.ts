/**
 * Codes that customers show and that are checked without the line: `KIND.<payload>.<signature>`. The payload is base64url of JSON, the
 * signature Ed25519 (base64url) over the ASCII text `KIND.<payload>`: a signature of one kind never stands for another kind.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";

/** `GM1`: a member's code; `GO1`: an order's pick-up code; `GR1`: a receipt's code. The first two are head office's, the last a store's. */
export type CodeKind = "GM1" | "GO1" | "GR1";

/** Whether a scanned text is a signed code, whole or damaged: such a text is not stored. */
export const looksLikeSignedCode = (text: string): boolean => /^\s*(\][A-Za-z]\d)?G[MOR]1\./i.test(text);

/** The part of a signed code that may be stored. */
export const maskedCode = (text: string): string => `${/G[MOR]1\./i.exec(text)?.[0].toUpperCase() ?? ""}***`;

/** Text that is to be shown or logged, with every signed code in it masked. */
export const maskSignedCodes = (text: string): string => text.replace(/(G[MOR]1)\.[\w.-]+/gi, "$1.***");

export function makeSignedCode(kind: CodeKind, payload: unknown, key: KeyObject): string {
	const signed = `${kind}.${Buffer.from(JSON.stringify(payload)).toString("base64url")}`;
	return `${signed}.${sign(null, Buffer.from(signed), key).toString("base64url")}`;
}

/** `key`: an Ed25519 public key. */
export type ReadSignedCode = { payload: unknown; isSignedBy(key: KeyObject): boolean };

/** Undefined for a text of another form. Does not check the signature: nothing in the answer may be trusted before that. */
export function readSignedCode(kind: CodeKind, text: string, longest: number): ReadSignedCode | undefined {
	if (text.length > longest) return undefined;
	const [, found, encoded, signature] = /^([A-Z0-9]{3})\.([\w-]{16,1200})\.([\w-]{86})$/.exec(text) ?? [];
	if (found !== kind || encoded === undefined || signature === undefined) return undefined;
	const [bytes, signatureBytes] = [Buffer.from(encoded, "base64url"), Buffer.from(signature, "base64url")];
	// Several texts may decode to the same bytes; only the one that encodes back to itself is accepted.
	if (bytes.toString("base64url") !== encoded || signatureBytes.toString("base64url") !== signature) return undefined;
	let payload: unknown;
	try {
		payload = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
	} catch {
		return undefined;
	}
	return { payload, isSignedBy: (key) => verify(null, Buffer.from(`${kind}.${encoded}`), key, signatureBytes) };
}

/** Seconds since 1970. */
export const isSeconds = (value: unknown): value is number =>
	Number.isSafeInteger(value) && (value as number) > 0 && (value as number) < 1e11;

const objects = new Map<string, KeyObject>();
const objectsMost = 5_000;

/** `x`: the 32 bytes of an Ed25519 public key, base64url. Throws for another text. */
export function publicKeyObject(x: string): KeyObject {
	const known = objects.get(x);
	if (known) return known;
	const made = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
	if (objects.size >= objectsMost) objects.clear();
	objects.set(x, made);
	return made;
}

export const privateKeyObject = (x: string, d: string): KeyObject =>
	createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", x, d }, format: "jwk" });
