/**
 * The settings a label keeps of itself (command 40): what panel it has, how it takes pictures, how it sleeps, what it is called.
 *
 *   reply    40 chunk u16 | chunk 0 only: total u16 | bytes            little-endian; up to 44 chunks, in order
 *   settings length u16 (0000) | version 01 | packets | crc u16        CRC-16/CCITT-FALSE over all before it
 *   packet   index, type, bytes of the type's fixed length             no length field: an unknown type ends the reading
 *
 * The sum is checked here although the firmware only warns: these bytes decide how pictures are made.
 *
 * Source: OpenDisplay protocol text 2.2, its structures of the configuration (facts only, no code).
 */
export interface LabelSettings {
	display: PanelSettings;
	/** Seconds of deep sleep between two wake times; 0: it stays awake. */
	sleepSeconds: number;
	/** The number that the store wrote into the label, as it stands there; absent: none. */
	number?: string;
}

/** Packet 20, of the first display. */
export interface PanelSettings {
	/** The panel's controller. */
	controller: number;
	/** Pixels, as the panel scans them. */
	width: number;
	height: number;
	/** Quarter turns clockwise from the picture as seen to the panel. */
	quarterTurns: number;
	scheme: number;
	/** Bits: 01 unpacks as it comes, 02 unpacks from a buffer, 08 direct write, 10 pipe. */
	modes: number;
}

export type SettingsFault = "no-total" | "chunk-lost" | "too-long" | "length" | "sum" | "no-display";

const longestSettings = 4_096;
const chunksMost = 44;

/** The length of each packet type's bytes. */
const packetLengths: Readonly<Record<number, number>> = {
	0x01: 22,
	0x02: 22,
	0x04: 30,
	0x20: 46,
	0x21: 22,
	0x23: 30,
	0x24: 30,
	0x25: 30,
	0x26: 160,
	0x27: 64,
	0x28: 32,
	0x29: 32,
	0x2a: 32,
	0x2b: 32,
	0x2c: 288,
};
const types = { power: 0x04, display: 0x20, names: 0x2c };
const nameLength = 32;
/** The place of the device's own number among the nine names of the packet `names`. */
const numberAt = 5;

/** CRC-16/CCITT-FALSE: polynomial 1021, begins with FFFF, not reflected. */
function crc16(bytes: Uint8Array): number {
	let crc = 0xffff;
	for (const byte of bytes) {
		crc ^= byte << 8;
		for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
	}
	return crc;
}

/** The settings' progress so far. */
export interface HeldSettings {
	chunks: number;
	total: number;
	bytes: Uint8Array;
}

export const noSettingsYet: HeldSettings = { chunks: 0, total: 0, bytes: new Uint8Array() };

/** Adds the data of one reply to command 40. Holds as many bytes as the first chunk announced, at most 4096. */
export function takeChunk(
	held: HeldSettings,
	data: Uint8Array,
): { held: HeldSettings } | { settings: LabelSettings } | { fault: SettingsFault } {
	const chunk = u16(data, 0);
	if (data.length < 2 || chunk !== held.chunks || chunk >= chunksMost) return { fault: "chunk-lost" };
	if (chunk === 0 && data.length < 4) return { fault: "no-total" };
	const total = chunk === 0 ? u16(data, 2) : held.total;
	const bytes = Uint8Array.from([...held.bytes, ...data.subarray(chunk === 0 ? 4 : 2)]);
	if (total > longestSettings || bytes.length > total) return { fault: "too-long" };
	return bytes.length < total ? { held: { chunks: chunk + 1, total, bytes } } : readSettings(bytes);
}

const u16 = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);

export function readSettings(blob: Uint8Array): { settings: LabelSettings } | { fault: SettingsFault } {
	if (blob.length < 5) return { fault: "length" };
	const body = blob.slice(0, -2);
	// The sum is made with the length bytes as zero, whatever stands there.
	body.fill(0, 0, 2);
	if (crc16(body) !== u16(blob, blob.length - 2)) return { fault: "sum" };
	const packets = packetsIn(body);
	const display = packets.find(({ type }) => type === types.display);
	if (!display) return { fault: "no-display" };
	const power = packets.find(({ type }) => type === types.power);
	const names = packets.find(({ type }) => type === types.names);
	const number = names && nameIn(names.bytes, numberAt);
	return {
		settings: {
			display: {
				controller: u16(display.bytes, 2),
				width: u16(display.bytes, 4),
				height: u16(display.bytes, 6),
				quarterTurns: display.bytes[14]! & 3,
				scheme: display.bytes[21]!,
				modes: display.bytes[22]!,
			},
			sleepSeconds: power ? u16(power.bytes, 18) : 0,
			...(number !== undefined && { number }),
		},
	};
}

export function packetsIn(body: Uint8Array): { type: number; bytes: Uint8Array }[] {
	const found: { type: number; bytes: Uint8Array }[] = [];
	for (let at = 3; at + 2 <= body.length; ) {
		const type = body[at + 1]!;
		const length = packetLengths[type];
		if (length === undefined || at + 2 + length > body.length) break;
		found.push({ type, bytes: body.subarray(at + 2, at + 2 + length) });
		at += 2 + length;
	}
	return found;
}

function nameIn(names: Uint8Array, at: number): string | undefined {
	const bytes = names.subarray(at * nameLength, (at + 1) * nameLength);
	const end = bytes.indexOf(0);
	const text = Buffer.from(end < 0 ? bytes : bytes.subarray(0, end))
		.toString("utf8")
		.trim();
	return text === "" ? undefined : text;
}
