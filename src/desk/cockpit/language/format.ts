import { moneyFormat } from "../../../words/prices/currency.ts";
import type { Language } from "../shared/languages.ts";

/**
 * Numbers and money as the reader writes them, times by the store's clock. All digits have one width, so that columns stay aligned.
 * Without a time zone: the browser's.
 */
export function formats(language: Language, timeZone?: string) {
	const locale = language === "en" ? "en-GB" : language;
	const zone = timeZone === undefined ? {} : { timeZone };
	const unit = (name: string, value: number) =>
		new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "narrow", maximumFractionDigits: 1 }).format(value);
	const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", ...zone });
	const minute = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...zone });
	const day = new Intl.DateTimeFormat(locale, {
		day: "numeric",
		month: "short",
		hour: "2-digit",
		minute: "2-digit",
		hourCycle: "h23",
		...zone,
	});
	const plain = new Intl.NumberFormat(locale);
	const fixed = (name: string, value: number, digits: number): string =>
		new Intl.NumberFormat(locale, {
			style: "unit",
			unit: name,
			unitDisplay: "short",
			minimumFractionDigits: digits,
			maximumFractionDigits: digits,
		})
			.format(value)
			.replace("-", "−");
	const weight = (milligrams: number): string =>
		Math.abs(milligrams) < 999_500 ? fixed("gram", Math.round(milligrams / 1_000), 0) : fixed("kilogram", milligrams / 1_000_000, 1);
	const span = (seconds: number): string => {
		if (seconds < 60) return unit("second", Math.max(0, Math.floor(seconds)));
		if (seconds < 3_600) return unit("minute", Math.floor(seconds / 60));
		if (seconds < 172_800) return unit("hour", Math.floor(seconds / 3_600));
		return unit("day", Math.floor(seconds / 86_400));
	};
	return {
		number: (value: number) => plain.format(value),
		money: (amountMinor: number, currency: string) => moneyFormat(locale, currency, { currencyDisplay: "narrowSymbol" })(amountMinor),
		clock: (at: string) => clock.format(new Date(at)),
		minute: (at: number) => minute.format(at),
		day: (at: string) => day.format(new Date(at)),
		span,
		ago: (at: string, now: number) => span((now - Date.parse(at)) / 1_000),
		days: (value: number) => unit("day", Math.floor(value)),
		/** A weight in whole grams; from one kilogram on in kilograms with one decimal, the resolution of a shelf's scale. */
		grams: (milligrams: number) => weight(milligrams),
		/** A weight that is charged, in kilograms with three decimals. */
		kilograms: (milligrams: number) => fixed("kilogram", milligrams / 1_000_000, 3),
		/** A movement's quantity: pieces or a weight, with its sign. */
		moved: (quantity: number, unit: "piece" | "milligram") => {
			const size = unit === "milligram" ? weight(Math.abs(quantity)) : plain.format(Math.abs(quantity));
			return quantity === 0 ? size : `${quantity > 0 ? "+" : "−"}${size}`;
		},
		/** Thousandths of a degree Celsius, with one decimal. */
		celsius: (millidegrees: number) => fixed("celsius", millidegrees / 1_000, 1),
		volts: (millivolts: number) => `${(millivolts / 1_000).toFixed(2)} V`,
		bytes: (bytes: number) => unit(bytes < 1e9 ? "megabyte" : "gigabyte", bytes / (bytes < 1e9 ? 1e6 : 1e9)),
		signed: (value: number) => (value > 0 ? `+${plain.format(value)}` : plain.format(value).replace("-", "−")),
	};
}

export type Formats = ReturnType<typeof formats>;
