import { checkDigitOf } from "../../../drivers/scanner/gs1/gtin.ts";

/** SGTIN-96, the number on the tag of a trade item [GS1 Tag Data Standard, 14.6.1]. */

/** Bits of the company prefix, by partition; item reference and indicator take 44 bits together with it. */
const companyBits = [40, 37, 34, 30, 27, 24, 20] as const;

/** The GTIN-14 of an SGTIN-96 in hex digits; undefined: the tag holds another kind of number. */
export function gtinOfEpc(hex: string): string | undefined {
	if (!/^30[0-9a-f]{22}$/i.test(hex)) return undefined;
	const bits = BigInt(`0x${hex}`);
	const field = (from: number, length: number): bigint => (bits >> BigInt(96 - from - length)) & ((1n << BigInt(length)) - 1n);
	const partition = Number(field(11, 3));
	const prefixBits = companyBits[partition];
	if (prefixBits === undefined) return undefined;
	const prefix = field(14, prefixBits)
		.toString()
		.padStart(12 - partition, "0");
	const item = field(14 + prefixBits, 44 - prefixBits)
		.toString()
		.padStart(partition + 1, "0");
	if (prefix.length !== 12 - partition || item.length !== partition + 1) return undefined;
	const body = `${item[0]}${prefix}${item.slice(1)}`;
	return body + checkDigitOf(body);
}
