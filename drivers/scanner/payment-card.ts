/**
 * Payment cards that are held before a scanner, or whose number is typed where a code belongs. They may reach no fact, trace or log (PCI
 * DSS 3.4), so each scan is checked first. Suspected are only 15 to 19 digits in the range of a card brand (ISO/IEC 7812) with a right Luhn
 * digit. What the scanner read as EAN, UPC, ITF-14 or a GS1 element is goods, whatever its digits; so are eighteen digits with the check
 * digit of an SSCC, the number of a pallet.
 */
import { symbologyOf } from "./aim.ts";
import { hasRightCheckDigit } from "./gs1/gtin.ts";

/** First digits of a brand's cards, and how many digits its cards have. */
const ranges: readonly (readonly [from: number, to: number, least: number, most: number])[] = [
	[4, 4, 16, 19], // Visa
	[51, 55, 16, 16], // Mastercard
	[2221, 2720, 16, 16],
	[34, 34, 15, 15], // American Express
	[37, 37, 15, 15],
	[300, 305, 16, 19], // Diners Club; its cards of 14 digits are as long as a GTIN
	[3095, 3095, 16, 19],
	[36, 36, 16, 19],
	[38, 39, 16, 19],
	[3528, 3589, 16, 19], // JCB
	[1800, 1800, 15, 15],
	[2131, 2131, 15, 15],
	[6011, 6011, 16, 19], // Discover
	[644, 649, 16, 19],
	[65, 65, 16, 19],
	[62, 62, 16, 19], // UnionPay
	[81, 82, 16, 19], // UnionPay, RuPay
	[50, 50, 15, 19], // Maestro, RuPay, Dankort, Verve
	[56, 58, 15, 19],
	[60, 61, 15, 19],
	[63, 64, 15, 19],
	[66, 69, 15, 19],
	[2200, 2204, 16, 19], // Mir
	[9792, 9792, 16, 16], // Troy
	[2014, 2014, 15, 15], // enRoute
	[2149, 2149, 15, 15],
];

const goods: ReadonlySet<string> = new Set(["gtin", "element-string", "add-on"]);

/** Whether digits that were scanned or typed look like a payment card's. `aim`: the identifier that came with them, if any. */
export function isPaymentCard(text: string, aim?: string): boolean {
	const digits = text.trim();
	if (!/^\d{15,19}$/.test(digits) || !hasRightLuhnDigit(digits)) return false;
	if (aim !== undefined && goods.has(symbologyOf(aim)?.content ?? "text")) return false;
	if (digits.length === 18 && hasRightCheckDigit(digits)) return false;
	return ranges.some(([from, to, least, most]) => {
		const first = Number(digits.slice(0, String(from).length));
		return first >= from && first <= to && digits.length >= least && digits.length <= most;
	});
}

/** The part of a card's number that may be shown: its first six and last four digits. */
export function maskCard(digits: string): string {
	const text = digits.trim();
	return text.slice(0, 6) + "*".repeat(Math.max(0, text.length - 10)) + text.slice(-4);
}

/** ISO/IEC 7812-1, Annex B. */
function hasRightLuhnDigit(digits: string): boolean {
	let sum = 0;
	for (let fromRight = 0; fromRight < digits.length; fromRight++) {
		const digit = Number(digits[digits.length - 1 - fromRight]) * (fromRight % 2 === 0 ? 1 : 2);
		sum += digit > 9 ? digit - 9 : digit;
	}
	return sum % 10 === 0;
}

/** Text that is to be shown or logged, with every suspected card in it masked. */
export function maskCards(text: string): string {
	return text.replace(/\d{15,}/g, (digits) => (isPaymentCard(digits) ? maskCard(digits) : digits));
}
