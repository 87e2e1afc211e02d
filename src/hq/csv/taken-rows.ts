import { defined } from "../../words/defined.ts";
import type { PriceChange } from "../catalog/pushes.ts";

const amountsOf = ({ amountMinor, currency, multiBuy, onlineAmountMinor }: PriceChange): string =>
	JSON.stringify([amountMinor, currency, multiBuy?.quantity, multiBuy?.amountMinor, onlineAmountMinor]);

interface Taken {
	change: PriceChange;
	lines: number[];
	isContradicted: boolean;
}

/**
 * The rows of one push, from a file or JSON. An article twice with the same price counts once and gets both barcodes; with two
 * prices for the same time both rows are refused, because nobody can tell which is meant.
 */
export function openTakenRows(refuse: (line: number, reason: string) => void) {
	const prices = new Map<string, Taken>();
	const gtinsOf = new Map<string, string[]>();
	const say = (line: number, { change }: Taken, others: readonly number[]): void =>
		refuse(line, `Article ${change.sku} stands at another price in line ${others.join(", ")}; none of them was taken.`);
	return {
		add(line: number, change: PriceChange, gtin: string | undefined): void {
			const key = JSON.stringify([
				change.sku,
				change.kind,
				change.from ?? null,
				change.until ?? null,
				change.tier ?? null,
				change.fromQuantity ?? null,
			]);
			const before = prices.get(key);
			if (!before) prices.set(key, { change, lines: [line], isContradicted: false });
			else {
				const isSame = amountsOf(before.change) === amountsOf(change);
				if (isSame && !before.isContradicted) before.lines.push(line);
				else {
					if (!before.isContradicted) for (const earlier of before.lines) say(earlier, before, [line]);
					before.isContradicted = true;
					say(line, before, before.lines);
				}
			}
			const gtins = gtinsOf.get(change.sku) ?? [];
			if (gtin !== undefined && !gtins.includes(gtin)) gtinsOf.set(change.sku, [...gtins, gtin]);
		},
		changes(): PriceChange[] {
			return [...prices.values()].flatMap(({ change, isContradicted }) => {
				if (isContradicted) return [];
				const [gtin, ...further] = gtinsOf.get(change.sku) ?? [];
				const gtins = further.slice(0, 64);
				return [{ ...change, article: { ...change.article, ...defined({ gtin }), ...(gtins.length > 0 && { gtins }) } }];
			});
		},
	};
}

export type TakenRows = ReturnType<typeof openTakenRows>;
