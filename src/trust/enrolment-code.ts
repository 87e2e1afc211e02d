/**
 * The line that enrols a box: `GE1.` and base64url of
 *
 *     secret 16 │ caSha256 32 │ rootsSha256 32 │ expires 4 (s since 1970) │ store (length, text)
 *     count of urls │ urls (length, text) │ check 4
 *
 * The check is the beginning of the SHA-256 of what stands before it: it finds typing mistakes and proves nothing.
 */
import { createHash, randomBytes } from "node:crypto";

/** Stands for a digest in a code: any authority that the system trusts may have certified head office. */
export const trustedBySystem = "0".repeat(64);

export interface EnrolmentCode {
	/** Addresses of head office, tried in order. */
	urls: string[];
	/** SHA-256 of the certificate (DER) that issued head office's HTTPS certificate, hex; or `trustedBySystem`. */
	caSha256: string;
	/** Digest of the two roots (key-list.ts), hex. */
	rootsSha256: string;
	store: string;
	/** 128 bits, base64url. */
	secret: string;
	/** ISO; whole seconds. */
	expires: string;
}

const prefix = "GE1.";
const checkOf = (bytes: Buffer): Buffer => createHash("sha256").update("gondola/enrolment-code\n").update(bytes).digest().subarray(0, 4);

export function newEnrolmentSecret(): string {
	return randomBytes(16).toString("base64url");
}

export function writeEnrolmentCode({ urls, caSha256, rootsSha256, store, secret, expires }: EnrolmentCode): string {
	const seconds = Buffer.alloc(4);
	seconds.writeUInt32BE(Math.floor(Date.parse(expires) / 1_000));
	const body = Buffer.concat([
		Buffer.from(secret, "base64url"),
		Buffer.from(caSha256, "hex"),
		Buffer.from(rootsSha256, "hex"),
		seconds,
		counted(store),
		Buffer.of(urls.length),
		...urls.map(counted),
	]);
	return prefix + Buffer.concat([body, checkOf(body)]).toString("base64url");
}

function counted(text: string): Buffer {
	const bytes = Buffer.from(text);
	if (bytes.length > 255) throw new RangeError(`"${text.slice(0, 40)}…" is longer than an enrolment code holds`);
	return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

export type EnrolmentCodeFault = "code-unknown" | "code-damaged";

/** Reads a pasted code: blanks and line breaks do not matter. */
export function readEnrolmentCode(text: string): EnrolmentCode | { fault: EnrolmentCodeFault } {
	const tidy = text.replace(/\s+/g, "");
	if (!tidy.startsWith(prefix)) return { fault: "code-unknown" };
	const bytes = Buffer.from(tidy.slice(prefix.length), "base64url");
	if (bytes.toString("base64url") !== tidy.slice(prefix.length) || bytes.length < 92) return { fault: "code-damaged" };
	const body = bytes.subarray(0, -4);
	if (!checkOf(body).equals(bytes.subarray(-4))) return { fault: "code-damaged" };
	let at = 0;
	const take = (length: number): Buffer => {
		if (at + length > body.length) throw new RangeError("short");
		return body.subarray(at, (at += length));
	};
	const text8 = (): string => take(take(1)[0]!).toString("utf8");
	try {
		const code: EnrolmentCode = {
			secret: take(16).toString("base64url"),
			caSha256: take(32).toString("hex"),
			rootsSha256: take(32).toString("hex"),
			expires: new Date(take(4).readUInt32BE() * 1_000).toISOString(),
			store: text8(),
			urls: Array.from({ length: take(1)[0]! }, text8),
		};
		return at === body.length && code.urls.length > 0 ? code : { fault: "code-damaged" };
	} catch {
		return { fault: "code-damaged" };
	}
}
