/**
 * Messages between OpenEPaperLink access points over UDP port 16033. One datagram is one message, little endian.
 *
 *   E6  check-in 30            sum, mac[8], { sum, LQI, RSSI, temperature, millivolts[2], hwType, wakeup, capabilities,
 *                              firmware[2], channel, mode, reserved[8] }     inner 21 bytes all zero: a short check-in
 *   EA  transfer complete 9    sum, mac[8]
 *   ED  gave up 9              sum, mac[8]
 *   E5  offer 27               sum, version[8], size[4], dataType, argument, nextCheckIn[2], minutes[2], mac[8]
 *   80  who is there 40        may be empty
 *   81  here I am 40           address[4], alias[32], channel, labels, version[2]
 *   82  label settings 71      AA01, mac[8], syncMode, alias[32], lastSeen[4], nextUpdate[4], pending[2], nextCheckIn[4],
 *                              hwType, wakeup, capabilities, idle[2], contentMode, reserved[8]
 *
 * A sum is that of the bytes after it, modulo 256. A MAC travels least significant byte first: 00000219B7EA3B1B is
 * 1B 3B EA B7 19 02 00 00. The firmware's source swaps the names of E5 and E6; the bytes decide.
 *
 * Source: the firmware of OpenEPaperLink access points, its messages between peers over UDP (facts only, no code).
 */

export interface CheckIn {
	mac: string;
	/** A short check-in says only that the label is alive; everything below is then absent. */
	short: boolean;
	hwType?: number;
	firmware?: number;
	/** Absent where the label has not measured yet. */
	batteryMillivolts?: number;
	temperatureCelsius?: number;
	/** dBm. */
	rssi?: number;
	lqi?: number;
	/** 0 timed, 2 GPIO, 3 NFC, 4-6 button, 0x0f radio; 0xe0 firmware refused, 0xfc first boot, 0xfd network scan, 0xfe watchdog. */
	wakeup?: number;
	/** Bits: 01 LED, 02 compression, 04 own LUT, 08 other LUT size, 10 external power, 20 button, 40 NFC, 80 NFC wake. */
	capabilities?: number;
	channel?: number;
}

export interface Offer {
	mac: string;
	/** 16 upper-case hex digits. */
	version: string;
	/** Bytes that getdata will answer. */
	size: number;
	dataType: number;
	/** Waveform: 0 full, 1 no repeats, 2 fast without red, 3 fast. */
	lut: 0 | 1 | 2 | 3;
	/** 0: the label keeps its own rhythm. */
	nextCheckInMinutes: number;
	/** How long the access point may try before it says that it gave up. */
	minutes: number;
}

export interface AccessPointCard {
	/** The address that the access point believes to be its own. */
	address: string;
	alias: string;
	channel: number;
	labels: number;
	version: number;
}

export type PeerMessage =
	| { kind: "check-in"; checkIn: CheckIn }
	| { kind: "transfer-complete"; mac: string }
	| { kind: "transfer-gave-up"; mac: string }
	| { kind: "offer"; offer: Offer }
	| { kind: "who-is-there" }
	| { kind: "access-point"; card: AccessPointCard }
	| { kind: "label-settings"; mac: string; contentMode: number }
	| { kind: "garbled"; why: "unknown" | "length" | "sum" };

export const peerPort = 16033;
export const peerGroup = "239.10.0.1";

export function readPeerMessage(datagram: Uint8Array): PeerMessage {
	const body = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength).subarray(1);
	switch (datagram[0]) {
		case 0xe6:
			return checked(body, 30) ?? { kind: "check-in", checkIn: readCheckIn(body) };
		case 0xea:
			return checked(body, 9) ?? { kind: "transfer-complete", mac: readMac(body, 1) };
		case 0xed:
			return checked(body, 9) ?? { kind: "transfer-gave-up", mac: readMac(body, 1) };
		case 0xe5:
			return checked(body, 27) ?? { kind: "offer", offer: readOffer(body) };
		case 0x80:
			return body.length === 0 || body.length === 40 ? { kind: "who-is-there" } : { kind: "garbled", why: "length" };
		case 0x81:
			return body.length === 40 ? { kind: "access-point", card: readCard(body) } : { kind: "garbled", why: "length" };
		case 0x82:
			if (body.length !== 71) return { kind: "garbled", why: "length" };
			if (body.readUInt16LE(0) !== 0xaa01) return { kind: "garbled", why: "unknown" };
			return { kind: "label-settings", mac: readMac(body, 2), contentMode: body[62]! };
		default:
			return { kind: "garbled", why: "unknown" };
	}
}

