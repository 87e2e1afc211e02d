import type { MultiBuy, PriceKind, UnitPrice } from "./prices/price.ts";
import type { Instant } from "./time.ts";

/**
 * SHOWN: the label itself reported the desired picture. STALE: pending for longer than the store allows, or out of contact. FAILED: no
 * picture can be made.
 */
export type LabelState = "SHOWN" | "PENDING" | "STALE" | "FAILED" | "UNBOUND";

/** The report of a label when it checked in; null: it did not report that. */
export interface LabelCheckIn {
	at: Instant;
	accessPoint: string;
	hwType: number | null;
	firmware: number | null;
	batteryMillivolts: number | null;
	rssi: number | null;
	temperatureCelsius: number | null;
}

/**
 * How much is known of a picture's way, weakest first. sent: it was given to the label or its base station. downloaded: the label says that
 * it has all of it. drawn: its panel reported that it has drawn it.
 */
export type LabelProof = "sent" | "downloaded" | "drawn";

/** Hardware types of OpenEPaperLink have 16 bits; above them a number says what an OpenDisplay label told of its panel. */
const lastHardwareType = 0xffff;

/** The proof by which such labels count as showing a picture: an OpenEPaperLink label was heard again later; its panel says nothing. */
export const provesOf = (hwType: number | null): "downloaded" | "drawn" =>
	hwType !== null && hwType > lastHardwareType ? "drawn" : "downloaded";

const schemeNames = ["BW", "BWR", "BWY", "BWRY", "6 colours", "4 greys", "16 greys", "7 colours", "6 colours"];

/** A label's model as people read it: the two digits of OpenEPaperLink's lists, or size and colours of an OpenDisplay panel. */
export function labelModelText(hwType: number): string {
	const fields = /^d(\w{3})(\w{3})([0-8])(\w)\w$/.exec(hwType.toString(16));
	if (!fields) return hwType.toString(16).toUpperCase().padStart(2, "0");
	const [width, height, scheme, turns] = fields.slice(1).map((digits) => Number.parseInt(digits, 16));
	const size = turns! & 1 ? `${height}x${width}` : `${width}x${height}`;
	return `OpenDisplay ${size} ${schemeNames[scheme!]}`;
}

export interface LabelStep {
	version: number;
	at: Instant;
}

export interface LabelStatus {
	id: string;
	sku: string | null;
	name: string | null;
	face: string | null;
	model: string | null;
	hwType: number | null;
	firmware: number | null;
	desired: LabelStep | null;
	sent: LabelStep | null;
	confirmed: LabelStep | null;
	state: LabelState;
	/** How far the wanted picture is known to have come; null: it was not sent yet. */
	proof: LabelProof | null;
	/** The code of the trouble because of which the label does not show the picture, if there is one. */
	trouble: string | null;
	batteryMillivolts: number | null;
	rssi: number | null;
	temperatureCelsius: number | null;
	lastCheckInAt: Instant | null;
	accessPoint: string | null;
}

/** The newest paper label of an article. */
export interface PaperLabel {
	sku: string;
	/** The fields on it, as JSON (FaceFields). */
	fields: string;
	job: string;
	printer: string;
	printedAt: Instant;
	/** Something a customer sees is different now. */
	isDue: boolean;
}

/** The price of each piece for members of a tier, or from a quantity on. */
export interface FaceOffer {
	tier?: string;
	fromQuantity?: number;
	amountMinor: number;
	unitPrice?: UnitPrice;
}

/**
 * Everything a face may show; drawing needs nothing else. The same fields, face and model always give the same picture, byte for
 * byte. Amounts are integers in the currency's minor unit.
 */
export interface FaceFields {
	sku: string;
	/** 14 digits, zero-padded; absent for goods without a code of their own. */
	gtin?: string;
	name: string;
	brand?: string;
	/** In the store's notation: "0,50 kg". */
	netContent?: string;
	kind: PriceKind;
	amountMinor: number;
	/** ISO 4217. */
	currency: string;
	/** `per` is the reference quantity with its unit: "1 kg", "100 ml" (98/6/EC art. 2 b). */
	unitPrice?: { amountMinor: number; per: string };
	/** The price from which the reduction is announced. */
	priorAmountMinor?: number;
	/** The kind of that price: the lowest of 30 days (98/6/EC art. 6a), of 7 days (SAMR order 56), or simply the one before. */
	priorReason?: "lowest-30-days" | "lowest-7-days" | "previous";
	/** The instant the price ends, RFC 3339; the label names the last day on which it holds. */
	until?: Instant;
	/** IANA name of the store's time zone, for `until`; UTC when absent. */
	timeZone?: string;
	/** Sold by weight: the price is that of one kilogram. */
	weighed?: boolean;
	/** Refundable deposit on the container, on top of the price. */
	depositMinor?: number;
	/** So many pieces together for less than one by one. */
	multiBuy?: MultiBuy;
	/** Prices for members and from n pieces on that are below the price of one piece. */
	offers?: FaceOffer[];
	/** A recall stops the sale of these lots; of all pieces where none are named. */
	recall?: { lots: string[] };
	/** BCP 47: "en", "zh-CN", "hr", "de". */
	locale: string;
	footer?: string;
}

/**
 * A label's number in its one form: 16 upper-case hex digits, the eight bytes that its sticker shows. Small letters, and colons, hyphens,
 * dots or spaces between the bytes, are other spellings of the same label. Undefined when it is no such number.
 */
export function labelIdOf(text: string): string | undefined {
	const digits = text.replace(/[:. -]/g, "").toUpperCase();
	return /^[0-9A-F]{16}$/.test(digits) ? digits : undefined;
}
