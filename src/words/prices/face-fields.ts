import type { Article } from "../article.ts";
import { defined } from "../defined.ts";
import type { FaceFields, FaceOffer } from "../label.ts";
import { multiBuyOf } from "./advantages.ts";
import type { Price } from "./price.ts";

/** At most so many offers: a label has no room for more; the till knows all of them. */
const offersMost = 3;

const offerOf = ({ tier, fromQuantity, amountMinor, unitPrice }: Price): FaceOffer =>
	defined({ tier, fromQuantity, amountMinor, unitPrice });

/** A label has no room for more lots; tills refuse all of them. */
const lotsMost = 3;

/** The recalls in force of one article, as its label names them. */
export function recallOnLabel(stops: readonly { lot?: string | undefined }[]): FaceFields["recall"] {
	if (stops.length === 0) return undefined;
	if (stops.some(({ lot }) => lot === undefined)) return { lots: [] };
	const lots = [...new Set(stops.flatMap(({ lot }) => lot ?? []))];
	return { lots: lots.length > lotsMost ? [...lots.slice(0, lotsMost), "…"] : lots };
}

/** Properties of the store, and a recall of the article. */
export interface LabelPlace {
	locale: string;
	timeZone: string;
	recall: FaceFields["recall"];
}

/** The fields of a label's picture. `better`: prices beside `price` that some customers pay instead. */
export function fieldsOf(article: Article, price: Price, better: readonly Price[], { locale, timeZone, recall }: LabelPlace): FaceFields {
	// The order of the object's members matters: fields are compared as text with those of the previous picture.
	return defined({
		sku: article.sku,
		gtin: article.gtin,
		name: article.name,
		brand: article.brand,
		netContent: article.netContent,
		kind: price.kind,
		amountMinor: price.amountMinor,
		currency: price.currency,
		unitPrice: price.unitPrice,
		priorAmountMinor: price.priorAmountMinor,
		until: price.until,
		timeZone: price.until !== undefined && timeZone !== "UTC" ? timeZone : undefined,
		weighed: article.weighed ? true : undefined,
		depositMinor: article.depositMinor,
		multiBuy: multiBuyOf(price),
		offers: better.length > 0 ? better.slice(0, offersMost).map(offerOf) : undefined,
		recall,
		locale,
	});
}
