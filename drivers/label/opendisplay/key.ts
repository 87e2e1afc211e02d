/**
 * The key of a label for TLS (port 2447): psk = AES-CMAC(master key, "opendisplay-tls-psk"), identity "opendisplay".
 * AES-CMAC after RFC 4493, with the block cipher of node:crypto.
 */
import { createCipheriv } from "node:crypto";

export const pskIdentity = "opendisplay";
const purpose = Buffer.from("opendisplay-tls-psk", "ascii");
const blockLength = 16;

export const pskOf = (masterKey: Uint8Array): Uint8Array => cmac(masterKey, purpose);

function encrypt(key: Uint8Array, block: Uint8Array): Buffer {
	const cipher = createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
	return Buffer.concat([cipher.update(block), cipher.final()]);
}

/** A block times two in the field of 2^128 (RFC 4493, section 2.3). */
function doubled(block: Uint8Array): Uint8Array {
	const out = Uint8Array.from(block, (byte, at) => ((byte << 1) | ((block[at + 1] ?? 0) >> 7)) & 0xff);
	if (block[0]! & 0x80) out[blockLength - 1]! ^= 0x87;
	return out;
}

function cmac(key: Uint8Array, message: Uint8Array): Uint8Array {
	const subkey = doubled(encrypt(key, new Uint8Array(blockLength)));
	const blocks = Math.max(1, Math.ceil(message.length / blockLength));
	const isWhole = message.length === blocks * blockLength;
	const last = Buffer.alloc(blockLength);
	last.set(message.subarray((blocks - 1) * blockLength));
	if (!isWhole) last[message.length % blockLength] = 0x80;
	const mask = isWhole ? subkey : doubled(subkey);
	let state: Uint8Array = new Uint8Array(blockLength);
	for (let n = 0; n < blocks; n++) {
		const block = n < blocks - 1 ? message.subarray(n * blockLength, (n + 1) * blockLength) : last.map((byte, at) => byte ^ mask[at]!);
		state = encrypt(
			key,
			state.map((byte, at) => byte ^ block[at]!),
		);
	}
	return Uint8Array.from(state);
}
