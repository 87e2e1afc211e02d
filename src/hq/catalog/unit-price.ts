import type { UnitPrice } from "../../words/prices/price.ts";

/** How much of the reference quantity (1 kg, 1 l, 1 m, one piece) one unit of the content is. A fraction, so that integers stay exact. */
const units: Record<string, { per: string; top: bigint; bottom: bigint }> = {
	kg: { per: "kg", top: 1n, bottom: 1n },
	dag: { per: "kg", top: 1n, bottom: 100n },
	g: { per: "kg", top: 1n, bottom: 1_000n },
	mg: { per: "kg", top: 1n, bottom: 1_000_000n },
	l: { per: "l", top: 1n, bottom: 1n },
	dl: { per: "l", top: 1n, bottom: 10n },
	cl: { per: "l", top: 1n, bottom: 100n },
	ml: { per: "l", top: 1n, bottom: 1_000n },
	m: { per: "m", top: 1n, bottom: 1n },
	cm: { per: "m", top: 1n, bottom: 100n },
	"m²": { per: "m2", top: 1n, bottom: 1n },
	m2: { per: "m2", top: 1n, bottom: 1n },
};
for (const word of ["pc", "pcs", "piece", "pieces", "ko", "kom", "st", "stk"]) units[word] = { per: "piece", top: 1n, bottom: 1n };

const content = /^(?:(\d{1,4}) ?[×x*] ?)?(\d{1,9})(?:[.,](\d{1,6}))? ?([\p{L}²]+2?)\.?$/u;

/**
 * The unit price by a price and the article's content, where the sender gave none: a label must show it (98/6/EC article 3). Undefined when
 * the content names no quantity that is known; then the label shows none rather than a wrong one.
 */
export function unitPriceOf(amountMinor: number, article: { netContent?: string; weighed?: boolean }): UnitPrice | undefined {
	if (article.weighed) return { amountMinor, per: "kg" };
	const [, times = "1", whole, decimals = "", word] = content.exec(article.netContent?.trim() ?? "") ?? [];
	const unit = word === undefined ? undefined : units[word.toLowerCase()];
	if (!unit || whole === undefined) return undefined;
	const scale = 10n ** BigInt(decimals.length);
	const quantity = BigInt(times) * BigInt(whole + decimals) * unit.top;
	if (quantity === 0n) return undefined;
	// amount ÷ (quantity / (scale × bottom)), rounded half up.
	const over = BigInt(amountMinor) * scale * unit.bottom;
	return { amountMinor: Number((2n * over + quantity) / (2n * quantity)), per: unit.per };
}
