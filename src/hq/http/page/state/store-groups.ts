import type { StoreAtHq } from "../../../../words/answers/head-office/stores.ts";

/** Worst first. */
export const groups = ["fenced", "alarm", "away", "attention", "never", "well"] as const;
export type Group = (typeof groups)[number];

export function groupOf(store: StoreAtHq): Group {
	if (store.fenced) return "fenced";
	if (!store.connected) return store.lastContact === null ? "never" : "away";
	if (store.alarms.red > 0) return "alarm";
	return store.alarms.yellow > 0 || (store.labels?.failed ?? 0) > 0 ? "attention" : "well";
}

export const sorts = ["name", "alarms", "labels", "contact", "waiting", "offline"] as const;
export type Sort = (typeof sorts)[number];

/** Days that a store can still be away; null: unknown. The number falls while it is away. */
export function daysLeft({ offlineDaysLeft, connected, lastContact }: StoreAtHq, now: number): number | null {
	if (offlineDaysLeft === null) return null;
	const away = connected || lastContact === null ? 0 : (now - Date.parse(lastContact)) / 86_400_000;
	return Math.max(0, offlineDaysLeft - away);
}

const shareShown = ({ labels }: StoreAtHq): number => (labels && labels.total > 0 ? labels.shown / labels.total : 2);

/** The rows that need attention first, for each way of sorting. */
function byNeed(sort: Sort, now: number): (a: StoreAtHq, b: StoreAtHq) => number {
	switch (sort) {
		case "alarms":
			return (a, b) => b.alarms.red - a.alarms.red || b.alarms.yellow - a.alarms.yellow || b.alarms.blue - a.alarms.blue;
		case "labels":
			return (a, b) => shareShown(a) - shareShown(b);
		case "contact":
			return (a, b) => (a.lastContact ?? "").localeCompare(b.lastContact ?? "");
		case "waiting":
			return (a, b) => b.waitingDown + (b.factsWaiting ?? 0) - a.waitingDown - (a.factsWaiting ?? 0);
		case "offline":
			return (a, b) => (daysLeft(a, now) ?? Number.MAX_SAFE_INTEGER) - (daysLeft(b, now) ?? Number.MAX_SAFE_INTEGER);
		case "name":
			return () => 0;
	}
}

const byName = new Intl.Collator("en", { numeric: true }).compare;

export type Row = { heading: Group; count: number } | { store: StoreAtHq };

/** The rows of the list: each group with its heading, the stores in it sorted. Words of the search may stand anywhere in the name. */
export function rowsOf(stores: readonly StoreAtHq[], search: string, only: Group | null, sort: Sort, now: number): Row[] {
	const words = search.trim().toLowerCase().split(/\s+/).filter(Boolean);
	const fitting = stores.filter((store) => words.every((word) => store.id.includes(word)));
	const need = byNeed(sort, now);
	const sorted = fitting.sort((a, b) => need(a, b) || byName(a.id, b.id));
	const of = Map.groupBy(sorted, groupOf);
	return groups.flatMap((heading): Row[] => {
		const members = of.get(heading) ?? [];
		if (members.length === 0 || (only !== null && only !== heading)) return [];
		return [{ heading, count: members.length }, ...members.map((store) => ({ store }))];
	});
}
