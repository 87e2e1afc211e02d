/**
 * The numbers under the bars: check digits and the ways one article number is written.
 *
 *   GTIN-8  EAN-8      GTIN-12  UPC-A, UPC-E (zeros left out)      GTIN-13  EAN-13      GTIN-14  cases
 */

/** Mod 10 with weights 3, 1, 3… from the right (General Specifications 7.9.1); also for SSCC, GLN, GSRN. Takes the number without it. */
export function checkDigitOf(digits: string): string {
	return String(checkDigit(digits, digits.length));
}

/** The check digit over the first `length` digits. */
function checkDigit(digits: string, length: number): number {
	let sum = 0;
	for (let at = length - 1, weight = 3; at >= 0; at--, weight = 4 - weight) sum += (digits.charCodeAt(at) - zero) * weight;
	return (10 - (sum % 10)) % 10;
}

const zero = 0x30;

/** Whether a text is digits and nothing else. A loop, because each scan is asked several times and a regular expression takes longer. */
export function isDigits(text: string): boolean {
	for (let at = 0; at < text.length; at++) {
		const digit = text.charCodeAt(at) - zero;
		if (digit < 0 || digit > 9) return false;
	}
	return text.length > 0;
}

export function hasRightCheckDigit(digits: string): boolean {
	const last = digits.length - 1;
	return last > 0 && isDigits(digits) && checkDigit(digits, last) === digits.charCodeAt(last) - zero;
}

/**
 * The twelve digits of a UPC-E (General Specifications 5.2.2.4.2). Scanners send 6, 7 or 8 of its digits: six mean number
 * system 0 and no check digit, seven the number system too. Undefined when it is none: only number systems 0 and 1 exist,
 * and a check digit that is there must be right.
 */
export function expandUpcE(code: string): string | undefined {
	if (!/^\d{6,8}$/.test(code)) return undefined;
	const system = code.length === 6 ? "0" : code[0]!;
	if (system !== "0" && system !== "1") return undefined;
	const six = code.length === 6 ? code : code.slice(1, 7);
	const last = six[5]!;
	const body =
		last <= "2"
			? `${six.slice(0, 2)}${last}0000${six.slice(2, 5)}`
			: last === "3"
				? `${six.slice(0, 3)}00000${six.slice(3, 5)}`
				: last === "4"
					? `${six.slice(0, 4)}00000${six[4]}`
					: `${six.slice(0, 5)}0000${last}`;
	const check = checkDigitOf(system + body);
	if (code.length === 8 && code[7] !== check) return undefined;
	return system + body + check;
}

export const isGtinLength = (digits: number): boolean => digits === 8 || (digits >= 12 && digits <= 14);

/**
 * The key of an article: fourteen digits, zeros in front. Undefined when the check digit is wrong or the length is none of
 * a GTIN's. Eight digits are a GTIN-8 when their check digit says so, else a UPC-E; a scanner that knows says which.
 */
export function gtin14Of(code: string, symbology?: "upc-e" | "ean-8"): string | undefined {
	if (!isDigits(code)) return undefined;
	if (symbology !== "upc-e" && isGtinLength(code.length) && hasRightCheckDigit(code)) return code.padStart(14, "0");
	if (symbology === "ean-8" || code.length > 8) return undefined;
	return expandUpcE(code)?.padStart(14, "0");
}

/**
 * Numbers that mean something only inside one country or company (General Specifications 1.4.2): GS1 prefixes 02, 04 and
 * 2, and GTIN-8 that begin 0 or 2. Two shops may give the same one to different articles.
 */
export function isRestricted(gtin14: string): boolean {
	return /^0{6}/.test(gtin14) ? /^0{6}[02]/.test(gtin14) : /^\d(0[24]|2)/.test(gtin14);
}

const weightTables = {
	"2-": [0, 2, 4, 6, 8, 9, 1, 3, 5, 7],
	"3": [0, 3, 6, 9, 2, 5, 8, 1, 4, 7],
	"5+": [0, 5, 1, 6, 2, 7, 3, 8, 4, 9],
	"5-": [0, 5, 9, 4, 8, 3, 7, 2, 6, 1],
} as const;

/** The check digit over a price or weight field of four or five digits inside an RCN (General Specifications 7.9.3, 7.9.4). */
export function priceCheckDigitOf(field: string): string {
	const weights = field.length === 4 ? (["2-", "2-", "3", "5-"] as const) : (["5+", "2-", "5-", "5+", "2-"] as const);
	if (!/^\d{4,5}$/.test(field)) throw new RangeError(`a price field has four or five digits, not "${field}"`);
	const sum = weights.reduce((total, weight, at) => total + weightTables[weight][Number(field[at])]!, 0);
	if (field.length === 4) return String((sum * 3) % 10);
	return String(weightTables["5-"].findIndex((image) => image === (10 - (sum % 10)) % 10));
}
