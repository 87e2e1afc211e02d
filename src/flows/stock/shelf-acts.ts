/** Acts of people at a weighing shelf: which of several articles it was, and that staff fills it now. */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import type { MixPart, Restocking, ShelfDoubt } from "../../words/shelves/weighing-shelf.ts";
import type { Instant, Moment } from "../../words/time.ts";
import { actOnce } from "../act-once.ts";
import { clear } from "../alarms.ts";
import { recordAudit } from "../audit.ts";
import { doubtsOf, dropDoubt } from "./shelf-doubts.ts";
import { moved, shelfMovementId } from "./stock.ts";

export interface ChooseCandidate {
	id: string;
	shelf: string;
	/** The number of the event of the change. */
	change: number;
	choice: { sku: string; pieces: number }[];
}

const keyOf = (mix: readonly { sku: string; pieces: number }[]): string =>
	JSON.stringify(mix.map(({ sku, pieces }) => [sku, pieces]).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));

/** A person says which of the candidates a change was. Each part is a fact of its own with that person as its actor. */
export function chooseCandidate(book: Book, { id, shelf, change, choice }: ChooseCandidate, now: Moment): { duplicate: boolean } {
	const duplicate = actOnce(book, { id, what: ["choose", shelf, change, keyOf(choice)] }, now, () => {
		const doubt = doubtsOf(book, shelf).find((each) => each.change === change);
		if (!doubt) {
			const why = `Change ${change} of shelf ${shelf} is not open: it was answered, or its articles were counted since.`;
			throw new LedgerRefusal("shelf-change-settled", why);
		}
		const mix = doubt.candidates.find((each) => keyOf(each) === keyOf(choice));
		if (!mix) throw new LedgerRefusal("choice-unknown", `That is none of what change ${change} of shelf ${shelf} may have been.`);
		for (const part of mix) settlePart(book, shelf, doubt, part, now);
		dropDoubt(book, shelf, change);
		if (!doubtsOf(book, shelf).some(({ code }) => code === doubt.code)) clear(book, doubt.code, shelf, now);
	});
	return { duplicate };
}

function settlePart(book: Book, shelf: string, { at, change, post }: ShelfDoubt, { sku, pieces, milligrams }: MixPart, now: Moment): void {
	const because = pieces < 0 ? "pick" : "put-back";
	const posts = post && book.articles.bySku(sku) !== undefined;
	const movement = posts ? shelfMovementId(book, shelf) : null;
	book.events.append({ type: "shelf.changed", shelf, sku, because, pieces, milligrams, movement, answers: change }, now);
	// Dated when the goods moved: a count made since stands.
	if (movement) moved(book, { id: movement, sku, quantity: pieces, reason: because, occurredAt: at, origin: "store" }, now, shelf);
}

export interface SetRestocking {
	id: string;
	shelf: string;
	on: boolean;
}

/** So long after it was begun a restock ends by itself: forgotten, every put-back of a customer would count as goods received. */
const restockMs = 30 * 60_000;

/** Staff begins to fill a shelf, or has filled it: what is put there meanwhile is restocked, not put back by customers. */
export function setRestocking(book: Book, { id, shelf, on }: SetRestocking, now: Moment): { duplicate: boolean; until: Instant | null } {
	const until = new Date(Date.parse(now.wall) + restockMs).toISOString();
	const duplicate = actOnce(book, { id, what: ["restock", shelf, on] }, now, () => {
		const { [shelf]: before, ...others } = book.link.restocking();
		if (!on && !before) return;
		keepRestocking(book, on ? { ...others, [shelf]: { until, by: now.actor?.name ?? null } } : others);
		recordAudit(book, { act: on ? "restock-begun" : "restock-ended", subject: shelf, outcome: "done" }, now);
	});
	return { duplicate, until: book.link.restocking()[shelf]?.until ?? null };
}

/** Ends restocks whose time is over; also when the clock was set, or one might last for hours. */
export function tendRestocking(book: Book, _: object, now: Moment): number {
	const all = { ...book.link.restocking() };
	for (const [shelf, { until }] of Object.entries(all)) {
		const leftMs = Date.parse(until) - Date.parse(now.wall);
		if (leftMs > 0 && leftMs <= restockMs) continue;
		delete all[shelf];
		keepRestocking(book, all);
		recordAudit(book, { act: "restock-ended", subject: shelf, outcome: "done", why: "time-over" }, now);
	}
	return Object.keys(all).length;
}

function keepRestocking(book: Book, all: Restocking): void {
	book.link.set("restocking", JSON.stringify(all));
	book.ring("stock");
}
