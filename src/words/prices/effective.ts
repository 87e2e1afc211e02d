import type { Article } from "../article.ts";
import { defined } from "../defined.ts";
import { type Charge, chargeFor, countingAmong, multiBuyOf } from "./advantages.ts";
import type { AdvantagePrice, EffectivePrice, Price } from "./price.ts";
import { sideOf } from "./which-counts.ts";

export interface EffectiveAsked {
	/** The tier of the member who pays. */
	tier?: string | undefined;
	/** How many pieces are bought. */
	quantity?: number | undefined;
}

/** The charge for an article out of its prices in force; undefined where none of them is everybody's. */
export function effectivePrice(
	sku: string,
	article: Article | undefined,
	inForce: readonly Price[],
	{ tier, quantity }: EffectiveAsked,
): EffectivePrice | undefined {
	const counting = countingAmong(inForce);
	const charge = chargeFor(counting, { quantity: quantity ?? 1, ...defined({ tier }) });
	if (!charge) return undefined;
	const [everybody, ...better] = counting as [Price, ...Price[]];
	const { price } = charge;
	const depositMinor = article?.depositMinor ?? 0;
	return {
		sku,
		gtin: article?.gtin ?? null,
		name: article?.name ?? sku,
		amountMinor: price.amountMinor,
		currency: price.currency,
		kind: price.kind,
		unitPrice: price.unitPrice ?? null,
		priorPrice: price.priorAmountMinor === undefined ? null : { amountMinor: price.priorAmountMinor },
		from: price.from,
		until: price.until ?? null,
		version: price.version,
		source: price.push === undefined ? "hq" : `hq push ${price.push}`,
		why: whyOf(charge, everybody, inForce),
		multiBuy: multiBuyOf(everybody) ?? null,
		fromQuantity: price.fromQuantity ?? 1,
		tier: price.tier ?? null,
		depositMinor: depositMinor > 0 ? depositMinor : null,
		minimumAge: article?.minimumAge || null,
		onlineAmountMinor: everybody.onlineAmountMinor ?? null,
		memberPrices: better.filter((each) => each.tier !== undefined).map(asAdvantage),
		quantityPrices: better.filter((each) => each.tier === undefined).map(asAdvantage),
		...(quantity !== undefined && { total: { quantity, amountMinor: charge.amountMinor, depositMinor: quantity * depositMinor } }),
	};
}

const asAdvantage = ({ tier, fromQuantity, amountMinor, unitPrice, until, version }: Price): AdvantagePrice => ({
	tier: tier ?? null,
	fromQuantity: fromQuantity ?? 1,
	amountMinor,
	unitPrice: unitPrice ?? null,
	until: until ?? null,
	version,
});

/** The reason in a sentence. Amounts are beside it, in minor units. */
function whyOf({ price, multiBuy }: Charge, everybody: Price, inForce: readonly Price[]): string {
	if (multiBuy) return `${multiBuy.quantity} pieces together cost less than one by one.`;
	if (price !== everybody) {
		const whose = price.tier === undefined ? "The price" : `The member price of tier ${price.tier}`;
		const from = price.fromQuantity === undefined ? "" : ` from ${price.fromQuantity} pieces on`;
		return `${whose}${from} counts: it is below everybody's price of one piece.`;
	}
	const others = inForce.filter((other) => other !== price && sideOf(other) === "");
	if (others.length === 0) return "It is the only price in force.";
	if (price.kind !== "regular" && price.until !== undefined)
		return `The ${price.kind} counts until it ends; it is stronger than the shelf price.`;
	return "It is the newest price in force.";
}
