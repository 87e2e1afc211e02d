/** Requests of the morning page beside the state of the whole cockpit. Kept when the page is left, so that it opens at once. */
import { useEffect } from "preact/hooks";
import type { PaperLabelRow } from "../../../words/answers/labels.ts";
import type { List } from "../../../words/answers/list.ts";
import type { ChangedPrice, HeldPriceRow } from "../../../words/answers/prices.ts";
import type { RefillTask } from "../../../words/answers/replenishment.ts";
import type { PlannedPlace } from "../../../words/answers/shelves.ts";
import { watched } from "../shared/watched.ts";
import { api, read as readCockpit, useCockpit } from "./state.ts";

export interface Morning {
	/** Null until it is known. */
	places: PlannedPlace[] | null;
	changes: { since: string; items: ChangedPrice[] } | null;
	held: HeldPriceRow[] | null;
	tasks: RefillTask[] | null;
	paper: { items: PaperLabelRow[]; dueCount: number } | null;
	/** The last asking failed, and what is shown may be old or missing. */
	failed: boolean;
}

const morning = watched<Morning>({ places: null, changes: null, held: null, tasks: null, paper: null, failed: false });
export const useMorning = morning.use;

const askEveryMs = 15_000;

/** All pages of a list, up to so many rows as a person could look through. */
async function whole<T, L extends List<T>>(page: (after: string) => Promise<L>): Promise<L> {
	let answer = await page("");
	const items = [...answer.items];
	while (answer.next !== undefined && items.length < 20_000) {
		answer = await page(String(answer.next));
		items.push(...answer.items);
	}
	return { ...answer, items };
}

let asking = false;

/** Asks for each part by itself: a person without one right sees the others. */
export async function askMorning(): Promise<void> {
	if (asking || readCockpit().status === null) return;
	asking = true;
	const parts = [
		whole(api.places).then(({ items }) => morning.change({ places: items })),
		whole(api.priceChanges).then(({ since, items }) => morning.change({ changes: { since, items } })),
		whole(api.heldPrices).then(({ items }) => morning.change({ held: items })),
		whole(api.refillTasks).then(({ items }) => morning.change({ tasks: items })),
		whole(api.dueLabels).then(({ items, dueCount }) => morning.change({ paper: { items, dueCount } })),
	];
	const done = await Promise.allSettled(parts);
	morning.change({ failed: done.some(({ status }) => status === "rejected") });
	asking = false;
}

/** Asks while the page is shown: at once, and every quarter of a minute. */
export function useMorningAsked(): void {
	const opened = useCockpit((all) => all.status !== null);
	useEffect(() => {
		void askMorning();
		const timer = setInterval(() => void askMorning(), askEveryMs);
		return () => clearInterval(timer);
	}, [opened]);
}
