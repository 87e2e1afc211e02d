import { checkDigitOf, hasRightCheckDigit, priceCheckDigitOf } from "./gtin.ts";

/**
 * Restricted circulation numbers with a weight, price or count inside: the label of the cheese counter.
 *
 *   2 3 P P P P P P P P V V V V c        P article, V value, C check digit over V, c check digit of the EAN-13
 *
 * No rule holds everywhere: each country's GS1 office recommends one and a retailer may use another. So the rules are
 * data, and the store names them. Sources: the national GS1 offices' variable measure recommendations.
 */
export interface RcnRule {
	/** First two digits. */
	prefix: string;
	measure: "price" | "weight" | "count";
	/** One sign for each of the twelve digits before the check digit: P, V or C; the prefix counts as P. */
	pattern: string;
	/** Of the price in the main unit of currency, or of the weight in kilograms. */
	decimals: number;
}

export type RcnReading =
	| { measure: RcnRule["measure"]; value: number; decimals: number; itemKey: string }
	| { fault: "not-variable-measure" | "incorrect-check-digit" | "incorrect-value-check-digit" };

const rules = (measure: RcnRule["measure"], pattern: string, decimals: readonly (readonly [prefix: string, decimals: number])[]) =>
	decimals.map(([prefix, places]): RcnRule => ({ prefix, measure, pattern, decimals: places }));

const baltic = rules("weight", "PPPPPPPPVVVV", [
	["23", 3],
	["24", 2],
	["25", 1],
]);

const scandinavian = [
	...rules("price", "PPPPPPPPVVVV", [
		["20", 2],
		["21", 1],
		["22", 0],
	]),
	...baltic,
];

/** What the GS1 offices recommend, by country. */
export const rcnPresets: Readonly<Record<string, readonly RcnRule[]>> = {
	dk: [
		...rules("price", "PPPPPPVVVVVV", [
			["21", 2],
			["22", 2],
			["23", 2],
			["24", 2],
		]),
		...rules("weight", "PPPPPPVVVVVV", [
			["26", 3],
			["28", 3],
		]),
		...rules("weight", "PPPPPPPVVVVV", [["27", 3]]),
	],
	fi: baltic,
	ee: baltic,
	lv: baltic,
	lt: baltic,
	de: [
		...rules("price", "PPPPPPCVVVVV", [
			["22", 2],
			["23", 2],
		]),
		...rules("count", "PPPPPPCVVVVV", [
			["25", 0],
			["26", 0],
		]),
		...rules("weight", "PPPPPPCVVVVV", [
			["28", 3],
			["29", 3],
		]),
	],
	gb: rules("price", "PPPPPPPCVVVV", [["20", 2]]),
	se: scandinavian,
	no: scandinavian,
};

/**
 * Reads an RCN-13 by the store's rules. `itemKey` is the code with its value (and C) zeroed and the EAN check digit
 * reckoned anew: the number the article is filed under. Many scales print 0 for C, so the check may be switched off.
 */
export function readRcn(ean13: string, byRules: readonly RcnRule[], { checkValue = true } = {}): RcnReading {
	const rule = byRules.find(({ prefix }) => ean13.startsWith(prefix));
	if (!rule || !/^\d{13}$/.test(ean13)) return { fault: "not-variable-measure" };
	if (!hasRightCheckDigit(ean13)) return { fault: "incorrect-check-digit" };
	const digitsOf = (sign: string) => [...rule.pattern].map((at, index) => (at === sign ? ean13[index] : "")).join("");
	const field = digitsOf("V");
	const check = digitsOf("C");
	if (checkValue && check !== "" && check !== priceCheckDigitOf(field)) return { fault: "incorrect-value-check-digit" };
	const zeroed = [...rule.pattern].map((sign, index) => (sign === "P" ? ean13[index] : "0")).join("");
	return { measure: rule.measure, value: Number(field), decimals: rule.decimals, itemKey: zeroed + checkDigitOf(zeroed) };
}
