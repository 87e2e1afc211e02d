/** Weights without floating point: every unit is a whole number of hundredths of a microgram. */

/** Exact for the pound (NIST SP 811, B.8); the others are rounded far below what any scale shows. */
const centiMicrogramsIn: Readonly<Record<string, bigint>> = {
	mg: 100_000n,
	g: 100_000_000n,
	kg: 100_000_000_000n,
	t: 100_000_000_000_000n,
	ct: 20_000_000n,
	lb: 45_359_237_000n,
	oz: 2_834_952_312n,
	ozt: 3_110_347_680n,
	dwt: 155_517_384n,
	gn: 6_479_891n,
};

/** As scales print them; the long dash of a unit's plural, capitals and the like. */
const otherNames: Readonly<Record<string, string>> = { lbs: "lb", kgs: "kg", gm: "g", k: "kg" };

/** Texts in the place of the unit from a scale in another mode. */
const countingUnits: ReadonlySet<string> = new Set(["pcs", "pc", "pce", "%"]);

/** Units by the names that scales print: each is another weight by country, by maker ("gr": gram or grain), or nothing for a shop. */
const doubtfulUnits: ReadonlySet<string> = new Set(
	["gr", "ton", "tn", "tl", "tael", "tlh", "tls", "tlt", "tola", "mom", "msg", "baht", "st", "stone"], // MT-SICS tells the taels apart
);

/** The message of a scale that writes this in the place of the unit, where it is no weight; undefined: the unit is a weight, or noise. */
export function otherThanWeight(unit: string): { kind: "counting" } | { kind: "unit"; unit: string } | undefined {
	const name = unit.toLowerCase();
	if (countingUnits.has(name)) return { kind: "counting" };
	return doubtfulUnits.has(name) ? { kind: "unit", unit: name } : undefined;
}

export const scaleUnits = ["mg", "g", "kg", "t", "ct", "lb", "oz", "ozt", "dwt", "gn"] as const;
export type ScaleUnit = (typeof scaleUnits)[number];

/**
 * Whole milligrams, rounded half away from zero; undefined when it is no number or a unit we do not know.
 * "100,00", "- 0.05" and "11:00.40" with "lb:oz" are read as the scale's display shows them.
 */
export function milligramsOf(value: string, unit: string): number | undefined {
	const name = unit.toLowerCase();
	if (name === "lb:oz" || name === "lb-oz") {
		const parts = /^([+-]?) *(\d{1,6}):(\d{1,2}(?:[.,]\d{1,4})?)$/.exec(value.trim());
		if (!parts) return undefined;
		const pounds = milligramsOf(parts[2]!, "lb");
		const ounces = milligramsOf(parts[3]!, "oz");
		if (pounds === undefined || ounces === undefined) return undefined;
		return signed(pounds + ounces, parts[1]!);
	}
	const perUnit = centiMicrogramsIn[otherNames[name] ?? name];
	const parts = /^([+-]?) *(\d{1,9})(?:[.,](\d{0,6}))?$/.exec(value.trim());
	if (!parts || perUnit === undefined) return undefined;
	const [, sign = "", whole = "", decimals = ""] = parts;
	const divisor = 100_000n * 10n ** BigInt(decimals.length);
	const rounded = (BigInt(whole + decimals) * perUnit + divisor / 2n) / divisor;
	return signed(Number(rounded), sign);
}

function signed(milligrams: number, sign: string): number {
	return sign === "-" && milligrams !== 0 ? -milligrams : milligrams;
}

/** A whole number of 10^`exponent` units, as USB scales count: 49 and -1 are 4.9. */
export function milligramsOfScaled(digits: number, exponent: number, unit: string): number | undefined {
	if (exponent > 6 || exponent < -6) return undefined;
	const text = String(Math.abs(digits));
	const value =
		exponent >= 0
			? text + "0".repeat(exponent)
			: `${text.padStart(1 - exponent, "0").slice(0, exponent)}.${text.padStart(1 - exponent, "0").slice(exponent)}`;
	return milligramsOf(`${digits < 0 ? "-" : ""}${value}`, unit);
}
