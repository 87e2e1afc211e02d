import { plainHeader } from "./headers.ts";

/**
 * The unit of a unit price, by the unit of the content: "0.30 kg" and "250 g" are priced per kg, "0.75 l" per l, "25.00 ko" (komada,
 * pieces) per piece. By the words of several countries and the codes of UN/ECE recommendation 20.
 */
const synonyms: Readonly<Record<string, string>> = {
	kg: "kg kgm kilogram kilograms kilogramm kilo kilos kilogrami 公斤 千克 キロ",
	g: "g gr gram grams gramm gramme grammes grm 克 グラム",
	dag: "dag deka dkg",
	mg: "mg",
	l: "l li lit liter litre liters litres litra ltr lt 升 公升 ליטר リットル",
	dl: "dl",
	cl: "cl",
	ml: "ml mlt millilitre milliliter 毫升",
	m: "m mtr meter metre metar 米",
	cm: "cm",
	m2: "m2 m² mtk",
	piece:
		"ko kom komad komada pc pcs piece pieces st stk stck stuck stueck ea each unit units unite un c62 h87 adet szt ks db pz ud " +
		"个 件 只 支 瓶 盒 袋 包 罐 個 本 יחידה",
	dose: "dose wl",
	lb: "lb lbs pound pounds lbr",
	oz: "oz ounce ounces onz",
};
const unitOf = new Map(
	Object.entries(synonyms).flatMap(([unit, words]) => words.split(" ").map((word) => [plainWord(word), unit] as const)),
);

function plainWord(word: string): string {
	return plainHeader(word.replace("²", "2"));
}

/** `kg`, `g`, `l`, `piece`, …; undefined for an unknown word. */
export const readUnit = (word: string): string | undefined => unitOf.get(plainWord(word));

const perUnit: Readonly<Record<string, string>> = {
	kg: "kg",
	g: "kg",
	dag: "kg",
	mg: "kg",
	l: "l",
	dl: "l",
	cl: "l",
	ml: "l",
	m: "m",
	cm: "m",
	m2: "m2",
	piece: "piece",
	dose: "dose",
};

/** The unit of a price per unit, by the unit of the content; undefined where that is unknown. */
export function contentUnit(text: string): string | undefined {
	const word = /([\p{L}²]+2?)\.?$/u.exec(text.trim())?.[1];
	const unit = word === undefined ? undefined : readUnit(word);
	return unit === undefined ? undefined : perUnit[unit];
}

/**
 * The net content as a shopper reads it: "0.30 kg" stays, "25.00 ko" becomes "25 pcs". In "400 g / 240 g" the second is the drained
 * weight, which the unit price is for.
 */
export function tidyContent(text: string): string {
	const parts = /^(\d+)(?:\.0+)? ?(?:ko|kom)$/.exec(text);
	return parts ? `${parts[1]} pcs` : text.slice(0, 64);
}

/** The quantity that the unit price is of: the drained weight where two are given. */
export const pricedContent = (text: string): string => /\/\s*(.+)$/.exec(text)?.[1] ?? text;
