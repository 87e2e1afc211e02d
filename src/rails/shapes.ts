import type { HeldReason } from "../words/prices/hold.ts";
import type { PriceKind } from "../words/prices/price.ts";
import type { Rails } from "../words/prices/rails.ts";

export interface JudgedShape {
	kind: PriceKind;
	amountMinor: number;
	currency: string;
	tier?: string | undefined;
	fromQuantity?: number | undefined;
	multiBuy?: { quantity: number; amountMinor: number } | undefined;
	onlineAmountMinor?: number | undefined;
}

/**
 * Objections of guard rails to a price beside everybody's, to a multi-buy and to an online price. `everybody`: what anybody pays for one
 * piece when the change begins; left out: nobody knows.
 */
export function judgeShape(
	rails: Rails,
	change: JudgedShape,
	everybody: { amountMinor: number; currency: string } | undefined,
): HeldReason[] {
	const held: HeldReason[] = [];
	const { amountMinor, multiBuy, onlineAmountMinor: online, tier, fromQuantity } = change;
	const isConditional = tier !== undefined || fromQuantity !== undefined;
	if (isConditional && everybody?.currency === change.currency && amountMinor > everybody.amountMinor) {
		const what = tier === undefined ? `The price from ${fromQuantity} pieces on` : `The member price of tier ${tier}`;
		held.push({
			code: "no-advantage",
			reason: `${what}, ${amountMinor} minor units, is above everybody's price of one piece, ${everybody.amountMinor}.`,
		});
	}
	const cut = rails.maxCutPercent;
	const isOver = (before: number, after: number, percent: number | undefined): boolean =>
		percent !== undefined && (before - after) * 100 > percent * before;
	if (multiBuy && isOver(multiBuy.quantity * amountMinor, multiBuy.amountMinor, cut))
		held.push({
			code: "multi-buy",
			reason:
				`${multiBuy.quantity} together cost ${multiBuy.amountMinor} minor units, one by one ${multiBuy.quantity * amountMinor}: ` +
				`more than ${cut} % less.`,
		});
	const rise = rails.maxRisePercent;
	const isFarAbove = online !== undefined && rise !== undefined && (online - amountMinor) * 100 > rise * amountMinor;
	if (online !== undefined && (isFarAbove || isOver(amountMinor, online, cut)))
		held.push({
			code: "online",
			reason: `Online it costs ${online} minor units, in the store ${amountMinor}: they differ by more than ${isFarAbove ? rise : cut} %.`,
		});
	return held;
}
