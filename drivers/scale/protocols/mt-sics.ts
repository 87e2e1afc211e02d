import { lineCutter } from "../../transport/lines.ts";
import { ascii, type ScaleProtocol } from "../protocol.ts";
import { milligramsOf, otherThanWeight } from "../units.ts";

/**
 * MT-SICS, the Mettler-Toledo Standard Interface Command Set, levels 0 and 1. Lines of ASCII, each ended by CR LF.
 *
 *   we send   SI                      it answers   S S     100.00 g         the weight now, settled; ends continuous sending
 *                                                  S D     129.07 g         the weight now, moving
 *                                                  S +     S -     S I      too much, too little, not possible now
 *             Z   ZI                               Z A     ZI S    Z I      zero set; not possible now
 *             T   TI   TAC                         T S     100.00 g         tare taken
 *             I2   I4                              I2 A "PS30 Standard 30 kg"   I4 A "B021002593"; I4 unasked: switched on
 *                             S S        12 PCS                     pieces, where the scale counts them; % where it shows a share
 *   anything not understood                        ES  ET  EL  EI
 *
 * Source: MT-SICS reference manual, and the deviations seen in the field: `Z` answered to `ZI`, `T` to `TI`, `SI` to `SI`; a
 * decimal comma, a blank behind the sign, pounds and ounces as "11:00.40 lb:oz", no unit at all.
 * Never sent: `@`, which many scales answer by dropping their tare. Left out: levels 2 and 3 (piece counting, printing, display).
 */

export type SicsAnswer =
	| { kind: "weight"; milligrams: number; settled: boolean }
	| { kind: "counting" }
	| { kind: "unit"; unit: string }
	| { kind: "busy" }
	| { kind: "overloaded" }
	| { kind: "underloaded" }
	| { kind: "zeroed" }
	| { kind: "not-zeroed" }
	| { kind: "tare"; milligrams: number }
	| { kind: "tare-cleared" }
	| { kind: "not-tared" }
	| { kind: "model"; text: string }
	| { kind: "serial"; text: string }
	| { kind: "named"; about: string; text: string }
	| { kind: "refused"; because: "syntax" | "transmission" | "logical" | "internal" | "not-now"; command?: string }
	| { kind: "garbled"; line: string };

const ask = {
	weightNow: ascii("SI\r\n"),
	model: ascii("I2\r\n"),
	serial: ascii("I4\r\n"),
	zero: ascii("Z\r\n"),
} as const;

/** The longest line of levels 0 and 1 is a model name in quotes; anything longer is the wrong baud rate. */
const longestLine = 120;

/** Reads one line without its end; `unit` is that of numbers without one. Never throws: what cannot be read is "garbled". */
export function readLine(text: string, unit = "g"): SicsAnswer {
	const garbled: SicsAnswer = { kind: "garbled", line: text };

	const error = /^E([STLI])$/.exec(text.trim());
	if (error) return { kind: "refused", because: refusals[error[1] as keyof typeof refusals] };

	const named = /^(I\d{1,2}) ([AI])(?: (.*))?$/.exec(text.trim());
	if (named) {
		const [, about = "", status, rest = ""] = named;
		if (status === "I") return { kind: "refused", because: "not-now", command: about };
		const words = rest.trim().replace(/^"|"$/g, "");
		if (about === "I2") return { kind: "model", text: words };
		if (about === "I4") return { kind: "serial", text: words };
		return { kind: "named", about, text: words };
	}

	const answer = /^(SI?|ZI?|TI?|TA|TAC) ([SDAI+-])(?: +([+-]? *[\d.,:]+)(?: +(\S+))?)? *$/.exec(text);
	if (!answer) return garbled;
	const [, command = "", status = "", value, itsUnit] = answer;
	const other = value !== undefined && /^[+-]? *[\d.,]*\d[\d.,]*$/.test(value) && itsUnit !== undefined && otherThanWeight(itsUnit);
	if (other) return /^SI?$/.test(command) && /[SD]/.test(status) ? other : { kind: "refused", because: "not-now", command };
	const milligrams = value !== undefined ? milligramsOf(value, itsUnit ?? unit) : undefined;
	if (value !== undefined && milligrams === undefined) return garbled;

	if (command.startsWith("S")) {
		if (status === "S" || status === "D") {
			return milligrams === undefined ? garbled : { kind: "weight", milligrams, settled: status === "S" };
		}
		if (value !== undefined) return garbled;
		if (status === "I") return { kind: "busy" };
		if (status === "+") return { kind: "overloaded" };
		return status === "-" ? { kind: "underloaded" } : garbled;
	}
	if (command.startsWith("Z")) return /[ASD]/.test(status) ? { kind: "zeroed" } : { kind: "not-zeroed" };
	if (!/[ASD]/.test(status)) return { kind: "not-tared" };
	if (command === "TAC") return { kind: "tare-cleared" };
	return milligrams === undefined ? garbled : { kind: "tare", milligrams };
}

const refusals = { S: "syntax", T: "transmission", L: "logical", I: "internal" } as const;

export const mtSics: ScaleProtocol = {
	title: "MT-SICS",
	line: { baudRate: 9600, dataBits: 8, parity: "none" },
	unit: "g",
	open({ send, hear, unit }) {
		let serialAsked = false;
		const listen = (line: string): void => {
			const answer = readLine(line, unit);
			switch (answer.kind) {
				case "weight":
				case "counting":
				case "unit":
				case "busy":
				case "overloaded":
				case "underloaded":
				case "model":
					return hear(answer);
				case "serial":
					if (!serialAsked) hear({ kind: "restarted" });
					serialAsked = false;
					return hear(answer);
				case "zeroed":
				case "not-zeroed":
					return hear({ kind: "zeroed", done: answer.kind === "zeroed" });
				case "garbled":
					return hear({ kind: "garbled" });
				case "tare":
				case "tare-cleared":
				case "not-tared":
				case "named":
				case "refused":
					return hear({ kind: "other" });
			}
			answer satisfies never;
		};
		const cut = lineCutter(listen, { maxLength: longestLine, onGarbled: () => hear({ kind: "garbled" }) });
		return {
			ask: () => send(ask.weightNow),
			askNames() {
				serialAsked = true;
				send(ask.model);
				send(ask.serial);
				return 2;
			},
			zero: () => send(ask.zero),
			take: cut,
		};
	},
};
