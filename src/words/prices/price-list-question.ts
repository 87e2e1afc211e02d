/** A question about a file that only a person can answer. */
export interface PriceListQuestion {
	about: "encoding" | "sku" | "amount" | "currency" | "decimal" | "dates";
	/** The doubtful text, word for word: "1,299". */
	found: string | null;
	/** Answers to choose from: for sku and amount columns, for decimal the two readings. Empty: any. */
	choices: { value: string; reads: string }[];
	/** Taken unless the person says otherwise; null: the file is not read before the answer. */
	proposed: string | null;
}
