/** The words of a label in one language, each with its places for what the face fills in. */

export interface Speech {
	promotion: string;
	clearance: string;
	unitPrice: (per: string) => string;
	prior: Record<"lowest-30-days" | "lowest-7-days" | "previous", string>;
	until: (day: string) => string;
	deposit: (money: string) => string;
	article: string;
	/** The sentence with a member's price. */
	member: (money: string) => string;
	/** So many together for an amount. */
	together: (pieces: number, money: string) => string;
	/** Each piece from so many on. */
	fromPieces: (pieces: number, money: string) => string;
}

/** The words in a fixed order; `#` stands for what the face fills in. `offers`: for members, together, from a quantity on. */
export function speech(
	promotion: string,
	clearance: string,
	per: string,
	[thirty, seven, previous]: readonly [string, string, string],
	until: string,
	deposit: string,
	article: string,
	[member, together, from]: readonly [string, string, string],
): Speech {
	const filled = (text: string, ...words: string[]): string => words.reduce((so, word) => so.replace("#", () => word), text);
	return {
		promotion,
		clearance,
		unitPrice: (unit) => per.replace("#", unit),
		prior: { "lowest-30-days": thirty, "lowest-7-days": seven, previous },
		until: (day) => until.replace("#", day),
		deposit: (money) => deposit.replace("#", () => money),
		article,
		member: (money) => filled(member, money),
		together: (pieces, money) => filled(together, String(pieces), money),
		fromPieces: (pieces, money) => filled(from, String(pieces), money),
	};
}
