import { longestLine } from "../transport/lines.ts";
import type { Port } from "../transport/port.ts";
import { createReader, type Reader, type ReaderSettings, type ScannerReport } from "./reader.ts";

/**
 * Zebra SSI, the Simple Serial Interface: packets with a checksum, each acknowledged by the host.
 *
 *   11 F3 00 00 0B "4006381333931" FD 3D     length without checksum, opcode, source (00 scanner, 04 host), status, data, checksum
 *   FF 73 02 00 seq F3 00 00 …               a segment of a longer code, numbered from 0; all but the last have length FF
 *
 *   data of F3      type "…"   or, of newer scanners,   type 01 length(2) "…"
 *   status bit 0    sent again, because our answer was lost: the same data is not read twice
 *   we answer       D0 taken, 74 segment taken, D1 01 checksum wrong, send again
 *
 * The checksum is the two's complement of the sum of all bytes before it, high byte first. Source: Zebra's Simple Serial Interface
 * guide; traces of public tests.
 */
const opcodes = { ack: 0xd0, nak: 0xd1, segment: 0x73, segmentAck: 0x74, decodeData: 0xf3 } as const;
/** Packets of a scanner besides codes: events, parameters, revision, capabilities, management, batches. */
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
export function ssiPacket(opcode: number, data: readonly number[] = []): Uint8Array {
	const body = [header + data.length, opcode, 0x04, 0x00, ...data];
	const sum = checksumOf(body);
	return Uint8Array.of(...body, sum >> 8, sum & 0xff);
}

function checksumOf(bytes: Iterable<number>): number {
	let sum = 0;
	for (const byte of bytes) sum += byte;
	return -sum & 0xffff;
}

/** A scanner while its port is open. */
interface Running {
	port: Port;
	reader: Reader;
	segments: SegmentJoiner;
	/** Bytes of a packet that is not whole yet. */
	held: Uint8Array;
	/** The data of the last code, in hex: the same data marked as sent again is not another scan. */
	lastDecode: string;
	/** Inside a run of bytes that are no packet; the run is counted once. */
	isSkipping: boolean;
}

export function runSsiScanner(port: Port, options: SsiScannerOptions, report: (report: ScannerReport) => void): () => void {
	const { maxLength = longestLine, idleGapMs = 300 } = options;
	const reader = createReader(options, report);
	const segments = joinSegments(maxLength, reader.garbled);
	const running: Running = { port, reader, segments, held: new Uint8Array(), lastDecode: "", isSkipping: false };
	let silence: NodeJS.Timeout | undefined;
	port.onBytes((bytes) => {
		clearTimeout(silence);
		running.held = Buffer.concat([running.held, bytes]);
		for (let used = -1; running.held.length > 0 && (used = takeFirst(running)) > 0; ) running.held = running.held.subarray(used);
		if (running.held.length === 0) return;
		silence = setTimeout(() => {
			running.held = new Uint8Array();
			skip(running);
			running.isSkipping = false;
		}, idleGapMs);
	});
	return () => clearTimeout(silence);
}

/** Bytes that were used up: a packet, or one byte that begins none. 0: the packet is not whole yet. */
function takeFirst(running: Running): number {
	const { held } = running;
	const [length = 0, opcode] = held;
	if (length < header) return 1; // 00 wakes the host and may stand before any packet
	if (opcode === undefined) return 0;
	if (opcode !== opcodes.segment && opcode !== opcodes.decodeData && !otherOpcodes.has(opcode)) return (skip(running), 1);
	if (held.length < length + checksum) return 0;
	const packet = held.subarray(0, length + checksum);
	if (checksumOf(packet.subarray(0, length)) === packet[length]! * 256 + packet[length + 1]!) {
		running.isSkipping = false;
		takePacket(running, packet);
	} else {
		skip(running);
		send(running, opcodes.nak, [0x01]);
	}
	return packet.length;
}

/** Counts a run of bytes that are no packet once, at its first byte. */
function skip(running: Running): void {
	if (!running.isSkipping) running.reader.garbled();
	running.isSkipping = true;
}

function send({ port }: Running, opcode: number, data?: readonly number[]): void {
	port.write(ssiPacket(opcode, data)).catch(() => {}); // a closed port reports it through onClosed
}

function takePacket(running: Running, packet: Uint8Array): void {
	const [, opcode = 0, , status = 0] = packet;
	if (opcode === opcodes.segment) {
		send(running, opcodes.segmentAck, [packet[4] ?? 0]);
		const data = running.segments.take(packet);
		if (data) takeDecode(running, data, false);
	} else if (opcode === opcodes.decodeData) {
		send(running, opcodes.ack);
		takeDecode(running, packet.subarray(header, -checksum), (status & 1) !== 0);
	} else if (acknowledged.has(opcode)) send(running, opcodes.ack);
}

function takeDecode(running: Running, data: Uint8Array, isAgain: boolean): void {
	const sent = Buffer.from(data).toString("hex");
	if (isAgain && sent === running.lastDecode) return;
	running.lastDecode = sent;
	const isLong = data[1] === 0x01 && data.length > header && data.length - header === data[2]! * 256 + data[3]!;
	const { symbology, aim } = types[data[0] ?? 0] ?? {};
	running.reader.take(data.subarray(isLong ? header : 1), { symbology, aim, framing: "length" });
}

interface SegmentJoiner {
	/** The data of a code when this was its last segment. */
	take(packet: Uint8Array): Uint8Array | undefined;
}

/**
 * Joins the segments of a code, numbered from 0. A segment that is sent again, because its acknowledgement was lost, is passed over. After
 * a segment that is missing, or beyond `maxLength` bytes, the code is given up: counted once, and the rest of it passed over.
 */
function joinSegments(maxLength: number, garbled: () => void): SegmentJoiner {
	/** `last` is the number of the segment that was taken last; -1 before the first of all. */
	let last = -1;
	let joined: number[] | undefined;
	let isGivenUp = false;
	const giveUp = (): void => {
		if (!isGivenUp) garbled();
		isGivenUp = true;
		joined = undefined;
	};
	return {
		take(packet) {
			const number = packet[4] ?? 0;
			if (number === 0) {
				// Of the first packet the ten bytes before the data: its own header, and that of the code as if it were one packet.
				if (joined && last > 0) giveUp(); // the end of the code before it is missing
				joined = [...packet.subarray(10, -checksum)];
				isGivenUp = false;
			} else if (number === last) return undefined;
			else if (joined && number === last + 1) joined.push(...packet.subarray(5, -checksum));
			else giveUp();
			last = number;
			if (joined && joined.length > maxLength) giveUp();
			if (!joined || packet[0] === whole) return undefined;
			const data = Uint8Array.from(joined);
			joined = undefined;
			return data;
		},
	};
}
