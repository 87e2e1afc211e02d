import type { Element } from "./elements.ts";

/** The meaning of an element's digits: amounts and days. Nothing here knows the shop. */

/** AIs whose last digit says how many decimals their value has, with the digits in front of it that are a currency. */
const decimalAis: readonly [pattern: RegExp, currencyDigits: number][] = [
	[/^3[1-6]\d\d$/, 0],
	[/^390\d$/, 0],
	[/^391\d$/, 3],
	[/^392\d$/, 0],
	[/^393\d$/, 3],
	[/^394[0-3]$/, 0],
	[/^395[0-5]$/, 0],
];

export interface DecimalValue {
	digits: number;
	decimals: number;
	/** ISO 4217 numeric, where the AI carries one. */
	currency?: string;
}

/** Undefined for AIs without decimals and for values that are no digits. */
export function decimalOf({ ai, value }: Element): DecimalValue | undefined {
	const kind = decimalAis.find(([pattern]) => pattern.test(ai));
	if (!kind || !/^\d+$/.test(value)) return undefined;
	const digits = Number(value.slice(kind[1]));
	const decimals = Number(ai.at(-1));
	return kind[1] > 0 ? { digits, decimals, currency: value.slice(0, kind[1]) } : { digits, decimals };
}

/** The number as a whole count of units 10^-`places`; undefined when it has finer decimals than that. */
export function inUnits({ digits, decimals }: DecimalValue, places: number): number | undefined {
	const units = decimals <= places ? digits * 10 ** (places - decimals) : digits / 10 ** (decimals - places);
	return Number.isSafeInteger(units) ? units : undefined;
}

/** For people: "1.23456". */
export function decimalText({ digits, decimals }: DecimalValue): string {
	const text = String(digits).padStart(decimals + 1, "0");
	return decimals === 0 ? text : `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
}

/** Two digits of a year mean the one within 49 years back and 50 ahead of `at` (General Specifications 7.12). */
export function fullYear(twoDigits: number, at: Date): number {
	const thisYear = at.getUTCFullYear();
	const century = thisYear - (thisYear % 100);
	const ahead = twoDigits - (thisYear % 100);
	return century + twoDigits + (ahead >= 51 ? -100 : ahead <= -50 ? 100 : 0);
}

/**
 * The day of a date AI (11–17, 4326, 7003, 7006, 7011, 8008) as "2021-02-28", with "T14:15:16" where it has a time. Day 00 is
 * the last of its month. Undefined for other AIs and for days that no calendar has.
 */
export function dateOf({ ai, value }: Element, at: Date): string | undefined {
	if (!/^(1[1-7]|432[46]|7003|7006|7011|8008)$/.test(ai)) return undefined;
	const match = /^(\d\d)(\d\d)(\d\d)(\d\d)?(\d\d)?(\d\d)?$/.exec(value);
	if (!match) return undefined;
	const [, yy, mm, dd, hh, mi = "00", ss = "00"] = match;
	const year = fullYear(Number(yy), at);
	const month = Number(mm);
	if (month < 1 || month > 12) return undefined;
	const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
	const day = Number(dd) === 0 ? lastDay : Number(dd);
	if (day > lastDay) return undefined;
	const date = `${year}-${mm}-${String(day).padStart(2, "0")}`;
	return hh === undefined ? date : `${date}T${hh}:${mi}:${ss}`;
}
