import { frameCutter } from "../frames.ts";
import { ascii, type ScaleMessage, type ScaleProtocol } from "../protocol.ts";
import { milligramsOf } from "../units.ts";

/**
 * Checkout Dialog 02, 04 and 06 (Mettler, Bizerba, Dibal DPOS-400): the scale reckons the price, so it wants a unit price first.
 * 06: 9600 or 4800 7O1; 04: 4800 7O1; 02: 2400 7O1.
 *
 *   we send   04 05                          it answers   02 "02" 1B s 1B WWWWW 1B PPPPPP 1B IIIIII 03      grams, unit price, price
 *             04 02 "08" 03                               02 "09" 1B dd 03                                  why it said 15 (NAK)
 *             04 02 "01" 1B 000001 1B 03                  06                                                unit price taken
 *
 * dd: 00 nothing wrong, 20 moves, 21 no motion since the last weighing, 22 no price, 30 at zero, 31 under, 32 over; 33 and 56 are the
 * device's own. The smallest unit price is sent, because only the weight is of use here: do not share such a scale with a till.
 *
 * Dialog 06 may ask the program for its approved checksum before it weighs, and again at any time:
 *
 *   it says   02 "11" 1B "2" "3A" 03            turn one number left by 3 bits, the other right by 10
 *   we send   04 02 "10" 1B "388A" "CDBC" 03    4711 and F336 turned so, in hex
 *   it says   06, then at the next question     02 "11" 1B "1" 03 right, "0" wrong
 *
 * s, the state of a weight: 3 kilograms with three places, 4 with two; 1 pounds with two, 2 with three; others are taken for 3.
 * Source: pages of the makers, simulators and one program in public code (TN-SMISS-Apps/Node-Mettler-Toledo-Scale).
 */
export interface Challenge {
	/** Four hex digits each. */
	left: string;
	right: string;
}

const ESC = "\x1b";
const ENQ = Uint8Array.of(0x04, 0x05);
const whyNot = ascii("\x04\x0208\x03");
const smallestPrice = ascii(`\x04\x0201${ESC}000001${ESC}\x03`);
const ACK = 0x06;
const NAK = 0x15;

type Dialog06 = ScaleMessage | { kind: "no-price" } | { kind: "unchanged" } | { kind: "challenge"; turns: [left: number, right: number] };

const usualState = [3, "kg"] as const;
const states: Readonly<Record<string, readonly [places: number, unit: string]>> = {
	1: [2, "lb"],
	2: [3, "lb"],
	3: usualState,
	4: [2, "kg"],
};

/** A number of 16 bits turned to the left; as four hex digits. */
const turned = (hex: string, bits: number): string => {
	const number = Number.parseInt(hex, 16);
	return (((number << bits) | (number >> (16 - bits))) & 0xffff).toString(16).toUpperCase().padStart(4, "0");
};

const answerTo = ({ left, right }: Challenge, [byLeft, byRight]: [number, number]): Uint8Array =>
	ascii(`\x04\x0210${ESC}${turned(left, byLeft)}${turned(right, (16 - byRight) % 16)}\x03`);

/** `frame` is what stands between STX and ETX. */
function readDialog06(frame: string): Dialog06 {
	const weight = /^02\x1b(.)\x1b(\d{5})\x1b\d{6}\x1b\d{6}$/s.exec(frame);
	if (weight) {
		const [places, unit] = states[weight[1]!] ?? usualState;
		const value = `${weight[2]!.slice(0, -places)}.${weight[2]!.slice(-places)}`;
		return { kind: "weight", milligrams: milligramsOf(value, unit)!, settled: true };
	}
	const asks = /^11\x1b(\d)([0-9A-F]{2})?$/i.exec(frame);
	if (asks?.[1] === "2" && asks[2])
		return { kind: "challenge", turns: [Number.parseInt(asks[2][0]!, 16), Number.parseInt(asks[2][1]!, 16)] };
	if (asks?.[1] === "1") return { kind: "other" };
	const why = /^09\x1b(\d\d)$/.exec(frame)?.[1];
	switch (why) {
		case undefined:
			return /^(11|12|20|13)\x1b/.test(frame) ? { kind: "fault" } : { kind: "garbled" };
		case "00":
		case "21":
			return { kind: "unchanged" };
		case "20":
			return { kind: "busy" };
		case "22":
		case "11":
			return { kind: "no-price" };
		case "30":
			return { kind: "weight", milligrams: 0, settled: true };
		case "31":
			return { kind: "underloaded" };
		case "32":
			return { kind: "overloaded" };
		default:
			return { kind: "other" };
	}
}

export const dialog06: ScaleProtocol = {
	title: "Dialog 06",
	line: { baudRate: 9600, dataBits: 7, parity: "odd" },
	unit: "g",
	open({ send, hear, challenge }) {
		/** The last weight, for an answer that nothing moved: the scale does not repeat a weight it has sent. */
		let last: ScaleMessage = { kind: "other" };
		const frames = frameCutter({
			begin: 0x02,
			ends: [0x03],
			alone: [ACK, NAK],
			onFrame(frame) {
				const message = readDialog06(frame);
				if (message.kind === "no-price") return send(smallestPrice);
				if (message.kind === "unchanged") return hear(last);
				// Without the numbers of an approved program the scale does not weigh for this one.
				if (message.kind === "challenge") return challenge ? send(answerTo(challenge, message.turns)) : hear({ kind: "fault" });
				if (message.kind === "weight") last = message;
				hear(message);
			},
			onAlone(byte) {
				if (byte === NAK) send(whyNot);
				else hear({ kind: "other" });
			},
			onGarbled: () => hear({ kind: "garbled" }),
		});
		return { ask: () => send(ENQ), take: frames.take };
	},
};
