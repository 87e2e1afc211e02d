/** Reads decimal text into integers, digit by digit: a float would sooner or later read 19.99 as 1998. */
import type { DecimalSeparator } from "../../words/prices/csv-mapping.ts";

export interface Decimal {
	/** Value × 10^scale. */
	digits: bigint;
	scale: number;
}

/**
 * "1,234.50", "-3", "0.5": the other of "." and ",", spaces and apostrophes may group thousands, three digits each. Undefined
 * for anything else.
 */
export function readDecimal(text: string, separator: DecimalSeparator): Decimal | undefined {
	const group = separator === "." ? "[,' \u00a0\u202f]" : "[.' \u00a0\u202f]";
	const shape = new RegExp(`^([+-]?)(\\d{1,3}(?:${group}\\d{3})+|\\d{1,15})(?:\\${separator}(\\d{1,9}))?$`);
	const parts = shape.exec(text.trim());
	if (!parts) return undefined;
	const [, sign, whole, fraction = ""] = parts as unknown as [string, string, string, string?];
	const digits = BigInt(whole.replaceAll(/\D/g, "") + fraction);
	return { digits: sign === "-" ? -digits : digits, scale: fraction.length };
}

/**
 * The amount in minor units; undefined where it is not exact: "1.999" EUR is refused, because a price is not rounded here. Trailing zeros
 * are allowed.
 */
export function exactMinor(value: Decimal, digits: number): number | undefined {
	const shift = digits - value.scale;
	if (shift >= 0) return safe(value.digits * 10n ** BigInt(shift));
	const divisor = 10n ** BigInt(-shift);
	return value.digits % divisor === 0n ? safe(value.digits / divisor) : undefined;
}

/** Rounded half away from zero: for prices per unit, which are quotients and are rounded by their senders anyway. */
export function roundedMinor(value: Decimal, digits: number): number | undefined {
	const shift = digits - value.scale;
	if (shift >= 0) return safe(value.digits * 10n ** BigInt(shift));
	const divisor = 10n ** BigInt(-shift);
	const half = value.digits < 0n ? -divisor / 2n : divisor / 2n;
	return safe((value.digits + half) / divisor);
}

function safe(value: bigint): number | undefined {
	const number = Number(value);
	return Number.isSafeInteger(number) ? number : undefined;
}
