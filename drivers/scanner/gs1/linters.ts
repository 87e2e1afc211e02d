import { countryLetters, countryNumbers, currencyNumbers, packageTypes } from "./code-lists.ts";
import { couponFault, positiveOfferFault } from "./coupon.ts";
import type { Component } from "./dictionary.ts";
import { hasRightCheckDigit } from "./gtin.ts";

/**
 * Rules for a part of an element's value, beyond its length. The names are those of the GS1 Barcode Syntax Dictionary;
 * a linter answers with the name of the fault, or undefined. None throws, none looks anything up outside.
 */
export type Linter = (value: string) => string | undefined;

/** General Specifications, figure 7.11-1: the 82 characters, in the order that gives them their value. */
export const cset82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
const cset32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/** The fault of the characters alone. */
export function characterFault(set: Component["set"], value: string): string | undefined {
	switch (set) {
		case "N":
			return /^\d*$/.test(value) ? undefined : "non-digit-character";
		case "X":
			return [...value].every((sign) => cset82.includes(sign)) ? undefined : "invalid-cset82-character";
		case "Y":
			return /^[#\-/0-9A-Z]*$/.test(value) ? undefined : "invalid-cset39-character";
		case "Z": {
			const padding = /=*$/.exec(value)?.[0].length ?? 0;
			if (padding > 2 || (padding > 0 && value.length % 3 !== 0)) return "invalid-cset64-padding";
			return /^[A-Za-z0-9_-]*=*$/.test(value) ? undefined : "invalid-cset64-character";
		}
	}
}

/** Company prefixes have four digits at the least; GS1 publishes no list that a store could keep up to date. */
function companyPrefixFault(value: string): string | undefined {
	if (value.length < 4) return "too-short-for-gcp";
	return /^\d{4}/.test(value) ? undefined : "invalid-gcp-prefix";
}

/** General Specifications 7.9.5: two characters over primes, modulo 1021. */
function checkPairFault(value: string): string | undefined {
	if (value.length < 2) return "too-short-for-check-pair";
	const data = value.slice(0, -2);
	const pair = value.slice(-2);
	if (![...pair].every((sign) => cset32.includes(sign))) return "invalid-cset32-character";
	const weights = firstPrimes(data.length);
	let sum = 0;
	for (let at = 0; at < data.length; at++) {
		const worth = cset82.indexOf(data[at]!);
		if (worth < 0) return "invalid-cset82-character";
		sum += worth * weights[data.length - 1 - at]!;
	}
	sum %= 1021;
	return pair === cset32[sum >> 5]! + cset32[sum & 31]! ? undefined : "incorrect-check-pair";
}

function firstPrimes(count: number): number[] {
	const primes: number[] = [];
	for (let candidate = 2; primes.length < count; candidate++) {
		if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
	}
	return primes;
}

const daysOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** `year` of two digits: 1900 and 2100 are too far for any article, so every fourth year is a leap year. */
function dateFault(year: string, month: string, day: string, dayMayBeZero: boolean): string | undefined {
	const monthNumber = Number(month);
	if (monthNumber < 1 || monthNumber > 12) return "illegal-month";
	const fullYear = year.length === 2 ? 2000 + Number(year) : Number(year);
	const dayNumber = Number(day);
	if (dayNumber > daysOf(fullYear, monthNumber) || (dayNumber === 0 && !dayMayBeZero)) return "illegal-day";
	return undefined;
}

const dateOfLength =
	(length: 6 | 8, dayMayBeZero: boolean): Linter =>
	(value) => {
		if (value.length < length) return "date-too-short";
		if (value.length > length) return "date-too-long";
		if (!/^\d+$/.test(value)) return "non-digit-character";
		return dateFault(value.slice(0, -4), value.slice(-4, -2), value.slice(-2), dayMayBeZero);
	};

export const yymmdd = dateOfLength(6, false);

const atMost =
	(most: number, fault: string): Linter =>
	(value) =>
		Number(value) <= most ? undefined : fault;

const listedIn =
	(codes: ReadonlySet<string>, fault: string): Linter =>
	(value) =>
		codes.has(value) ? undefined : fault;

const fitting =
	(pattern: RegExp, fault: string): Linter =>
	(value) =>
		pattern.test(value) ? undefined : fault;

/** ISO 13616-1. No country's own length is known here; eleven characters are the shortest that can hold a check number. */
function ibanFault(value: string): string | undefined {
	if (value.length <= 10) return "iban-too-short";
	if (!countryLetters.has(value.slice(0, 2))) return "illegal-iban-country-code";
	if (!/^[0-9A-Z]+$/.test(value)) return "invalid-iban-character";
	let remainder = 0;
	for (const sign of value.slice(4) + value.slice(0, 4)) {
		remainder = Number(`${remainder}${Number.parseInt(sign, 36)}`) % 97;
	}
	return remainder === 1 ? undefined : "incorrect-iban-checksum";
}

function pieceOfTotalFault(value: string): string | undefined {
	if (value.length % 2 !== 0) return "piece-total-odd-length";
	const piece = value.slice(0, value.length / 2);
	const total = value.slice(value.length / 2);
	if (/^0+$/.test(piece)) return "zero-piece-number";
	if (/^0+$/.test(total)) return "zero-total-pieces";
	return piece > total ? "piece-number-exceeds-total" : undefined;
}

function positionInSequenceFault(value: string): string | undefined {
	const [, position, end] = /^(\d+)\/(\d+)$/.exec(value) ?? [];
	if (position === undefined || end === undefined) return "position-in-sequence-malformed";
	if (position.startsWith("0") || end.startsWith("0")) return "illegal-zero-prefix";
	return BigInt(position) > BigInt(end) ? "position-exceeds-end" : undefined;
}

export const linters: Readonly<Record<string, Linter>> = {
	csum: (value) => (hasRightCheckDigit(value) ? undefined : "incorrect-check-digit"),
	csumalpha: checkPairFault,
	gcppos1: companyPrefixFault,
	gcppos2: (value) => companyPrefixFault(value.slice(1)),
	yymmdd,
	yymmd0: dateOfLength(6, true),
	yyyymmdd: dateOfLength(8, false),
	hh: atMost(23, "illegal-hour"),
	mi: atMost(59, "illegal-minute"),
	ss: atMost(59, "illegal-second"),
	hhmi: (value) => (Number(value.slice(0, 2)) > 23 ? "illegal-hour" : Number(value.slice(2)) > 59 ? "illegal-minute" : undefined),
	iso3166: listedIn(countryNumbers, "not-iso3166"),
	iso3166999: (value) => (value === "999" || countryNumbers.has(value) ? undefined : "not-iso3166-or-999"),
	iso3166alpha2: listedIn(countryLetters, "not-iso3166-alpha2"),
	iso4217: listedIn(currencyNumbers, "not-iso4217"),
	iso5218: fitting(/^[0129]$/, "invalid-biological-sex-code"),
	iban: ibanFault,
	pcenc: (value) => (/%(?![0-9A-Fa-f]{2})/.test(value) ? "invalid-percent-sequence" : undefined),
	latitude: atMost(1_800_000_000, "invalid-latitude"),
	longitude: atMost(3_600_000_000, "invalid-longitude"),
	winding: fitting(/^[019]$/, "invalid-winding-direction"),
	zero: fitting(/^0*$/, "not-zero"),
	nonzero: (value) => (/^0*$/.test(value) ? "illegal-zero-value" : undefined),
	nozeroprefix: (value) => (/^0./.test(value) ? "illegal-zero-prefix" : undefined),
	yesno: fitting(/^[01]$/, "not-zero-or-one"),
	hyphen: fitting(/^-*$/, "not-hyphen"),
	hasnondigit: (value) => (/^\d*$/.test(value) ? "requires-non-digit-character" : undefined),
	importeridx: fitting(/^[A-Za-z0-9_-]$/, "invalid-import-idx-character"),
	/** General Specifications, AIDC media types: 01–10 blood and tissue, 80–99 national use. */
	mediatype: fitting(/^(0[1-9]|10|[89]\d)$/, "invalid-media-type"),
	packagetype: listedIn(packageTypes, "invalid-package-type"),
	pieceoftotal: pieceOfTotalFault,
	posinseqslash: positionInSequenceFault,
	couponcode: couponFault,
	couponposoffer: positiveOfferFault,
};
