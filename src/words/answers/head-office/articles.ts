import type { Article } from "../../article.ts";

/** An article, with the unit that it is sold by. */
export type ShownArticle = Omit<Article, "weighed"> & { unit: "kg" | "piece" };

/** `stores`: how many are sent the change. */
export type EditedArticle = ShownArticle & { stores: number };

export interface DeletedArticle {
	sku: string;
	name: string;
	/** How many of its prices end now. */
	prices: number;
	/** How many stores are sent it. */
	stores: number;
	/** Stores that have some of it on hand; at most a hundred. */
	onHand: { store: string; onHand: number }[];
}
