import { describe, expect, it } from "vitest";
import {
	isReboot,
	readPeerMessage,
	writeAccessPoint,
	writeOffer,
	writeTakeOver,
	writeWhoIsThere,
} from "../../../drivers/label/oepl/frames.ts";

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const hex = (frame: Uint8Array): string => Buffer.from(frame).toString("hex");

// Written from the protocol's rules, not recorded.
const mac = "00000219B7EA3B1B";
const checkIn = "e6 1e 1b3beab719020000 86 c8 c2 16 860b 01 00 20 2900 0b 00 0000000000000000";
const offer = "e5 6a f129d94266679c59 80120000 20 00 0a00 a005 1b3beab719020000";

describe("an access point's datagram", () => {
	it("tells that a label checked in, and how it is", () => {
		expect(readPeerMessage(bytes(checkIn))).toEqual({
			kind: "check-in",
			checkIn: {
				mac,
				short: false,
				lqi: 200,
				rssi: -62,
				temperatureCelsius: 22,
				batteryMillivolts: 2950,
				hwType: 1,
				wakeup: 0,
				capabilities: 0x20,
				firmware: 0x29,
				channel: 11,
			},
		});
	});

	it("may be a short check-in, which says only that the label lives", () => {
		const short = bytes(`e6 12 1b3beab719020000 ${"00".repeat(21)}`);
		expect(readPeerMessage(short)).toEqual({ kind: "check-in", checkIn: { mac, short: true } });
	});

	it("tells that a label has taken its picture, or never came for it", () => {
		expect(readPeerMessage(bytes("ea 12 1b3beab719020000"))).toEqual({ kind: "transfer-complete", mac });
		expect(readPeerMessage(bytes("ed 12 1b3beab719020000"))).toEqual({ kind: "transfer-gave-up", mac });
	});

	it("is an offer, byte for byte as the firmware packs it", () => {
		const picture = { version: "599C676642D929F1", size: 4736, dataType: 0x20, lut: 0 } as const;
		const spoken = { mac, ...picture, nextCheckInMinutes: 10, minutes: 1440 };
		expect(hex(writeOffer(spoken))).toBe(offer.replaceAll(" ", ""));
		expect(readPeerMessage(bytes(offer))).toEqual({ kind: "offer", offer: spoken });
	});

	it("introduces an access point", () => {
		const card = { address: "10.0.0.7", alias: "Kasse Süd – hinten bei den Getränken", channel: 0, labels: 3, version: 0x1f };
		const read = readPeerMessage(writeAccessPoint(card));
		expect(read).toMatchObject({ kind: "access-point", card: { address: "10.0.0.7", labels: 3, version: 31 } });
		expect(read.kind === "access-point" && card.alias.startsWith(read.card.alias)).toBe(true);
		expect(readPeerMessage(writeWhoIsThere(card))).toEqual({ kind: "who-is-there" });
		expect(readPeerMessage(bytes("80"))).toEqual({ kind: "who-is-there" });
	});

	it("takes a label over from the access point's own content", () => {
		const frame = writeTakeOver(mac, "milk");
		expect(frame.length).toBe(72);
		expect(readPeerMessage(frame)).toEqual({ kind: "label-settings", mac, contentMode: 25 });
	});

	it("has a kind for rubbish", () => {
		expect(readPeerMessage(new Uint8Array())).toEqual({ kind: "garbled", why: "unknown" });
		expect(readPeerMessage(bytes("00 11 22"))).toEqual({ kind: "garbled", why: "unknown" });
		expect(readPeerMessage(bytes("ea 13 1b3beab719020000"))).toEqual({ kind: "garbled", why: "sum" });
		for (let length = 1; length < 72; length++) {
			for (const type of [0xe5, 0xe6, 0xea, 0xed, 0x81, 0x82, 0xff]) {
				const noise = new Uint8Array(length).fill(0x5a);
				noise[0] = type;
				expect(readPeerMessage(noise).kind === "garbled" || length === 41).toBe(true);
			}
		}
	});

	it("says by its wake-up reason when a label may have lost its picture", () => {
		expect([0xfc, 0xfd, 0xfe, 0xe0].every(isReboot)).toBe(true);
		expect([0, 2, 3, 4, 0x0f, undefined].some(isReboot)).toBe(false);
	});
});