export function writeOffer(offer: Offer): Uint8Array {
	const body = Buffer.alloc(27);
	writeMac(offer.version, body, 1);
	body.writeUInt32LE(offer.size, 9);
	body.writeUInt8(offer.dataType, 13);
	body.writeUInt8(offer.lut, 14);
	body.writeUInt16LE(offer.nextCheckInMinutes, 15);
	body.writeUInt16LE(offer.minutes, 17);
	writeMac(offer.mac, body, 19);
	body[0] = sumOf(body.subarray(1));
	return framed(0xe5, body);
}

export function writeWhoIsThere(card: AccessPointCard): Uint8Array {
	return framed(0x80, cardBytes(card));
}

export function writeAccessPoint(card: AccessPointCard): Uint8Array {
	return framed(0x81, cardBytes(card));
}

/**
 * Tells the access point that somebody else draws this label, so that it stops drawing content of its own.
 * 25 is the content mode of pictures that come from outside.
 */
export function writeTakeOver(mac: string, alias: string): Uint8Array {
	const body = Buffer.alloc(71);
	body.writeUInt16LE(0xaa01, 0);
	writeMac(mac, body, 2);
	body.writeUInt8(1, 10);
	writeAlias(alias, body, 11);
	body.writeUInt8(25, 62);
	return framed(0x82, body);
}

/** For devices' own words, checked at every door: 16 upper-case hex digits. */
export function isMac(text: string): boolean {
	return /^[0-9A-F]{16}$/.test(text);
}

/** The label's last wake-up lost its picture or its memory of it: first boot, network scan, watchdog, refused firmware. */
export function isReboot(wakeup: number | undefined): boolean {
	return wakeup === 0xfc || wakeup === 0xfd || wakeup === 0xfe || wakeup === 0xe0;
}

function readCheckIn(body: Buffer): CheckIn {
	const mac = readMac(body, 1);
	// An access point adds its own signal figures after the label summed its part, so the inner sum proves nothing here.
	const status = body.subarray(9, 30);
	if (status.every((byte) => byte === 0)) return { mac, short: true };
	const millivolts = status.readUInt16LE(4);
	return {
		mac,
		short: false,
		lqi: status[1]!,
		rssi: status.readInt8(2),
		temperatureCelsius: status.readInt8(3),
		...(millivolts > 0 && { batteryMillivolts: millivolts }),
		hwType: status[6]!,
		wakeup: status[7]!,
		capabilities: status[8]!,
		firmware: status.readUInt16LE(9),
		channel: status[11]!,
	};
}

function readOffer(body: Buffer): Offer {
	return {
		version: readMac(body, 1),
		size: body.readUInt32LE(9),
		dataType: body[13]!,
		lut: (body[14]! & 3) as 0 | 1 | 2 | 3,
		nextCheckInMinutes: body.readUInt16LE(15),
		minutes: body.readUInt16LE(17),
		mac: readMac(body, 19),
	};
}

function readCard(body: Buffer): AccessPointCard {
	const alias = body.subarray(4, 36);
	const end = alias.indexOf(0);
	return {
		address: [...body.subarray(0, 4)].join("."),
		alias: alias.subarray(0, end === -1 ? 32 : end).toString("utf8"),
		channel: body[36]!,
		labels: body[37]!,
		version: body.readUInt16LE(38),
	};
}

function cardBytes(card: AccessPointCard): Buffer {
	const body = Buffer.alloc(40);
	card.address.split(".").forEach((part, i) => body.writeUInt8(Number(part), i));
	writeAlias(card.alias, body, 4);
	body.writeUInt8(card.channel, 36);
	body.writeUInt8(Math.min(255, card.labels), 37);
	body.writeUInt16LE(card.version, 38);
	return body;
}

function checked(body: Buffer, length: number): { kind: "garbled"; why: "length" | "sum" } | undefined {
	if (body.length !== length) return { kind: "garbled", why: "length" };
	return sumOf(body.subarray(1)) === body[0] ? undefined : { kind: "garbled", why: "sum" };
}

function sumOf(bytes: Uint8Array): number {
	return bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0);
}

function framed(type: number, body: Uint8Array): Uint8Array {
	const frame = new Uint8Array(body.length + 1);
	frame[0] = type;
	frame.set(body, 1);
	return frame;
}

function readMac(body: Buffer, at: number): string {
	return Buffer.from(body.subarray(at, at + 8))
		.reverse()
		.toString("hex")
		.toUpperCase();
}

/** A picture's version lies in memory like a MAC. */
function writeMac(mac: string, body: Buffer, at: number): void {
	if (!isMac(mac)) throw new RangeError(`a label's MAC or version has 16 upper-case hex digits, not "${mac}"`);
	Buffer.from(mac, "hex").reverse().copy(body, at);
}

/** 31 bytes and a zero; a name is never cut inside a character. */
function writeAlias(alias: string, body: Buffer, at: number): void {
	let room = 31;
	for (const character of alias) {
		const bytes = Buffer.from(character, "utf8");
		if (bytes.length > room) break;
		bytes.copy(body, at + 31 - room);
		room -= bytes.length;
	}
}
