import type { PriceChange } from "./pushes.ts";
import { unitPriceOf } from "./unit-price.ts";

/** A contradiction in a change; `field` names it as the API does. */
export interface Contradiction {
	field: "tier" | "fromQuantity" | "multiBuy" | "onlineAmountMinor" | "priorAmountMinor" | "unitAmountMinor";
	reason: string;
}

const quantityMost = 10_000;

/**
 * The first contradiction in a change, for which it cannot be accepted because nobody can tell which of its numbers is right.
 * Undefined: there is none. Contradictions with other prices are found by judge.ts.
 */
export function contradictionIn({ kind, tier, fromQuantity, multiBuy, amountMinor, onlineAmountMinor, article }: PriceChange) {
	const because = (field: Contradiction["field"], reason: string): Contradiction => ({ field, reason });
	if (kind === "member" && tier === undefined) return because("tier", "A member price needs the tier it is for.");
	if (kind !== "member" && tier !== undefined) return because("tier", `A tier goes with the kind member, not with ${kind}.`);
	if (tier !== undefined && !/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,31}$/u.test(tier))
		return because("tier", "A tier is 1 to 32 letters, digits, spaces, dots, hyphens and underscores.");
	for (const [field, quantity] of [["fromQuantity", fromQuantity] as const, ["multiBuy", multiBuy?.quantity] as const])
		if (quantity !== undefined && (quantity < 2 || quantity > quantityMost))
			return because(field, `A quantity of ${quantity} is no offer: it is 2 to ${quantityMost} pieces.`);
	if (article.weighed === true && (fromQuantity !== undefined || multiBuy))
		return because(multiBuy ? "multiBuy" : "fromQuantity", "Goods sold by weight have no pieces to count.");
	if (multiBuy && (fromQuantity !== undefined || kind === "member"))
		return because("multiBuy", "A multi-buy stands with everybody's price of one piece, not with one for members or from a quantity on.");
	if (onlineAmountMinor !== undefined && (fromQuantity !== undefined || kind === "member"))
		return because("onlineAmountMinor", "The online price stands with everybody's price of one piece.");
	if (multiBuy && multiBuy.amountMinor >= multiBuy.quantity * amountMinor)
		return because(
			"multiBuy",
			`${multiBuy.quantity} together for ${multiBuy.amountMinor} minor units save nothing: ` +
				`one by one they cost ${multiBuy.quantity * amountMinor}.`,
		);
	return undefined;
}

/** Two unit prices that differ by more than this factor contradict each other. */
const tolerance = 0.02;

/** The change without the parts that cannot be right, and the list of these: a label must not announce a reduction that is none. */
export function withoutDoubts(change: PriceChange): { change: PriceChange; notes: Contradiction[] } {
	const notes: Contradiction[] = [];
	const { priorAmountMinor, unitPrice, ...rest } = change;
	const isNoReduction = priorAmountMinor !== undefined && change.kind !== "regular" && priorAmountMinor < change.amountMinor;
	if (isNoReduction)
		notes.push({
			field: "priorAmountMinor",
			reason: "The price was taken; the prior price was not: it is below the reduced price, so this is no reduction.",
		});
	const { netContent, weighed } = change.article;
	const own = unitPriceOf(change.amountMinor, { ...(netContent && { netContent }), ...(weighed && { weighed }) });
	const isOff =
		unitPrice &&
		own &&
		own.per === unitPrice.per &&
		Math.abs(own.amountMinor - unitPrice.amountMinor) > Math.max(2, own.amountMinor * tolerance);
	if (isOff)
		notes.push({
			field: "unitAmountMinor",
			reason:
				`The price was taken; the unit price ${unitPrice.amountMinor} was not: price and content make ` +
				`${own.amountMinor} minor units per ${own.per}.`,
		});
	return {
		change: {
			...rest,
			...(priorAmountMinor !== undefined && !isNoReduction && { priorAmountMinor }),
			...(unitPrice && { unitPrice: isOff ? own : unitPrice }),
		},
		notes,
	};
}
