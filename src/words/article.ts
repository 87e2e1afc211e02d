/** What the store sells: one row of HQ's item file. Weighed goods are priced per kilogram and sold by milligram. */
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
	/** Weight of one piece with its packing, for weighing shelves. */
	pieceMilligrams?: number;
	/** Rises with each change; an older one is never applied. */
	version: number;
}
