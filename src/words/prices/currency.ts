/**
 * Currencies by ISO 4217 (list one of 2024): the one table that files, JSON, labels, receipts, the cockpit and the command line read
 * amounts with. Not asked of Intl: CLDR gives HUF, IDR and others the decimals that are usual in shops, and changes with the runtime.
 */

const codes = new Set(
	`AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLF CLP CNY COP
	CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD
	JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN
	NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
	TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG`.split(/\s+/),
);

/** Currencies that do not have two digits after the point. */
const digitsOf: Readonly<Record<string, number>> = {
	...Object.fromEntries("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(" ").map((code) => [code, 0])),
	...Object.fromEntries("BHD IQD JOD KWD LYD OMR TND".split(" ").map((code) => [code, 3])),
	CLF: 4,
	UYW: 4,
};

/** Whether shops can charge in it: a current code of the list, neither a metal nor a test code. */
export function isCurrency(code: string): boolean {
	return codes.has(code);
}

/** Digits after the point: 2 for EUR and HUF, 0 for JPY, 3 for KWD; 2 for a code the list no longer has. */
export function minorDigits(currency: string): number {
	return digitsOf[currency] ?? 2;
}

/** An amount in minor units as people of a locale write it, with all the digits that the currency has. */
export function moneyFormat(
	locale: string,
	currency: string,
	options: Pick<Intl.NumberFormatOptions, "currencyDisplay"> = {},
): (minor: number) => string {
	const digits = minorDigits(currency);
	const format = new Intl.NumberFormat(locale, {
		style: "currency",
		currency,
		minimumFractionDigits: digits,
		maximumFractionDigits: digits,
		...options,
	});
	return (minor) => format.format(minor / 10 ** digits);
}
