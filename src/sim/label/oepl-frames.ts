/**
 * OpenEPaperLink, the frames base stations exchange over UDP. Little-endian, packed, one type byte in front.
 *
 *   E6 + 30   a label checked in            cks mac[8] | cks lqi rssi temp mV16 hw wake caps ver16 ch custom reserved[8]
 *   EA +  9   a transfer is confirmed       cks mac[8]
 *   ED +  9   the radio gave a label up     cks mac[8]
 *   E5 + 27   somebody has data for a label cks version[8] size32 type arg nextCheckIn16 attemptsLeft16 mac[8]
 *   80 / 81   who is there? / I am          ip[4] alias[32] channel count version16
 *   82 + 71   what is known of a label      0xAA01 mac[8] sync alias[32] … contentMode reserved[8]
 *
 * A checksum is the sum of the bytes behind it. A MAC travels least significant byte first and is written the
 * other way round; a version is the first eight bytes of the file's MD5 as they stand.
 */
export interface Offer {
	/** Sixteen hex digits, as on the label's sticker. */
	mac: string;
	/** Sixteen hex digits, the first eight bytes of the MD5 in their own order. */
	version: string;
	bytes: number;
	dataType: number;
	argument: number;
	/** Zero leaves the label its own rhythm. */
	nextCheckInSeconds: number;
	attemptsLeftMinutes: number;
}

export type PeerFrame =
	| { kind: "offer"; offer: Offer }
	| { kind: "who-is-there" }
	| { kind: "label-known"; mac: string; syncMode: number; contentMode: number }
	| { kind: "other"; type: number }
	| { kind: "garbled" };

export interface CheckIn {
	mac: string;
	/** Undefined in the short check-ins between: then only the MAC is real. */
	status?: {
		lqi: number;
		rssi: number;
		celsius: number;
		batteryMv: number;
		hwType: number;
		wakeupReason: number;
		capabilities: number;
		firmware: number;
		channel: number;
	};
}

export function readPeerFrame(frame: Uint8Array): PeerFrame {
	const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
	switch (bytes[0]) {
		case 0xe5: {
			if (bytes.length !== 28 || bytes[1] !== sumOf(bytes.subarray(2))) return { kind: "garbled" };
			const rhythm = bytes.readUInt16LE(16);
			return {
				kind: "offer",
				offer: {
					version: bytes.toString("hex", 2, 10),
					bytes: bytes.readUInt32LE(10),
					dataType: bytes[14]!,
					argument: bytes[15]!,
					nextCheckInSeconds: rhythm & 0x8000 ? rhythm & 0x7fff : rhythm * 60,
					attemptsLeftMinutes: bytes.readUInt16LE(18),
					mac: macText(bytes.subarray(20, 28)),
				},
			};
		}
		case 0x80:
			return { kind: "who-is-there" };
		case 0x82: {
			if (bytes.length !== 72 || bytes.readUInt16LE(1) !== 0xaa01) return { kind: "garbled" };
			return { kind: "label-known", mac: macText(bytes.subarray(3, 11)), syncMode: bytes[11]!, contentMode: bytes[63]! };
		}
		case undefined:
			return { kind: "garbled" };
		default:
			return { kind: "other", type: bytes[0] };
	}
}

export function checkInFrame(checkIn: CheckIn): Uint8Array {
	const frame = Buffer.alloc(31);
	frame[0] = 0xe6;
	macBytes(checkIn.mac).copy(frame, 2);
	const { status } = checkIn;
	if (status) {
		frame[11] = status.lqi;
		frame.writeInt8(status.rssi, 12);
		frame.writeInt8(status.celsius, 13);
		frame.writeUInt16LE(status.batteryMv, 14);
		frame[16] = status.hwType;
		frame[17] = status.wakeupReason;
		frame[18] = status.capabilities;
		frame.writeUInt16LE(status.firmware, 19);
		frame[21] = status.channel;
		frame[10] = sumOf(frame.subarray(11));
	}
	frame[1] = sumOf(frame.subarray(2));
	return frame;
}

export function transferFrame(kind: "confirmed" | "given-up", mac: string): Uint8Array {
	const frame = Buffer.alloc(10);
	frame[0] = kind === "confirmed" ? 0xea : 0xed;
	macBytes(mac).copy(frame, 2);
	frame[1] = sumOf(frame.subarray(2));
	return frame;
}

export function presenceFrame(alias: string, channel: number, labels: number): Uint8Array {
	const frame = Buffer.alloc(41);
	frame[0] = 0x81;
	frame.set([127, 0, 0, 1], 1);
	frame.write(alias.slice(0, 31), 5, "utf8");
	frame[37] = channel;
	frame[38] = Math.min(255, labels);
	frame.writeUInt16LE(0x001f, 39);
	return frame;
}

/** How the version is written in the address of a picture: its bytes from the last to the first, upper case. */
export function versionInAddress(version: string): string {
	return Buffer.from(version, "hex").reverse().toString("hex").toUpperCase();
}

function macText(bytes: Uint8Array): string {
	return Buffer.from(bytes).reverse().toString("hex").toUpperCase();
}

function macBytes(mac: string): Buffer {
	return Buffer.from(mac, "hex").reverse();
}

function sumOf(bytes: Uint8Array): number {
	let sum = 0;
	for (const byte of bytes) sum += byte;
	return sum & 0xff;
}
