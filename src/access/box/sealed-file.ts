/**
 * A file that only the holder of one private key can read, such as a backup on its way off the box.
 *
 *     gondola-sealed/1 ⏎  {"to": public key, "ephemeral": X25519 public key} ⏎  chunk chunk … last chunk
 *
 * The key of the chunks comes from X25519 and HKDF-SHA256, with the two lines above as its context. A chunk is AES-256-GCM over at most
 * 64 KiB; its nonce counts, and marks the last one, so that chunks can neither be exchanged nor left out.
 */
import {
	createCipheriv,
	createDecipheriv,
	createPrivateKey,
	createPublicKey,
	diffieHellman,
	generateKeyPairSync,
	hkdfSync,
	type KeyObject,
} from "node:crypto";
import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs";
import { z } from "zod";
import { CodedError } from "../../words/basics/coded-error.ts";

const mark = "gondola-sealed/1\n";
const chunkBytes = 65_536;
const tagBytes = 16;
const headBytesMost = 512;
const publicPrefix = "gbp_";
const privatePrefix = "gbs_";
const publicText = /^gbp_[\w-]{43}$/;
const privateText = /^gbs_[\w-]{43}$/;
const head = z.strictObject({ to: z.string().regex(publicText), ephemeral: z.string().regex(/^[\w-]{43}$/) });

export class SealTrouble extends CodedError<"sealed-otherwise" | "sealed-damaged" | "key-wrong"> {
	override name = "SealTrouble";
}

export interface BackupKey {
	/** `gbp_…`: the public key. */
	public: string;
	/** `gbs_…`: the private key, which opens every backup made for the public one. */
	private: string;
}

export function makeBackupKey(): BackupKey {
	const { privateKey } = generateKeyPairSync("x25519");
	const { x, d } = privateKey.export({ format: "jwk" });
	return { public: publicPrefix + x!, private: privatePrefix + d! };
}

export const isBackupPublicKey = (text: string): boolean => publicText.test(text);

/** The first public key in a text, such as a key file; undefined where there is none. */
export const backupPublicKeyIn = (text: string): string | undefined => text.split(/[^\w-]+/).find(isBackupPublicKey);

/** The public key that a sealed file is for; undefined for a file that is not sealed. Throws SealTrouble for a damaged one. */
export function sealedFor(path: string): string | undefined {
	const file = openSync(path, "r");
	try {
		return readHead(file, path)?.to;
	} finally {
		closeSync(file);
	}
}

/** Writes `to` whole or not at all, mode 0600. */
export function sealFile(from: string, to: string, publicKey: string): void {
	const { publicKey: ephemeral, privateKey } = generateKeyPairSync("x25519");
	const lines = `${mark}${JSON.stringify({ to: publicKey, ephemeral: ephemeral.export({ format: "jwk" }).x! })}\n`;
	const key = chunkKey(privateKey, publicOf(publicKey.slice(publicPrefix.length)), lines);
	writeWhole(from, to, (source, out) => {
		writeSync(out, lines);
		eachChunk(source, 0, chunkBytes, (chunk, at, isLast) => {
			const cipher = createCipheriv("aes-256-gcm", key, nonceOf(at, isLast));
			writeSync(out, Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()]));
		});
	});
}

/**
 * Writes `to` whole or not at all, mode 0600. Throws SealTrouble when the file is for another key, or when a byte was changed or is
 * missing.
 */
export function unsealFile(from: string, to: string, privateKey: string): void {
	const key = privateText.test(privateKey) ? privateOf(privateKey.slice(privatePrefix.length)) : undefined;
	if (!key) throw new SealTrouble("key-wrong", "this is no backup key; it begins with gbs_ and comes from: gondola backup --new-key FILE");
	writeWhole(from, to, (source, out) => {
		const found = readHead(source, from);
		if (!found) throw new SealTrouble("sealed-damaged", `${from} is not sealed`);
		if (found.to !== publicPrefix + createPublicKey(key).export({ format: "jwk" }).x!)
			throw new SealTrouble("sealed-otherwise", `${from} is sealed for ${found.to}, which is not this key's`);
		const chunks = chunkKey(key, publicOf(found.ephemeral), found.lines);
		eachChunk(source, found.lines.length, chunkBytes + tagBytes, (chunk, at, isLast) => {
			try {
				const decipher = createDecipheriv("aes-256-gcm", chunks, nonceOf(at, isLast));
				decipher.setAuthTag(chunk.subarray(-tagBytes));
				writeSync(out, Buffer.concat([decipher.update(chunk.subarray(0, -tagBytes)), decipher.final()]));
			} catch {
				throw new SealTrouble("sealed-damaged", `${from} is damaged or cut off; nothing of it was taken`);
			}
		});
	});
}

/** Undefined for a file that is not sealed. */
function readHead(file: number, path: string): { to: string; ephemeral: string; lines: string } | undefined {
	const begin = Buffer.alloc(headBytesMost);
	const bytes = readSync(file, begin, 0, headBytesMost, 0);
	const text = begin.toString("latin1", 0, bytes);
	if (!text.startsWith(mark)) return undefined;
	const end = text.indexOf("\n", mark.length);
	try {
		const lines = text.slice(0, end + 1);
		return { ...head.parse(JSON.parse(text.slice(mark.length, end))), lines };
	} catch {
		throw new SealTrouble("sealed-damaged", `${path} begins as a sealed backup, but is damaged`);
	}
}

/** Reads from `position` to the end, in pieces of `bytes`; the last one may be shorter, or empty. */
function eachChunk(file: number, position: number, bytes: number, take: (chunk: Buffer, at: number, isLast: boolean) => void): void {
	let from = position;
	const read = (): Buffer => {
		const buffer = Buffer.alloc(bytes);
		let filled = 0;
		for (let got = -1; got !== 0 && filled < bytes; filled += got) got = readSync(file, buffer, filled, bytes - filled, from + filled);
		from += filled;
		return buffer.subarray(0, filled);
	};
	let chunk = read();
	for (let at = 0; ; at += 1) {
		const next = chunk.length === bytes ? read() : Buffer.alloc(0);
		take(chunk, at, next.length === 0);
		if (next.length === 0) return;
		chunk = next;
	}
}

function writeWhole(from: string, to: string, write: (source: number, out: number) => void): void {
	const draft = `${to}.part`;
	rmSync(draft, { force: true });
	const source = openSync(from, "r");
	try {
		const out = openSync(draft, "wx", 0o600);
		try {
			write(source, out);
			fsyncSync(out);
		} finally {
			closeSync(out);
		}
		renameSync(draft, to);
	} finally {
		closeSync(source);
		rmSync(draft, { force: true });
	}
}

function chunkKey(own: KeyObject, other: KeyObject, lines: string): Buffer {
	const shared = diffieHellman({ privateKey: own, publicKey: other });
	return Buffer.from(hkdfSync("sha256", shared, "gondola/sealed-file/1", lines, 32));
}

function nonceOf(at: number, isLast: boolean): Buffer {
	const nonce = Buffer.alloc(12);
	nonce.writeBigUInt64BE(BigInt(at), 3);
	nonce[11] = isLast ? 1 : 0;
	return nonce;
}

const publicOf = (x: string): KeyObject => createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "X25519", x } });

/** Makes the private key object from the private half alone, as a key file holds it. */
function privateOf(d: string): KeyObject {
	const prefix = Buffer.from("302e020100300506032b656e04220420", "hex");
	return createPrivateKey({ format: "der", type: "pkcs8", key: Buffer.concat([prefix, Buffer.from(d, "base64url")]) });
}
