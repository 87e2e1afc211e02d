/**
 * MT-SICS, the Mettler-Toledo Standard Interface Command Set, levels 0 and 1. Lines of ASCII, each ended by CR LF.
 *
 *   we send   @                       it answers   I4 A "B021002593"        cancels what runs, names its serial number
 *             SI                                   S S     100.00 g         the weight now, settled
 *                                                  S D     129.07 g         the weight now, moving
 *                                                  S +     S -     S I      too much, too little, not possible now
 *             Z   ZI                               Z A     ZI S    Z I      zero set; not possible now
 *             T   TI   TAC                         T S     100.00 g         tare taken
 *             I2                                   I2 A "PS30 Standard 30 kg"
 *   anything not understood                        ES  ET  EL  EI
 *
 * Source: MT-SICS reference manual, and the deviations seen in the field: `Z` answered to `ZI`, `T` to `TI`, `SI` to `SI`.
 * Left out: level 2 and 3 (piece counting, printing, display), which no shelf needs.
 */

export type SicsAnswer =
	| { kind: "weight"; milligrams: number; settled: boolean }
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
	| { kind: "told"; about: string; text: string }
	| { kind: "refused"; because: "syntax" | "transmission" | "logical" | "internal" | "not-now"; command?: string }
	| { kind: "garbled"; line: string };

export const ask = {
	reset: line("@"),
	weightNow: line("SI"),
	model: line("I2"),
	serial: line("I4"),
	zero: line("Z"),
	zeroNow: line("ZI"),
	tare: line("T"),
	clearTare: line("TAC"),
} as const;

/** The longest line of levels 0 and 1 is a model name in quotes; anything longer is the wrong baud rate. */
export const longestLine = 120;

/** Reads one line without its end. Never throws: what cannot be read is "garbled". */
export function readLine(text: string): SicsAnswer {
	const garbled: SicsAnswer = { kind: "garbled", line: text };

	const error = /^E([STLI])$/.exec(text.trim());
	if (error) return { kind: "refused", because: refusals[error[1] as keyof typeof refusals] };

	const told = /^(I\d{1,2}) ([AI])(?: (.*))?$/.exec(text.trim());
	if (told) {
		const [, about = "", status, rest = ""] = told;
		if (status === "I") return { kind: "refused", because: "not-now", command: about };
		const words = rest.trim().replace(/^"|"$/g, "");
		if (about === "I2") return { kind: "model", text: words };
		if (about === "I4") return { kind: "serial", text: words };
		return { kind: "told", about, text: words };
	}

	const answer = /^(SI?|ZI?|TI?|TA|TAC) ([SDAI+-])(?: +(\S+) +(\S+))? *$/.exec(text);
	if (!answer) return garbled;
	const [, command = "", status = "", value, unit] = answer;
	const milligrams = value !== undefined && unit !== undefined ? milligramsOf(value, unit) : undefined;
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

/** Hundredths of a microgram in one unit: exact for the pound and the ounce (NIST SP 811, B.8), so no float is needed. */
const unitsInCentiMicrograms: Record<string, bigint> = {
	mg: 100_000n,
	g: 100_000_000n,
	kg: 100_000_000_000n,
	ct: 20_000_000n,
	lb: 45_359_237_000n,
	oz: 2_834_952_312n, // 28.349523125 g; the half hundredth is far below what any scale shows
};

/** Whole milligrams, rounded half away from zero; undefined when it is no number or a unit we do not know. */
export function milligramsOf(value: string, unit: string): number | undefined {
	const parts = /^([+-]?)(\d{1,9})(?:\.(\d{0,6}))?$/.exec(value);
	const perUnit = unitsInCentiMicrograms[unit];
	if (!parts || perUnit === undefined) return undefined;
	const [, sign, whole = "", decimals = ""] = parts;
	const divisor = 100_000n * 10n ** BigInt(decimals.length);
	const rounded = (BigInt(whole + decimals) * perUnit + divisor / 2n) / divisor;
	const milligrams = Number(rounded);
	return sign === "-" && milligrams !== 0 ? -milligrams : milligrams;
}

function line(command: string): Uint8Array {
	return Uint8Array.from(Buffer.from(`${command}\r\n`, "latin1"));
}
