import type { Book } from "../../ledger/ledger.ts";
import { defined } from "../../words/defined.ts";
import type { MixPart } from "../../words/shelves/weighing-shelf.ts";
import type { Moment } from "../../words/time.ts";
import { raise } from "../alarms.ts";
import { addDoubt } from "./shelf-doubts.ts";
import { countedTogether, moved, shelfMovementId } from "./stock.ts";

/** The last settled weight of a device. A repeat of the same message changes nothing. */
export function recordWeights(
	book: Book,
	{ weights }: { weights: { device: string; milligrams: number; sourceId?: string }[] },
	now: Moment,
): { duplicate: boolean }[] {
	return weights.map(({ device, milligrams, sourceId }) => {
		const body = { type: "weight.settled" as const, device, milligrams };
		const by: Moment = { ...now, actor: { kind: "device", name: device } };
		if (sourceId === undefined) {
			if (book.shelves.get(device)?.milligrams === milligrams) return { duplicate: true };
			book.events.append(body, by);
		} else {
			const known = book.events.bySource(device, sourceId);
			if (known?.type === body.type && known.milligrams === milligrams) return { duplicate: true };
			// Another weight under an id that the device used before: the device restarted and counts its ids from the beginning.
			const source = { device, id: sourceId, ...(known && { key: `${sourceId}~${milligrams}` }) };
			if (!book.events.appendOnce(body, by, source)) return { duplicate: true };
		}
		book.shelves.put(device, milligrams, undefined);
		return { duplicate: false };
	});
}

export interface ShelfChange {
	shelf: string;
	sku: string | null;
	because: "pick" | "put-back" | "restock" | "unknown" | "offline-change";
	pieces?: number;
	/** Signed: taken is negative. */
	milligrams: number;
	/** The shelf engine's state, kept in the same commit as what it found. */
	state: unknown;
	/** Of several articles on one plate: all that stand there, and what may have come and gone. */
	skus?: string[];
	candidates?: MixPart[][];
	/** Whether this shelf's findings post by themselves; otherwise they are observations (LINK rule 8). */
	post: boolean;
}

/** Records a finding of the shelf engine. A posted pick is a movement with the event's own id, so it is counted once. */
export function recordShelf(book: Book, seen: ShelfChange, now: Moment): { movement: string | null } {
	// The engine's means are fractions of a milligram; facts are whole ones.
	const change = { ...seen, milligrams: Math.round(seen.milligrams) };
	const article = change.sku === null ? undefined : book.articles.bySku(change.sku);
	const posts =
		change.post && article !== undefined && (change.because === "pick" || change.because === "put-back" || change.because === "restock");
	const quantity = article?.weighed ? change.milligrams : (change.pieces ?? 0);
	const movement = posts && quantity !== 0 ? shelfMovementId(book, change.shelf) : null;
	const candidates = change.candidates?.map((mix) => mix.map(({ sku, pieces }) => ({ sku, pieces })));
	const event = book.events.append(
		{
			type: "shelf.changed",
			shelf: change.shelf,
			sku: change.sku,
			because: change.because,
			milligrams: change.milligrams,
			movement,
			...defined({ pieces: change.pieces, candidates }),
		},
		now,
	);
	if (movement && article) {
		const reason = change.because === "restock" ? "receive" : (change.because as "pick" | "put-back");
		moved(book, { id: movement, sku: article.sku, quantity, reason, occurredAt: now.wall, origin: "store" }, now, change.shelf);
	}
	book.shelves.put(change.shelf, book.shelves.get(change.shelf)?.milligrams ?? null, change.state);
	// A later finding that fits does not clear the alarm: what is on the shelf is unknown until a count (see `moved`).
	if (change.because === "unknown" || change.because === "offline-change") askForCount(book, change, event.seq, now);
	return { movement };
}

function askForCount(book: Book, change: ShelfChange, seq: number, now: Moment): void {
	const { shelf, sku, skus, candidates = [], milligrams, because, post } = change;
	const unknown = candidates.length > 0 ? "shelf-which-article" : "shelf-unknown-change";
	const code = because === "unknown" ? unknown : "shelf-offline-change";
	if (skus) addDoubt(book, shelf, { change: seq, code, at: now.wall, milligrams, post, candidates });
	const nameOf = (each: string): string => book.articles.bySku(each)?.name ?? each;
	const wordsOf = (mix: { sku: string; pieces: number }[]): string =>
		mix.map((part) => `${part.pieces < 0 ? "−" : "+"}${Math.abs(part.pieces)} × ${nameOf(part.sku)}`).join(", ");
	raise(
		book,
		{
			code,
			subject: shelf,
			facts: {
				device: shelf,
				grams: Math.round(milligrams / 1000),
				...(sku !== null && { sku }),
				...(skus && { [countedTogether]: JSON.stringify(skus), at: now.wall }),
				...(candidates.length > 0 && { candidates: candidates.map(wordsOf).join("; ") }),
			},
		},
		now,
	);
}

export interface PlateChange {
	shelf: string;
	parts: { sku: string; pieces: number; milligrams: number }[];
	restock: boolean;
	state: unknown;
	post: boolean;
}

/** Records goods that came and went together on a plate with several articles: all or nothing, each article a fact of its own. */
export function recordPlate(book: Book, { parts, restock, ...common }: PlateChange, now: Moment): { movements: (string | null)[] } {
	const movements = parts.map(({ sku, pieces, milligrams }) => {
		const because = pieces < 0 ? "pick" : restock ? "restock" : "put-back";
		return recordShelf(book, { ...common, sku, because, pieces, milligrams }, now).movement;
	});
	return { movements };
}

/** The engine's state between findings: the baseline with which the shelf is compared after a restart. */
export function keepShelf(book: Book, { shelf, state }: { shelf: string; state: unknown }): void {
	book.shelves.put(shelf, book.shelves.get(shelf)?.milligrams ?? null, state);
}
