/** CRC-32C (Castagnoli, reflected 0x82F63B78), as in RFC 3720 appendix B.4: catches what a broker or its disk did to a message. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
	let crc = byte;
	for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
	return crc;
});

export function crc32c(bytes: Uint8Array): number {
	let crc = 0xffffffff;
	for (let at = 0; at < bytes.length; at++) crc = table[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
	return (crc ^ 0xffffffff) >>> 0;
}

/** Over canonical records joined by newlines, which no canonical JSON contains. */
export function crcOfTexts(texts: readonly string[]): number {
	return crc32c(Buffer.from(texts.join("\n")));
}
