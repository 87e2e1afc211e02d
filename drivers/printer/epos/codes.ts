/**
 * Converts bar codes and two-dimensional symbols of an ePOS document to ReceiptLine.
 *
 * Source: Epson ePOS-Print XML user's manual, elements barcode and symbol.
 */
import { checkDigitOf } from "../../scanner/gs1/gtin.ts";
import type { EposOperation } from "./operations.ts";

type Code = Extract<EposOperation, { op: "barcode" | "symbol" }>;

/** ReceiptLine's name for each type, and the data in its form. */
const types: Readonly<Record<string, [name: string, data: (data: string) => string]>> = {
	upc_a: ["upc", (data) => withCheckDigit(data, 11)],
	ean13: ["ean", (data) => withCheckDigit(data, 12)],
	jan13: ["ean", (data) => withCheckDigit(data, 12)],
	ean8: ["ean", (data) => withCheckDigit(data, 7)],
	jan8: ["ean", (data) => withCheckDigit(data, 7)],
	code39: ["code39", (data) => data],
	itf: ["itf", (data) => data],
	codabar: ["codabar", (data) => data],
	code93: ["code93", (data) => data],
	code128: ["code128", code128Data],
	qrcode_model_1: ["qrcode", (data) => data],
	qrcode_model_2: ["qrcode", (data) => data],
};

/** Throws a RangeError for a type that is not drawn here, and for data that its type cannot carry. */
export function codeLine({ type, data, width, height, hri, level, op }: Code): string {
	if (!Object.hasOwn(types, type)) throw new RangeError(`<${op}> of the type "${type.slice(0, 40)}" is not printed here`);
	const [name, dataOf] = types[type]!;
	const options = name === "qrcode" ? [cellOf(width), levelOf(level)] : [cellOf(width), heightOf(height), hasText(hri) ? "hri" : ""];
	return `{c:${escaped(dataOf(data))};o:${[name, ...options].filter((option) => option !== "").join(",")}}`;
}

const between = (value: unknown, least: number, most: number, otherwise: number): number =>
	typeof value === "number" && value > 0 ? Math.min(most, Math.max(least, value)) : otherwise;
const cellOf = (width: unknown): string => String(between(width, 2, 8, 3));
const heightOf = (height: unknown): string => String(between(height, 24, 240, 72));
const levelOf = (level: unknown): string => /^level_([lmqh])$/.exec(String(level))?.[1] ?? "l";
const hasText = (hri: unknown): boolean => hri === "above" || hri === "below" || hri === "both";

function withCheckDigit(data: string, digits: number): string {
	return /^\d+$/.test(data) && data.length === digits ? data + checkDigitOf(data) : data;
}

/**
 * `{A` or `{B` begins the data, `{{` is a brace. ReceiptLine chooses the code sets itself; function codes and set C as bytes are
 * refused.
 */
function code128Data(data: string): string {
	const plain = data.replace(/^\{[AB]/, "").replaceAll("{{", "\0");
	if (/[{]|[^\0\x20-\x7e]/.test(plain))
		throw new RangeError("<barcode> of the type code128 is taken with letters of the sets A and B only");
	return plain.replaceAll("\0", "{");
}

/** In ReceiptLine's properties `;`, `}` and `\` are delimiters. */
const escaped = (data: string): string =>
	data
		.replaceAll(/[\\;{}]/g, (sign) => `\\${sign}`)
		.replaceAll(/[\x00-\x1f\x7f]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, "0")}`);
