import { longestLine } from "../transport/lines.ts";
import type { Port } from "../transport/port.ts";
import { createReader, type ReaderSettings, type ScannerReport } from "./reader.ts";

/**
 * Zebra SSI, the Simple Serial Interface: packets with a checksum, each acknowledged by the host.
 *
 *   11 F3 00 00 0B "4006381333931" FD 3D     length without checksum, opcode, source (00 scanner, 04 host), status, data, checksum
 *   FF 73 02 00 seq F3 00 00 …               a code longer than one packet; every packet but the last has length FF
 *
 *   data of F3      type "…"   or, of newer scanners,   type 01 length(2) "…"
 *   status bit 0    sent again, because our answer was lost: the same data is not read twice
 *   we answer       D0 taken, 74 segment taken, D1 01 checksum wrong, send again
 *
 * The checksum is the two's complement of the sum of all bytes before it, high byte first. Source: Zebra's Simple Serial Interface
 * guide; traces of public tests.
 */
const opcodes = { ack: 0xd0, nak: 0xd1, segment: 0x73, segmentAck: 0x74, decodeData: 0xf3 } as const;
/** What a scanner sends besides codes: events, parameters, revision, capabilities, management, batches. */
const otherOpcodes: ReadonlySet<number> = new Set([0xd0, 0xd1, 0xf6, 0xc6, 0xa4, 0xd4, 0xd6, 0x80, 0x91, 0xb1, 0xb4]);
const acknowledged: ReadonlySet<number> = new Set([0xf6, 0xc6, 0xd6, 0x80]);
const header = 4;
const checksum = 2;
const whole = 0xff;

/** How SSI names a symbology, and the AIM identifier where the type alone decides it; a Data Matrix or QR code may be GS1 or not. */
const types: Readonly<Record<number, { symbology: string; aim?: string }>> = {
	1: { symbology: "code-39", aim: "]A0" },
	2: { symbology: "codabar", aim: "]F0" },
	3: { symbology: "code-128", aim: "]C0" },
	6: { symbology: "itf" },
	7: { symbology: "code-93", aim: "]G0" },
	8: { symbology: "upc-a", aim: "]E0" },
	9: { symbology: "upc-e", aim: "]E0" },
	10: { symbology: "ean-8", aim: "]E4" },
	11: { symbology: "ean-13", aim: "]E0" },
	15: { symbology: "gs1-128", aim: "]C1" },
	17: { symbology: "pdf417", aim: "]L0" },
	27: { symbology: "data-matrix" },
	28: { symbology: "qr" },
	45: { symbology: "aztec", aim: "]z0" },
	48: { symbology: "gs1-databar", aim: "]e0" },
	49: { symbology: "gs1-databar", aim: "]e0" },
	50: { symbology: "gs1-databar", aim: "]e0" },
};

export interface SsiScannerOptions extends Omit<ReaderSettings, "prefix" | "aim"> {
	device: string;
	/** Longest code in bytes. */
	maxLength?: number;
	/** Silence after which half a packet is noise. */
	idleGapMs?: number;
}

/** A packet to the scanner, with its checksum. */
function ssiPacket(opcode: number, data: readonly number[] = []): Uint8Array {
	const body = [header + data.length, opcode, 0x04, 0x00, ...data];
	const sum = checksumOf(body);
	return Uint8Array.of(...body, sum >> 8, sum & 0xff);
}

function checksumOf(bytes: Iterable<number>): number {
	let sum = 0;
	for (const byte of bytes) sum += byte;
	return -sum & 0xffff;
}

export function runSsiScanner(port: Port, options: SsiScannerOptions, report: (report: ScannerReport) => void): () => void {
	const { maxLength = longestLine, idleGapMs = 300 } = options;
	const reader = createReader(options, report);
	let held: Uint8Array = new Uint8Array();
	let segments: number[] = [];
	let lastDecode = "";
	let silence: NodeJS.Timeout | undefined;

	const send = (opcode: number, data?: readonly number[]): void => {
		port.write(ssiPacket(opcode, data)).catch(() => {}); // a dead port says so itself, through onClosed
	};

	const takeDecode = (data: Uint8Array, isAgain: boolean): void => {
		const sent = Buffer.from(data).toString("hex");
		if (isAgain && sent === lastDecode) return;
		lastDecode = sent;
		const isLong = data[1] === 0x01 && data.length > header && data.length - header === data[2]! * 256 + data[3]!;
		const { symbology, aim } = types[data[0] ?? 0] ?? {};
		reader.take(data.subarray(isLong ? header : 1), { symbology, aim, framing: "length" });
	};

	/** A code in several packets: of the first, what follows its own header of ten bytes, as if it were one packet. */
	const takeSegment = (packet: Uint8Array): void => {
		const sequence = packet[4] ?? 0;
		send(opcodes.segmentAck, [sequence]);
		if (sequence === 0) segments = [...packet.subarray(10, -checksum)];
		else if (segments.length > 0) segments.push(...packet.subarray(5, -checksum));
		if (segments.length > maxLength) segments = [];
		if (packet[0] === whole || segments.length === 0) return;
		const data = Uint8Array.from(segments);
		segments = [];
		takeDecode(data, false);
	};

	const takePacket = (packet: Uint8Array): void => {
		const [, opcode = 0, , status = 0] = packet;
		if (opcode === opcodes.segment) return takeSegment(packet);
		if (opcode === opcodes.decodeData) {
			send(opcodes.ack);
			return takeDecode(packet.subarray(header, -checksum), (status & 1) !== 0);
		}
		if (acknowledged.has(opcode)) send(opcodes.ack);
	};

	/** Bytes that were used up: a packet, or one byte that begins none. 0: the packet is not whole yet. */
	const takeFirst = (): number => {
		const [length = 0, opcode] = held;
		if (length < header) return 1; // 00 wakes; it may stand before any packet
		if (opcode === undefined) return 0;
		if (opcode !== opcodes.segment && opcode !== opcodes.decodeData && !otherOpcodes.has(opcode)) return (reader.garbled(), 1);
		if (held.length < length + checksum) return 0;
		const packet = held.subarray(0, length + checksum);
		const isRight = checksumOf(packet.subarray(0, length)) === packet[length]! * 256 + packet[length + 1]!;
		if (isRight) takePacket(packet);
		else {
			reader.garbled();
			send(opcodes.nak, [0x01]);
		}
		return packet.length;
	};

	port.onBytes((bytes) => {
		clearTimeout(silence);
		held = Buffer.concat([held, bytes]);
		for (let used = -1; held.length > 0 && (used = takeFirst()) > 0; ) held = held.subarray(used);
		if (held.length === 0) return;
		silence = setTimeout(() => {
			held = new Uint8Array();
			reader.garbled();
		}, idleGapMs);
	});

	return () => clearTimeout(silence);
}
