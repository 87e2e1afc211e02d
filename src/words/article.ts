/** An article that the store sells: one row of HQ's item file. Weighed goods are priced per kilogram and sold by milligram. */
export interface Article {
	sku: string;
	/** 14 digits, zero-padded, or absent: loose and in-house goods have none. Every further barcode is in `gtins`. */
	gtin?: string;
	gtins?: string[];
	name: string;
	brand?: string;
	/** As printed: "0.75 l", "25 pcs". */
	netContent?: string;
	category?: string;
	/** Sold by weight: `amountMinor` is per kilogram. */
	weighed?: boolean;
	/** Bottle or can deposit that the till adds. */
	depositMinor?: number;
	/** Only customers of this age in years may buy it. Absent or 0: anybody. */
	minimumAge?: number;
	/** Weight of one piece with its packing, for weighing shelves and for the plates of self-checkouts. */
	pieceMilligrams?: number;
	/** By how much a piece may differ from it, either way. */
	pieceToleranceMilligrams?: number;
	/** HQ deleted it: nothing finds it, and it has no barcode and no price. Its name stays for history and receipts. */
	gone?: true;
	/** Rises with each change; an older one is never applied. */
	version: number;
}

/** Members of an article that a change sets; null removes a member, and one that it does not mention stays. */
export type ArticleFields = { [K in keyof Omit<Article, "sku" | "version" | "name">]?: Article[K] | null } & { name?: string };

/** 8, 12, 13 or 14 digits, as any scanner, till or file may send them, become the 14 by which an article is found. */
export const asGtin14 = (code: string): string | undefined => (/^\d{8}$|^\d{12,14}$/.test(code) ? code.padStart(14, "0") : undefined);

/** The barcodes by which an article is found, as 14 digits each. Null and absent: it has none. */
export function barcodesOf({
	gtin,
	gtins,
}: {
	gtin?: string | null | undefined;
	gtins?: readonly string[] | null | undefined;
}): Set<string> {
	return new Set([gtin, ...(gtins ?? [])].flatMap((code) => (code && asGtin14(code)) || []));
}
