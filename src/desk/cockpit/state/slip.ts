/** Facts that tell one receipt from another, read from its text (as src/flows/receipts writes it); a till's own text may lack them. */
export interface SlipFacts {
	/** As printed: "€12.40". */
	sum?: string;
	till?: string;
}

export function slipFacts(document: string): SlipFacts {
	const unescaped = (text: string): string => text.trim().replace(/\\(.)/g, "$1");
	const sum = /^\^{3}[^|]*\|\s*\^{3}(.+)$/m.exec(document)?.[1];
	const till = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2} \|(.+)$/m.exec(document)?.[1];
	return { ...(sum !== undefined && { sum: unescaped(sum) }), ...(till !== undefined && { till: unescaped(till) }) };
}
