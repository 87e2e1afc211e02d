/**
 * How a shop of each country writes prices, days and the few words of a label. Written out here and not asked of the
 * operating system: another version of its tables would change the pixels of every label in the store.
 */

import { minorDigits } from "../words/prices/currency.ts";

interface Speech {
	decimal: string;
	group: string;
	symbolFirst: boolean;
	promotion: string;
	clearance: string;
	unitPrice: (per: string) => string;
	prior: Record<"lowest-30-days" | "lowest-7-days" | "previous", string>;
	until: (day: number, month: number) => string;
	deposit: (money: string) => string;
	article: string;
}

const englishMonths = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const en: Speech = {
	decimal: ".",
	group: ",",
	symbolFirst: true,
	promotion: "SALE",
	clearance: "CLEARANCE",
	unitPrice: (per) => `Price per ${per}`,
	prior: { "lowest-30-days": "Lowest price in 30 days", "lowest-7-days": "Lowest price in 7 days", previous: "Was" },
	until: (day, month) => `until ${day} ${englishMonths[month - 1]}`,
	deposit: (money) => `+ ${money} deposit`,
	article: "Item",
};

const speeches: Record<string, Speech> = {
	en,
	de: {
		decimal: ",",
		group: ".",
		symbolFirst: false,
		promotion: "AKTION",
		clearance: "ABVERKAUF",
		unitPrice: (per) => `Preis für ${per}`,
		prior: { "lowest-30-days": "Tiefster 30\u2011Tage\u2011Preis", "lowest-7-days": "Tiefster 7\u2011Tage\u2011Preis", previous: "Bisher" },
		until: (day, month) => `bis ${day}.${month}.`,
		deposit: (money) => `+ ${money} Pfand`,
		article: "Art.",
	},
	hr: {
		decimal: ",",
		group: ".",
		symbolFirst: false,
		promotion: "AKCIJA",
		clearance: "RASPRODAJA",
		unitPrice: (per) => `Cijena za ${per}`,
		prior: { "lowest-30-days": "Najniža cijena u 30 dana", "lowest-7-days": "Najniža cijena u 7 dana", previous: "Ranija cijena" },
		until: (day, month) => `do ${day}.${month}.`,
		deposit: (money) => `+ ${money} povr. naknada`,
		article: "Art.",
	},
	zh: {
		decimal: ".",
		group: ",",
		symbolFirst: true,
		promotion: "促销",
		clearance: "清仓",
		unitPrice: (per) => `每 ${per} 单价`,
		prior: { "lowest-30-days": "近30日最低价", "lowest-7-days": "近7日最低价", previous: "原价" },
		until: (day, month) => `至${month}月${day}日`,
		deposit: (money) => `另付押金 ${money}`,
		article: "货号",
	},
};

const symbols: Record<string, string> = {
	EUR: "€",
	USD: "$",
	GBP: "£",
	CNY: "¥",
	JPY: "¥",
	PLN: "zł",
	CZK: "Kč",
	HUF: "Ft",
	SEK: "kr",
	NOK: "kr",
	DKK: "kr",
};

export interface MoneyParts {
	whole: string;
	/** With its decimal sign, or empty where the currency has no smaller coin. */
	decimal: string;
	cents: string;
	symbol: string;
	symbolFirst: boolean;
}

export function speechOf(locale: string): Speech {
	return speeches[locale.split("-")[0]!.toLowerCase()] ?? en;
}

export function moneyParts(amountMinor: number, currency: string, locale: string): MoneyParts {
	const speech = speechOf(locale);
	const places = minorDigits(currency);
	const digits = String(amountMinor).padStart(places + 1, "0");
	const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+$)/g, speech.group);
	const symbol = symbols[currency] ?? currency;
	if (places === 0) return { whole, decimal: "", cents: "", symbol, symbolFirst: speech.symbolFirst };
	return { whole, decimal: speech.decimal, cents: digits.slice(-places), symbol, symbolFirst: speech.symbolFirst };
}

/** On one line, never broken: "1.234,50 €", "£4.99". */
export function moneyText(amountMinor: number, currency: string, locale: string): string {
	const { whole, decimal, cents, symbol, symbolFirst } = moneyParts(amountMinor, currency, locale);
	const amount = `${whole}${decimal}${cents}`;
	if (!symbolFirst) return `${amount}\u00a0${symbol}`;
	return symbol.length > 1 ? `${symbol}\u00a0${amount}` : `${symbol}${amount}`;
}

/** The last day on which a price holds that ends at this instant; undefined when it is no instant. */
export function lastDay(until: string, timeZone: string): { day: number; month: number } | undefined {
	// A date alone is meant as that whole day.
	if (/^\d{4}-\d{2}-\d{2}$/.test(until)) return { day: Number(until.slice(8)), month: Number(until.slice(5, 7)) };
	const endMs = Date.parse(until);
	if (Number.isNaN(endMs)) return undefined;
	// A promotion that ends at midnight ends with the day before.
	const parts = new Intl.DateTimeFormat("en-GB", { timeZone, day: "numeric", month: "numeric" }).formatToParts(endMs - 1);
	const numberOf = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
	return { day: numberOf("day"), month: numberOf("month") };
}
