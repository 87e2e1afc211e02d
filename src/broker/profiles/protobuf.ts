/** Protocol Buffers on the wire, as far as Sparkplug needs them: fields by number, unknown ones skipped. */

export interface Field {
	number: number;
	/** Varints and 64-bit values as bigint, 32-bit values and bytes as their bytes. */
	value: bigint | Buffer;
}

const fieldsAMessage = 100_000;

/** The fields of a message in their order; null: it is cut short, or no such message. */
export function readFields(bytes: Buffer): Field[] | null {
	const fields: Field[] = [];
	for (let at = 0; at < bytes.length; ) {
		const key = readVarint(bytes, at);
		if (!key || fields.length >= fieldsAMessage) return null;
		const number = Number(key.value >> 3n);
		const read = readValue(Number(key.value & 7n), bytes, key.end);
		if (!read || number === 0) return null;
		fields.push({ number, value: read.value });
		at = read.end;
	}
	return fields;
}

function readValue(type: number, bytes: Buffer, at: number): { value: bigint | Buffer; end: number } | null {
	if (type === 0) return readVarint(bytes, at);
	if (type === 1) return at + 8 > bytes.length ? null : { value: bytes.readBigUInt64LE(at), end: at + 8 };
	if (type === 5) return at + 4 > bytes.length ? null : { value: bytes.subarray(at, at + 4), end: at + 4 };
	if (type !== 2) return null;
	const length = readVarint(bytes, at);
	if (!length || length.value > BigInt(bytes.length)) return null;
	const end = length.end + Number(length.value);
	return end > bytes.length ? null : { value: bytes.subarray(length.end, end), end };
}

function readVarint(bytes: Buffer, at: number): { value: bigint; end: number } | null {
	let value = 0n;
	for (let i = 0; i < 10; i++) {
		const byte = bytes[at + i];
		if (byte === undefined) return null;
		value |= BigInt(byte & 0x7f) << BigInt(7 * i);
		if (byte < 0x80) return { value: BigInt.asUintN(64, value), end: at + i + 1 };
	}
	return null;
}

function varint(value: bigint): number[] {
	const bytes: number[] = [];
	for (let left = value; ; left >>= 7n) {
		if (left < 0x80n) return [...bytes, Number(left)];
		bytes.push(Number(left & 0x7fn) | 0x80);
	}
}

/** One field of a message to be written. */
export function fieldBytes(number: number, value: bigint | Uint8Array): number[] {
	const key = BigInt(number) << 3n;
	if (typeof value === "bigint") return [...varint(key), ...varint(value)];
	return [...varint(key | 2n), ...varint(BigInt(value.length)), ...value];
}
