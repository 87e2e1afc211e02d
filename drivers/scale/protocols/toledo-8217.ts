import { frameCutter } from "../frames.ts";
import { ascii, type ScaleMessage, type ScaleProtocol } from "../protocol.ts";
import { milligramsOf } from "../units.ts";

/**
 * Toledo 8217, the language of scanner scales at tills (Mettler-Toledo, NCR, Datalogic; 8213 of Brecknell has the same frames).
 * Single letters without an end, 9600 7E1.
 *
 *   we send   W                it answers   02 "01.234" [N] 0D      the weight at rest; N: net
 *             Z                             02 "?" status 0D        bit 0 moves, 1 over, 2 under zero, 3 zero not possible,
 *                                                                   4 centre of zero, 5 net, 6 always 1
 *
 * Where the point is missing the display has three decimals in kilograms and two in pounds. Source: service manual of the Mettler
 * DIVA. Never sent: T, C (tare), A, B (self-test), E (echo), by which other programs probe for this language.
 */
const status = { moves: 0x01, over: 0x02, under: 0x04, outsideZero: 0x08, always: 0x40 } as const;

function read8217(frame: string, unit: string): ScaleMessage {
	if (/^\?./s.test(frame) && frame.length === 2) {
		const bits = frame.charCodeAt(1);
		if ((bits & status.always) === 0) return { kind: "garbled" };
		if (bits & status.over) return { kind: "overloaded" };
		if (bits & status.under) return { kind: "underloaded" };
		if (bits & status.moves) return { kind: "busy" };
		return bits & status.outsideZero ? { kind: "fault" } : { kind: "other" };
	}
	const weight = /^(-?\d{1,6}(?:\.\d{1,4})?)N?$/.exec(frame)?.[1];
	if (weight === undefined) return /^E$/.test(frame) ? { kind: "other" } : { kind: "garbled" };
	const decimals = unit === "kg" ? 3 : 2;
	const text = weight.includes(".") || weight.length <= decimals ? weight : `${weight.slice(0, -decimals)}.${weight.slice(-decimals)}`;
	const milligrams = milligramsOf(text, unit);
	return milligrams === undefined ? { kind: "garbled" } : { kind: "weight", milligrams, settled: true };
}

export const toledo8217: ScaleProtocol = {
	title: "Toledo 8217",
	line: { baudRate: 9600, dataBits: 7, parity: "even" },
	unit: "kg",
	open({ send, hear, unit }) {
		const frames = frameCutter({
			begin: 0x02,
			ends: [0x0d],
			onFrame: (frame) => hear(read8217(frame, unit)),
			onGarbled: () => hear({ kind: "garbled" }),
		});
		return { ask: () => send(ascii("W")), zero: () => send(ascii("Z")), take: frames.take };
	},
};
