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
	/** First digits, two or more; of several rules that fit, the one with the longest counts. */
	prefix: string;
	measure: "price" | "weight" | "count";
	/**
	 * One letter for each of the twelve digits before the check digit: P article, V value, C check digit over the value, X to be
	 * ignored. The prefix counts as P.
	 */
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

/** Two digits of prefix, five of the article, five of the value: the commonest form. */
const fiveAndFive = (measure: RcnRule["measure"], ...prefixes: string[]): RcnRule[] =>
	rules(
		measure,
		"PPPPPPPVVVVV",
		prefixes.map((prefix) => [prefix, measure === "price" ? 2 : measure === "weight" ? 3 : 0] as const),
	);

const numberSystem2 = rules("price", "PPPPPPPCVVVV", [["02", 2]]);

/**
 * Rules that the GS1 offices recommend, by country, dk to no; and those in use in the others. Of those, at and it are from
 * published pages (gs1.at, the table of Indicod), us and ca are number system 2 of UPC-A; ch (a standard number of four digits
 * and the price), cn, cz, es, fr and pl are usage that we know by hearsay: compare one label before relying on them, and write
 * the chain's own rules where they differ.
 */
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
	us: numberSystem2,
	ca: numberSystem2,
	at: [...fiveAndFive("weight", "21", "27"), ...fiveAndFive("price", "22", "23"), ...fiveAndFive("count", "28")],
	it: fiveAndFive("price", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29"),
	fr: fiveAndFive("price", "02", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29"),
	es: fiveAndFive("price", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29"),
	cn: fiveAndFive("price", "20", "21", "22", "23", "24"),
	ch: rules("price", "PPPPPPXVVVVV", [
		["20", 2],
		["21", 2],
		["22", 2],
	]),
	pl: rules("weight", "PPPPPPCVVVVV", [
		["27", 3],
		["29", 3],
	]),
	cz: rules("weight", "PPPPPPCVVVVV", [
		["21", 3],
		["22", 3],
		["23", 3],
		["24", 3],
		["25", 3],
		["26", 3],
		["27", 3],
		["28", 3],
		["29", 3],
	]),
};

/**
 * Reads an RCN-13 by the store's rules. `itemKey` is the code with its value (and C) zeroed and the EAN check digit
 * reckoned anew: the number the article is filed under. Many scales print 0 for C, so the check may be switched off.
 */
export function readRcn(ean13: string, byRules: readonly RcnRule[], { checkValue = true } = {}): RcnReading {
	const rule = ruleFor(ean13, byRules);
	if (!rule || !/^\d{13}$/.test(ean13)) return { fault: "not-variable-measure" };
	if (!hasRightCheckDigit(ean13)) return { fault: "incorrect-check-digit" };
	const digitsOf = (sign: string) => [...rule.pattern].map((at, index) => (at === sign ? ean13[index] : "")).join("");
	const field = digitsOf("V");
	const check = digitsOf("C");
	if (checkValue && check !== "" && check !== priceCheckDigitOf(field)) return { fault: "incorrect-value-check-digit" };
	const zeroed = [...rule.pattern].map((sign, index) => (sign === "P" ? ean13[index] : "0")).join("");
	return { measure: rule.measure, value: Number(field), decimals: rule.decimals, itemKey: zeroed + checkDigitOf(zeroed) };
}

/** The digits of the article alone, prefix included: the number under which some chains file it. */
export function rcnItemDigits(ean13: string, byRules: readonly RcnRule[]): string | undefined {
	const rule = ruleFor(ean13, byRules);
	return rule && [...rule.pattern].map((sign, index) => (sign === "P" ? ean13[index] : "")).join("");
}

function ruleFor(ean13: string, byRules: readonly RcnRule[]): RcnRule | undefined {
	return byRules
		.filter(({ prefix }) => ean13.startsWith(prefix))
		.reduce<RcnRule | undefined>((best, one) => (best && best.prefix.length >= one.prefix.length ? best : one), undefined);
}
