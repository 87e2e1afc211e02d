import type { Book } from "../../../src/ledger/ledger.ts";
import { type Moment, priceInstantOf } from "../../../src/words/time.ts";
import type { World } from "./time.ts";

/** What the glass of each label shows, whatever the ledger knows of it: a promise is that no till is above it. */
export interface Shelf {
	/** The label draws the picture that it was sent. */
	draws(label: string, sku: string, amountMinor: number): void;
	/** Judges till and shelf at this moment; asked after every commit and every minute. */
	look(book: Book, now: Moment): void;
	/** The ledger came back from a backup, or a bit of it fell over: it cannot know what hangs there. */
	forget(): void;
}

export function openShelf(world: World, store: string, broke: (sentence: string) => void): Shelf {
	const glass = new Map<string, { sku: string; amountMinor: number }>();
	/** Articles whose rise went on: it may stand above the shelf until the labels show it. */
	const wentOn = new Set<string>();
	let heard = 0;

	function hear(book: Book): void {
		const { last } = book.link.up("facts");
		if (last < heard) heard = last;
		for (const { seq, record } of book.link.upAfter("facts", heard, 10_000)) {
			heard = seq;
			if (record.type === "price.rise-waits") world.saw("a rise waited for its labels");
			if (record.type !== "price.rise-ended") continue;
			world.saw(`a rise that waited: ${record.because}`);
			if (record.because === "went-on") wentOn.add(record.sku);
		}
	}
	return {
		draws: (label, sku, amountMinor) => void glass.set(label, { sku, amountMinor }),
		look(book, now) {
			hear(book);
			const at = priceInstantOf(now, book);
			for (const [label, { sku, amountMinor }] of glass) {
				if (book.labels.row(label)?.sku !== sku) continue;
				if (!book.labels.mayShowAnother(sku)) wentOn.delete(sku);
				const till = book.prices.chargedPrice(sku, at)?.amountMinor ?? 0;
				if (till > amountMinor && !wentOn.has(sku))
					broke(`shelf: the till of ${store} charges ${till} for ${sku} at ${now.wall}, label ${label} shows ${amountMinor}`);
			}
		},
		forget() {
			glass.clear();
			wentOn.clear();
		},
	};
}
