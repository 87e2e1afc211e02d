/**
 * OpenDisplay, as a label hears it on its LAN socket: a length of two bytes, low byte first, then that many bytes.
 *
 *   02 00 | 00 43            the host asks for the firmware
 *   00 43 major minor 28 …   the label answers; FF in front is a refusal
 *
 * A frame of nothing, or of more than 4094 bytes, costs the host its connection.
 */
const most = 4_094;

export function wrap(...parts: (number | Uint8Array)[]): Uint8Array {
	const body = Buffer.concat(parts.map((part) => (typeof part === "number" ? Buffer.from([part]) : part)));
	const head = Buffer.alloc(2);
	head.writeUInt16LE(body.length);
	return Buffer.concat([head, body]);
}

/** Collects bytes; hands out whole frames, or "broken" when the host has to go. */
export function unwrapper(): (bytes: Uint8Array) => Buffer[] | "broken" {
	let rest = Buffer.alloc(0);
	return (bytes) => {
		rest = Buffer.concat([rest, bytes]);
		const frames: Buffer[] = [];
		while (rest.length >= 2) {
			const length = rest.readUInt16LE(0);
			if (length === 0 || length > most) return "broken";
			if (rest.length < 2 + length) break;
			frames.push(rest.subarray(2, 2 + length));
			rest = rest.subarray(2 + length);
		}
		return frames;
	};
}

export interface PanelFacts {
	/** As the panel scans. */
	width: number;
	height: number;
	/** 0 black and white, 1 and red, 2 and yellow, 3 and both. */
	scheme: 0 | 1 | 2 | 3;
	controller: number;
	/** How often the customer's picture was turned clockwise to lie on the panel. */
	turns: 0 | 1 | 2 | 3;
	/** Bit 01: it unpacks zlib as it comes; bit 08: it takes pictures as they stand. */
	modes: number;
}

/** The content of the label's flash: system, power, one display, and its names where somebody wrote one. */
export function flashBlob(panel: PanelFacts, sleepSeconds: number, number: string | undefined): Buffer {
	const system = Buffer.alloc(22);
	system.writeUInt16LE(2, 0);
	system[2] = 0x05;
	const power = Buffer.alloc(30);
	power[0] = sleepSeconds > 0 ? 1 : 2;
	power.writeUInt16LE(sleepSeconds, 18);
	const display = Buffer.alloc(46);
	display[1] = 1;
	display.writeUInt16LE(panel.controller, 2);
	display.writeUInt16LE(panel.width, 4);
	display.writeUInt16LE(panel.height, 6);
	display[14] = panel.turns;
	display[21] = panel.scheme;
	display[22] = panel.modes;
	const packets = [packet(0x01, system), packet(0x04, power), packet(0x20, display)];
	if (number !== undefined) {
		const names = Buffer.alloc(288);
		names.write(number, 5 * 32, 31, "utf8");
		packets.push(packet(0x2c, names));
	}
	const body = Buffer.concat([Buffer.from([0, 0, 1]), ...packets]);
	const sum = Buffer.alloc(2);
	sum.writeUInt16LE(sumOf(body));
	return Buffer.concat([body, sum]);
}

const packet = (type: number, fields: Buffer): Buffer => Buffer.concat([Buffer.from([0, type]), fields]);

/** CCITT, begun with all ones, most significant bit first. */
function sumOf(bytes: Uint8Array): number {
	let sum = 0xffff;
	for (const byte of bytes)
		for (let bit = 7; bit >= 0; bit -= 1) {
			const carry = (sum >> 15) ^ ((byte >> bit) & 1);
			sum = (sum << 1) & 0xffff;
			if (carry) sum ^= 0x1021;
		}
	return sum;
}

/** The answers to "read your settings": 94 bytes behind the total, then 96 at a time. */
export function settingsFrames(blob: Buffer): Uint8Array[] {
	const frames: Uint8Array[] = [];
	for (let from = 0, chunk = 0; from < blob.length; chunk += 1) {
		const count = chunk === 0 ? 94 : 96;
		const head = Buffer.alloc(chunk === 0 ? 4 : 2);
		head.writeUInt16LE(chunk, 0);
		if (chunk === 0) head.writeUInt16LE(blob.length, 2);
		frames.push(wrap(0x00, 0x40, head, blob.subarray(from, from + count)));
		from += count;
	}
	return frames;
}

/** Company, eleven free bytes, temperature, battery, status. */
export function selfPortrait(facts: { celsius: number; batteryMv: number; rebooted: boolean; counter: number }): Buffer {
	const bytes = Buffer.alloc(16);
	bytes.writeUInt16LE(0x2446, 0);
	bytes[13] = (facts.celsius + 40) * 2;
	const battery = Math.round(facts.batteryMv / 10);
	bytes[14] = battery & 0xff;
	bytes[15] = (battery >> 8) | (facts.rebooted ? 2 : 0) | ((facts.counter & 15) << 4);
	return bytes;
}
