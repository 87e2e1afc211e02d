/** Somebody stands before a shelf and says whether its labels show the price that counts. */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import { defined } from "../../words/defined.ts";
import type { LabelState } from "../../words/label.ts";
import { type Moment, priceInstantOf } from "../../words/time.ts";
import { actOnce } from "../act-once.ts";
import { wantPicture } from "./label-picture.ts";

/** The finding of the person: the price that the gateway named, another one (or none, or a torn picture), or no label at all. */
export const auditFindings = ["right", "wrong", "missing"] as const;

export interface ShelfAudit {
	id: string;
	/** SKU or GTIN. */
	article: string;
	/** The label that was looked at; left out: all labels of the article. */
	label?: string;
	found: (typeof auditFindings)[number];
}

export interface Audited {
	duplicate: boolean;
	sku: string;
	labels: { id: string; state: LabelState }[];
	/** Labels that are drawn and sent anew because the person saw another price. */
	redrawn: string[];
	/** A stable code: what the audit found; left out: all is right. */
	why?: string;
}

/** Appends the finding as a `scan.acted` of the device `hand`; where the person sees another price, the labels are drawn anew. */
export function auditShelf(book: Book, { id, ...asked }: ShelfAudit, now: Moment): Audited {
	const article = book.articles.find(asked.article);
	if (!article) throw new LedgerRefusal("article-unknown", `No article has SKU or GTIN ${asked.article}.`);
	const { sku } = article;
	const labels = book.labels.forSku(sku);
	const meant = asked.label === undefined ? labels : labels.filter((label) => label.id === asked.label);
	const late = meant.find(({ state }) => state !== "SHOWN")?.id;
	const hasPrice = book.prices.charged(sku, priceInstantOf(now, book), {}) !== undefined;
	const why = whyOf(asked.found, { hasLabel: labels.length > 0, isLate: late !== undefined, hasPrice });
	const duplicate = actOnce(book, { id, what: ["audit", asked] }, now, () => {
		if (asked.label !== undefined && meant.length === 0)
			throw new LedgerRefusal("label-not-its", `Label ${asked.label} does not belong to ${article.name} (${sku}).`);
		if (asked.found === "wrong") for (const label of meant) wantPicture(book, { ...book.labels.row(label.id)!, desired_fields: null }, now);
		const said = { code: asked.article, sku, quantity: labels.length, ...defined({ label: asked.label ?? late, why }) };
		book.events.append({ type: "scan.acted", device: "hand", mode: "audit", did: "audited", ...said }, now);
	});
	const redrawn = asked.found === "wrong" ? meant.map((label) => label.id) : [];
	return { duplicate, sku, labels: meant.map((label) => ({ id: label.id, state: label.state })), redrawn, ...defined({ why }) };
}

function whyOf(
	found: ShelfAudit["found"],
	{ hasLabel, isLate, hasPrice }: { hasLabel: boolean; isLate: boolean; hasPrice: boolean },
): string | undefined {
	if (found === "missing" || !hasLabel) return "no-label";
	if (found === "wrong") return "price-wrong";
	if (!hasPrice) return "no-price";
	return isLate ? "label-not-shown" : undefined;
}
