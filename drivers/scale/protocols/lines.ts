import { lineCutter } from "../../transport/lines.ts";
import { ascii, type ScaleMessage, type ScaleProtocol } from "../protocol.ts";
import { milligramsOf, otherThanWeight } from "../units.ts";

/**
 * Scales that send a weight as one line of text, asked or by themselves.
 *
 *   ST,GS,+0013.5kg           A&D, CAS (18 bytes)        ST at rest, US moving, OL over, UL under, TL tilted; GS gross, NT net
 *   ST,GS,   12.345,kg        Dini Argeo
 *   ST,NT,<id><lamp>,  12.345 kg                         CAS (22 bytes)
 *       12.345 kg             Kern, many others          at rest when a unit is there
 *       12.34 g ?             Ohaus                      moving when a question mark is there
 *   S   ? -   12.345 g        Radwag, answer to SI       ? moving, ^ over, v under
 *   1 lb  4.5 oz              pounds and ounces
 *
 * A tare (TR, PT, T) and a held weight (HD) are understood and are no weight of what lies there now. A count of pieces (QT, or PCS where
 * the unit stands) is none either, and is said. The decimal sign may be a comma.
 *
 * Sources: pages of the makers for the lines; the letters that ask are from general knowledge for A&D, Dini, Kern, Ohaus and Radwag.
 */
export function readWeighLine(line: string, unit: string): ScaleMessage {
	const text = line.replace(/[\u0000-\u001f]/g, (sign) => (sign === "\t" ? " " : "")).trim();
	if (text === "") return { kind: "other" };
	const headed = /^(ST|US|OL|UL|QT|TL|HD)\b[, ]*(.*)$/s.exec(text);
	if (headed) {
		const [, state = "", rest = ""] = headed;
		if (state === "OL") return { kind: "overloaded" };
		if (state === "UL") return { kind: "underloaded" };
		if (state === "TL") return { kind: "fault" };
		if (state === "QT") return { kind: "counting" };
		if (state === "HD" || /^(?:TR|PT|T)\b/.test(rest)) return { kind: "other" };
		return headedWeight(rest, unit, state !== "US");
	}
	const radwag = /^(?:S|SI|SU|SUI) +([?^v]?) *([+-]? *\d{1,8}(?:[.,]\d{1,6})?) *([A-Za-z]{1,5}|%)$/.exec(text);
	if (radwag) {
		if (radwag[1] === "^") return { kind: "overloaded" };
		if (radwag[1] === "v") return { kind: "underloaded" };
		return weightOf(radwag[2], radwag[3]!, radwag[1] !== "?");
	}
	if (/^(?:S|SI|SU|SUI) [AEI]$/.test(text)) return { kind: text.endsWith("A") ? "other" : "busy" };
	if (/^(?:ES|ERR?|E\d{1,2}|Err\w*)$/i.test(text)) return { kind: "other" };
	if (/^(?:T|TR|PT)[ :,]+[+-]? *\d/.test(text)) return { kind: "other" };
	const marked = /^(?:GS|NT|G|N)[ :,]+(?=[+-]? *\d)(.*)$/s.exec(text)?.[1] ?? text;
	const pounds = /^([+-]?) *(\d{1,4}) *lbs?[ :,]+(\d{1,2}(?:[.,]\d{1,3})?) *oz( *\?)?$/i.exec(marked);
	if (pounds) return weightOf(`${pounds[1]}${pounds[2]}:${pounds[3]}`, "lb:oz", pounds[4] === undefined);
	if (/^[-_ ]{4,}$/.test(text)) return { kind: "underloaded" };
	if (/^[H^]{4,}$|^OVER/i.test(text)) return { kind: "overloaded" };
	const bare = /^([+-]? *\d{1,8}(?:[.,]\d{1,6})?) *([A-Za-z]{1,5}|%)?( *\?)?( *[NGT])?$/.exec(marked);
	if (!bare) return { kind: "garbled" };
	if (bare[4]?.trim() === "T") return { kind: "other" };
	return weightOf(bare[1], bare[2] ?? unit, bare[2] !== undefined && bare[3] === undefined);
}

/** The weight behind the state of a line: gross or net, with CAS an id and a lamp, then the value. */
function headedWeight(rest: string, unit: string, settled: boolean): ScaleMessage {
	const plain = /^(?:(?:GS|NT|G|N)\b[, ]*)?([+-]? *\d{1,8}(?:[.,]\d{1,6})?)(?: *,)? *([A-Za-z]{1,5}|%)?$/s.exec(rest);
	// Behind an id a comma separates; one between digits that could be a decimal sign or part thousands is not guessed.
	const value =
		plain ?? /(?:^|[^\d][, ]|, +|,(?=[+-]|\d{1,2}\.|\d{4,}\.))([+-]? *\d{1,8}(?:\.\d{1,6})?) *,? *([A-Za-z]{1,5}|%)?$/s.exec(rest);
	return weightOf(value?.[1], value?.[2] ?? unit, settled);
}

function weightOf(value: string | undefined, unit: string, settled: boolean): ScaleMessage {
	const other = value === undefined ? undefined : otherThanWeight(unit);
	if (other) return other;
	const milligrams = value === undefined ? undefined : milligramsOf(value, unit);
	return milligrams === undefined ? { kind: "garbled" } : { kind: "weight", milligrams, settled };
}

/** `question`: what asks for the weight now; left out for a scale that sends by itself. */
const lineProtocol = (title: string, question: string | undefined, zero?: string): ScaleProtocol => ({
	title,
	line: { baudRate: 9600, dataBits: 8, parity: "none" },
	unit: "kg",
	open({ send, hear, unit }) {
		const cut = lineCutter((line) => hear(readWeighLine(line, unit)), { maxLength: 80, onGarbled: () => hear({ kind: "garbled" }) });
		return {
			ask: () => {
				if (question !== undefined) send(ascii(question));
			},
			...(zero !== undefined && { zero: () => send(ascii(zero)) }),
			take: (bytes) => cut(bytes.map((byte) => byte & 0x7f)),
		};
	},
});

export const andLines = lineProtocol("A&D", "Q\r\n", "Z\r\n");
export const diniLines = lineProtocol("Dini Argeo", "READ\r\n", "ZERO\r\n");
export const kernLines = lineProtocol("Kern", "w");
export const ohausLines = lineProtocol("Ohaus", "IP\r\n", "Z\r\n");
export const radwagLines = lineProtocol("Radwag", "SI\r\n", "Z\r\n");
export const streamLines = lineProtocol("lines sent by themselves", undefined);
