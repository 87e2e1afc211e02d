/** Which article a label belongs to. */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import type { LabelStatus } from "../../words/label.ts";
import type { Moment } from "../../words/time.ts";
import { actOnce } from "../act-once.ts";
import { clear } from "../alarms.ts";
import { settleRise } from "../prices/price-rise.ts";
import { wantPicture } from "./label-picture.ts";
import { wantNothing } from "./label-progress.ts";

export interface Binding {
	label: string;
	sku: string | null;
	face?: string;
	hwType?: number;
	/** Refuses a label that never checked in and that HQ did not announce: a mistyped number would stay in the list for ever. */
	mustBeKnown?: boolean;
}

/** `id`: that of the act, where the caller may repeat it. A repeated act changes nothing, whatever was bound since. */
export function bindLabel(book: Book, { id, ...binding }: Binding & { id?: string }, now: Moment): LabelStatus {
	const { label, sku, face } = binding;
	actOnce(book, { id, what: ["bind", label, sku, face ?? null] }, now, () => bind(book, binding, now));
	return book.labels.get(label)!;
}

function bind(book: Book, binding: Binding, now: Moment): void {
	const article = binding.sku === null ? undefined : book.articles.bySku(binding.sku);
	if (binding.sku !== null && (!article || article.gone))
		throw new LedgerRefusal("article-unknown", `No article has SKU ${binding.sku}; HQ has not sent it to this store.`);
	if (binding.mustBeKnown && !book.labels.row(binding.label))
		throw new LedgerRefusal("label-unknown", `No label ${binding.label} has checked in, and head office has announced none.`);
	const isNew = book.labels.ensure(binding.label);
	const before = book.labels.row(binding.label)!;
	if (binding.hwType !== undefined) book.labels.setModel(binding.label, binding.hwType);
	const face = binding.face ?? null;
	if (isNew || before.sku !== binding.sku || before.face !== face) {
		if (before.sku !== null && before.sku !== binding.sku)
			book.events.append({ type: "label.unbound", label: binding.label, sku: before.sku }, now);
		book.labels.bind(binding.label, binding.sku, face);
		if (binding.sku === null) {
			wantNothing(book, binding.label, now);
			for (const code of ["label-out-of-contact", "label-battery-low"]) clear(book, code, binding.label, now);
		} else {
			book.events.append({ type: "label.bound", label: binding.label, sku: binding.sku, face }, now);
			// A new face is a new picture even when the words stay the same.
			wantPicture(book, { ...book.labels.row(binding.label)!, ...(before.face !== face && { desired_fields: null }) }, now);
		}
		for (const sku of new Set([before.sku, binding.sku])) if (sku !== null) settleRise(book, sku, now);
	}
}

export function bindLabels(
	book: Book,
	{ bindings }: { bindings: Binding[] },
	now: Moment,
): { bound: number; refused: { label: string; code: string }[] } {
	const refused: { label: string; code: string }[] = [];
	for (const binding of bindings) {
		try {
			bindLabel(book, binding, now);
		} catch (error) {
			if (!(error instanceof LedgerRefusal)) throw error;
			refused.push({ label: binding.label, code: error.code });
		}
	}
	return { bound: bindings.length - refused.length, refused };
}
