import { frameCutter } from "../frames.ts";
import { ascii, type ScaleMessage, type ScaleProtocol } from "../protocol.ts";
import { milligramsOf } from "../units.ts";

/**
 * NCI, SCP-01 and its ECR variant (Weigh-Tronix, Avery, and scales that imitate them). 9600 7E1 or 8N1 by the scale's menu.
 *
 *   we send   W 0D             it answers   0A "001.23LB" 0D 0A "00" 0D 03      weight, then two or three status characters
 *                                           0A "1LB 04.5OZ" …               in pounds and ounces
 *             Z 0D                          0A "S10" 0D 03                      no weight: moving, or out of range
 *                                           0A "?" 0D 03                        not understood
 *
 * Status, each "0" to "?": first bit 0 moves, bit 1 at zero; second bit 0 under, bit 1 over, bit 2 and 3 memory faults.
 * Source: SCP-01 page of the maker; names of the status bits from general knowledge, to be confirmed on a scale.
 */
function readNci(frame: string, unit: string): ScaleMessage {
	const parts = frame.split(/[\r\n]+/).filter((part) => part !== "");
	if (parts[0] === "?") return { kind: "other" };
	const weight = /^([+-]? *[\d.]+) *([A-Za-z]{1,3})?$/.exec((parts[0] ?? "").trim());
	// The first part is a status when it stands alone; two digits alone are no weight either.
	const isStatusOnly = parts.length === 1 && /^S?[0-?]{2,3}$/.test(parts[0]!.trim());
	const statusText = isStatusOnly ? parts[0] : parts[1];
	if (statusText === undefined) return { kind: "garbled" };
	const bits = /^S?([0-?])([0-?])[0-?]?$/.exec(statusText.trim());
	if (!bits) return { kind: "garbled" };
	const [first, second] = [bits[1]!.charCodeAt(0) & 0x0f, bits[2]!.charCodeAt(0) & 0x0f];
	if (second & 0x0c) return { kind: "fault" };
	if (second & 0x02) return { kind: "overloaded" };
	if (second & 0x01) return { kind: "underloaded" };
	if (isStatusOnly) return first & 0x01 ? { kind: "busy" } : { kind: "other" };
	const pounds = /^([+-]?) *(\d{1,4}) *LB +(\d{1,2}(?:\.\d{1,3})?) *OZ$/i.exec((parts[0] ?? "").trim());
	const milligrams = pounds
		? milligramsOf(`${pounds[1]}${pounds[2]}:${pounds[3]}`, "lb:oz")
		: weight && milligramsOf(weight[1]!, weight[2] ?? unit);
	if (milligrams === undefined || milligrams === null) return { kind: "garbled" };
	return { kind: "weight", milligrams, settled: (first & 0x01) === 0 };
}

export const nci: ScaleProtocol = {
	title: "NCI",
	line: { baudRate: 9600, dataBits: 7, parity: "even" },
	unit: "lb",
	open({ send, hear, unit }) {
		const frames = frameCutter({
			begin: 0x0a,
			beginIsData: true,
			ends: [0x03],
			onFrame: (frame) => hear(readNci(frame, unit)),
			onGarbled: () => hear({ kind: "garbled" }),
		});
		return { ask: () => send(ascii("W\r")), zero: () => send(ascii("Z\r")), take: frames.take };
	},
};
