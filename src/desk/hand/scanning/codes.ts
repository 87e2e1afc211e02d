/** The meaning of a scanned or typed text on this page. Pure. The gateway reads the whole code again where it matters (picking). */
import { defined } from "../../../words/defined.ts";
import { labelIdOf } from "../../../words/label.ts";

export interface Code {
	/** As it came, without the scanner's own prefix. */
	text: string;
	/** SKU or GTIN by which an article may be found. */
	key: string;
	/** The number of a label, where it may be one. */
	label?: string;
}

/** Undefined for an empty text. */
export function codeOf(read: string): Code | undefined {
	// ]E0, ]C1, ]d2 …: the kind of bar code, which some scanners say first; byte 29 begins GS1 codes.
	const text = read
		.trim()
		.replace(/^\][A-Za-z]\d/, "")
		.replace(/^\u001d/, "");
	if (text === "") return undefined;
	const label = labelIdOf(text);
	return defined({ text, key: gtinIn(text) ?? text, label });
}

/** The GTIN of GS1 elements, with or without brackets, and of a Digital Link address. */
function gtinIn(text: string): string | undefined {
	return (
		/^\(01\)(\d{14})/.exec(text)?.[1] ??
		/^https?:\/\/[^/]+(?:\/[^?#]*)?\/01\/(\d{8,14})(?:[/?#]|$)/i.exec(text)?.[1] ??
		(/^01\d{14}/.test(text) && hasCheckDigit(text.slice(2, 16)) ? text.slice(2, 16) : undefined)
	);
}

/** The last digit of a GS1 number is made from the others, with the weights 3 and 1 in turn from the right. */
function hasCheckDigit(digits: string): boolean {
	const sum = [...digits].reverse().reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 1 : 3), 0);
	return sum % 10 === 0;
}
