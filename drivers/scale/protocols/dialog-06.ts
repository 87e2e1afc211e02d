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
 * Not spoken: the challenge of Dialog 06 (record 11), which type approval asks of programs that sell by the weight.
 * Source: pages of the makers, and simulators in public code; digits of status 02 are not documented and are not looked at.
 */
const ESC = "\x1b";
const ENQ = Uint8Array.of(0x04, 0x05);
const whyNot = ascii("\x04\x0208\x03");
const smallestPrice = ascii(`\x04\x0201${ESC}000001${ESC}\x03`);
const ACK = 0x06;
const NAK = 0x15;

type Dialog06 = ScaleMessage | { kind: "no-price" } | { kind: "unchanged" };

/** `frame` is what stands between STX and ETX. */
function readDialog06(frame: string): Dialog06 {
	const weight = /^02\x1b.\x1b(\d{5})\x1b\d{6}\x1b\d{6}$/s.exec(frame);
	if (weight) return { kind: "weight", milligrams: milligramsOf(weight[1]!, "g")!, settled: true };
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
	open({ send, hear }) {
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
