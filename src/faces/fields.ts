/** What a shelf label may have to say about an article. Amounts are integers in the currency's minor unit. */
export interface FaceFields {
	sku: string;
	/** 14 digits, zero-padded; absent for goods without a code of their own. */
	gtin?: string;
	name: string;
	brand?: string;
	/** As the shop writes it: "0,50 kg". */
	netContent?: string;
	kind: "regular" | "promotion" | "clearance";
	amountMinor: number;
	/** ISO 4217. */
	currency: string;
	/** `per` is the reference quantity with its unit: "1 kg", "100 ml" (98/6/EC art. 2 b). */
	unitPrice?: { amountMinor: number; per: string };
	/** The price a reduction is announced against. */
	priorAmountMinor?: number;
	/** What that price is: the lowest of 30 days (98/6/EC art. 6a), of 7 days (SAMR order 56), or simply the one before. */
	priorReason?: "lowest-30-days" | "lowest-7-days" | "previous";
	/** The instant the price ends, RFC 3339; the label names the last day on which it holds. */
	until?: string;
	/** IANA name of the store's time zone, for `until`; UTC when absent. */
	timeZone?: string;
	/** Sold loose: the price is that of one kilogram. */
	weighed?: boolean;
	/** Refundable deposit on the container, on top of the price. */
	depositMinor?: number;
	/** BCP 47: "en", "zh-CN", "hr", "de". */
	locale: string;
	footer?: string;
}

export type FaceErrorCode =
	/** The article lacks something this face or the law wants shown. */
	| "face-field-missing"
	/** Even the smallest letters are too large; the label keeps its old picture. */
	| "face-text-does-not-fit"
	/** An amount is no positive whole number of minor units, or the currency is unknown. */
	| "face-amount-wrong"
	| "face-unknown"
	/** No file in drivers/label/models describes this label. */
	| "face-model-unknown"
	/** The template file is not well formed. */
	| "face-template-wrong";

/** A label that cannot be drawn rightly is not drawn: a wrong price at the shelf costs more than an old one that is reported. */
export class FaceError extends Error {
	override name = "FaceError";
	readonly code: FaceErrorCode;
	readonly facts: Record<string, string | number>;
	constructor(code: FaceErrorCode, facts: Record<string, string | number>, options?: { cause?: unknown }) {
		super(`${code} ${JSON.stringify(facts)}`, options);
		this.code = code;
		this.facts = facts;
	}
}
