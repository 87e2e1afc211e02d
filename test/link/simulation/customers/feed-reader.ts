/** A program outside that follows head office's feed by position, as a customer's webhook or data warehouse does. */
import { readFeed } from "../../../../src/hq/feed/feed.ts";
import type { StoreEvent } from "../../../../src/words/event.ts";
import type { RealOffice } from "./office.ts";

export interface FeedReader {
	/** Reads the next pages, through head office's process; nothing where it is down. */
	read(): void;
	/** Reads what is left, without a process. */
	readAll(): Promise<void>;
	/** Every fact it was given, in the order it was given. */
	heard: { store: string; data: StoreEvent }[];
}

const pageOf = 20;

export function openFeedReader(office: RealOffice): FeedReader {
	let after = 0;
	let isReading = false;
	const take = ({ events, upTo }: Awaited<ReturnType<typeof readFeed>>): boolean => {
		for (const { subject, data } of events) reader.heard.push({ store: subject, data });
		const isMore = upTo > after && events.length === pageOf;
		after = Math.max(after, upTo);
		return isMore;
	};
	const asked = () => ({ after, limit: pageOf, notes: false });
	const reader: FeedReader = {
		heard: [],
		read() {
			if (!office.isOn() || isReading) return;
			isReading = true;
			const from = after;
			// Where head office goes down in the middle it never answers, and the reader asks again from where it was.
			const free = setFree(() => (isReading = false));
			office
				.ask((_, db) => readFeed(db, "t", asked()))
				.then(
					(page) => {
						if (free() && after === from) take(page);
					},
					() => free(),
				);
			cut = free;
		},
		async readAll() {
			cut();
			while (take(await readFeed(office.db, "t", asked())));
		},
	};
	let cut: () => boolean = () => true;
	return reader;
}

/** True the first time only. */
function setFree(then: () => void): () => boolean {
	let isOpen = true;
	return () => {
		if (!isOpen) return false;
		isOpen = false;
		then();
		return true;
	};
}
