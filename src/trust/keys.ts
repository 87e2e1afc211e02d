/**
 * Ed25519 keys: making, naming and keeping them in files of mode 0600. A key's name (`kid`) is derived from its public key, so that it
 * cannot name another key.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, type KeyObject } from "node:crypto";
import { createSecretFile, readSecretFile } from "../access/secret-file.ts";

const keyRoles = ["root", "line", "store", "member", "receipt"] as const;
export type KeyRole = (typeof keyRoles)[number];

export interface SigningKey {
	kid: string;
	role: KeyRole;
	/** Base64url of the 32 bytes. */
	public: string;
	privateKey: KeyObject;
}

export const publicPattern = /^[\w-]{43}$/;
export const kidPattern = /^[\w-]{16}$/;

/** The first 12 bytes of the SHA-256 of the public key, base64url: 16 signs. */
export function kidOf(publicText: string): string {
	return hash("sha256", Buffer.from(publicText, "base64url"), "base64url").slice(0, 16);
}

const known = new Map<string, KeyObject>();
const knownMost = 1_000;

/** Undefined for a text that is not a public key. */
export function publicKeyOf(publicText: string): KeyObject | undefined {
	const found = known.get(publicText);
	if (found) return found;
	if (!publicPattern.test(publicText)) return undefined;
	let key: KeyObject;
	try {
		key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: publicText }, format: "jwk" });
	} catch {
		return undefined;
	}
	// Several texts may decode to the same bytes; only the one that encodes back to itself is accepted.
	if (publicTextOf(key) !== publicText) return undefined;
	if (known.size >= knownMost) known.clear();
	known.set(publicText, key);
	return key;
}

function publicTextOf(key: KeyObject): string {
	return key.export({ format: "jwk" }).x!;
}

export function makeKey(role: KeyRole): SigningKey {
	const { publicKey, privateKey } = generateKeyPairSync("ed25519");
	return keyFrom(role, publicTextOf(publicKey), privateKey);
}

function keyFrom(role: KeyRole, publicText: string, privateKey: KeyObject): SigningKey {
	return { kid: kidOf(publicText), role, public: publicText, privateKey };
}

/** The text of a key file, which includes the secret. */
export function keyText(key: SigningKey): string {
	const { kid, role, privateKey } = key;
	const { d } = privateKey.export({ format: "jwk" });
	return `${JSON.stringify({ gondola: "key/1", kid, role, public: key.public, private: d }, null, "\t")}\n`;
}

/** Throws a sentence for a text that is not a key, or whose halves do not belong together. */
export function keyOfText(text: string, from: string): SigningKey {
	let read: { gondola?: unknown; kid?: unknown; role?: unknown; public?: unknown; private?: unknown };
	try {
		read = JSON.parse(text);
	} catch {
		throw new Error(`${from} is not a key of Gondola.`);
	}
	const role = keyRoles.find((each) => each === read.role);
	if (read.gondola !== "key/1" || !role || typeof read.public !== "string" || typeof read.private !== "string")
		throw new Error(`${from} is not a key of Gondola.`);
	const privateKey = createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", x: read.public, d: read.private }, format: "jwk" });
	const publicText = publicTextOf(createPublicKey(privateKey));
	const key = keyFrom(role, publicText, privateKey);
	if (publicText !== read.public || key.kid !== read.kid) throw new Error(`${from} holds two halves of different keys.`);
	return key;
}

/** Throws EEXIST where the file exists. */
export function writeKeyFile(path: string, key: SigningKey): void {
	createSecretFile(path, keyText(key));
}

/** Throws FileTooOpen for a file that other users can read. */
export function readKeyFile(path: string, role: KeyRole): SigningKey {
	const key = keyOfText(readSecretFile(path), path);
	if (key.role !== role) throw new Error(`${path} is a ${key.role} key; a ${role} key is needed.`);
	return key;
}
