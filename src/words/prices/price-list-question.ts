/** What only a person can say of a file. */
export interface PriceListQuestion {
	about: "encoding" | "sku" | "amount" | "currency" | "decimal" | "dates";
	/** What was found that is doubtful, word for word: "1,299". */
	found: string | null;
	/** Answers to choose from: for sku and amount columns, for decimal the two readings. Empty: any. */
	choices: { value: string; reads: string }[];
	/** Taken unless the person says otherwise; null: the file is not read before the answer. */
	proposed: string | null;
}
