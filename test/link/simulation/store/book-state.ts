import type { AlarmRow, LabelRow, StoredPicture } from "../../../../src/ledger/ledger.ts";
import type { Article } from "../../../../src/words/article.ts";
import { type StoreEvent } from "../../../../src/words/event.ts";
import type { Price } from "../../../../src/words/prices/price.ts";
import { sideOf } from "../../../../src/words/prices/which-counts.ts";
import type { Grant, Movement } from "../../../../src/words/stock.ts";
import { type Checkpoints } from "../../../../src/words/streams/checkpoints.ts";
import { emptyHolds } from "./book-holds.ts";
import { emptyShadow, type PriceRow } from "./book-snapshots.ts";
import { type Hand } from "./stock-sum.ts";

type StreamPosition = { epoch: string; position: number; hash: string };
export interface UpRow {
	seq: number;
	hash: string;
	record: StoreEvent;
}
export interface Head {
	last: number;
	hash: string;
	acked: number;
}
export interface ToldRow {
	stream: string;
	first: number;
	records: readonly unknown[];
}
export interface Letter {
	stream: string;
	epoch: string;
	seq: number;
	code: string;
	record: unknown;
}

/** All a store remembers. Rows are replaced, never changed: a backup is a copy of the maps. */
export function emptyState() {
	return {
		meta: new Map<string, string>(),
		heads: new Map<string, Head>(),
		up: { facts: [] as UpRow[], notes: [] as UpRow[] },
		sources: new Map<string, StoreEvent>(),
		articles: new Map<string, Article>(),
		prices: new Map<string, PriceRow>(),
		movements: new Map<string, Movement>(),
		hands: new Map<string, Hand>(),
		grants: new Map<string, Grant>(),
		labels: new Map<string, LabelRow>(),
		tasks: new Map<string, number>(),
		pictures: new Map<string, StoredPicture>(),
		alarms: new Map<string, AlarmRow>(),
		down: new Map<string, StreamPosition>(),
		dead: new Map<string, Letter>(),
		parked: new Map<string, Letter>(),
		marks: new Map<string, Checkpoints>(),
		parents: new Map<string, StreamPosition>(),
		results: new Map<string, { code: string; out: unknown }>(),
		told: new Map<string, ToldRow>(),
		...emptyHolds(),
		...emptyShadow(),
	};
}
export type StoreState = ReturnType<typeof emptyState>;

export const copyOf = (state: StoreState): StoreState =>
	Object.fromEntries(
		Object.entries(state).map(([name, rows]) => [
			name,
			rows instanceof Map ? new Map(rows as Map<string, unknown>) : { facts: [...rows.facts], notes: [...rows.notes] },
		]),
	) as unknown as StoreState;

export interface Identity {
	store: string;
	inc: number;
	epoch: string;
}

export const bareLabel: LabelRow = {
	id: "",
	sku: null,
	face: null,
	hw_type: 1,
	firmware: 0,
	desired_version: 0,
	desired_at: null,
	desired_fields: null,
	desired_price_version: null,
	desired_up_to: null,
	sent_version: null,
	sent_at: null,
	downloaded_version: null,
	downloaded_at: null,
	confirmed_version: null,
	confirmed_at: null,
	confirmed_up_to: null,
	trouble: null,
	battery_millivolts: null,
	rssi: null,
	temperature_celsius: null,
	last_check_in_at: null,
	access_point: null,
};

export const bySku = (a: Article, b: Article): number => (a.sku < b.sku ? -1 : 1);

export function after(rows: readonly UpRow[], seq: number, limit: number): UpRow[] {
	let low = 0;
	let high = rows.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (rows[middle]!.seq <= seq) low = middle + 1;
		else high = middle;
	}
	return rows.slice(low, low + limit);
}

export const pricesIn = (state: StoreState, sku: string): PriceRow[] => [...state.prices.values()].filter((row) => row.price.sku === sku);

/** The price that counts, by decision 0008. */
export function winningIn(state: StoreState, sku: string, at: string): Price | undefined {
	const rank = ({ kind, until }: Price): number => (until === undefined ? 0 : kind === "clearance" ? 2 : kind === "promotion" ? 1 : 0);
	return pricesIn(state, sku)
		.filter((row) => row.state !== 3 && sideOf(row.price) === "")
		.map((row) => row.price)
		.filter((price) => price.from <= at && (price.until === undefined || price.until > at))
		.sort((a, b) => rank(b) - rank(a) || (a.from < b.from ? 1 : a.from > b.from ? -1 : b.version - a.version))[0];
}

/** What the received log holds of a stream after a number, as much as `letters` allow. */
export function receivedIn(
	state: StoreState,
	stream: string,
	seq: number,
	letters: number,
): { records: [number, unknown][]; more: boolean } {
	const rows = [...state.told.values()]
		.filter((row) => row.stream === stream && row.first + row.records.length - 1 > seq)
		.sort((a, b) => a.first - b.first);
	const records: [number, unknown][] = [];
	let size = 0;
	for (const { first, records: said } of rows) {
		if (size >= letters) return { records, more: true };
		size += JSON.stringify(said).length;
		said.forEach((record, index) => first + index > seq && records.push([first + index, record]));
	}
	return { records, more: false };
}

/** Changes of maps that a failed transaction takes back: each notes how. */
export function undoable(undo: () => (() => void)[]) {
	return {
		put<V>(rows: Map<string, V>, key: string, value: V): void {
			const had = rows.has(key);
			const before = rows.get(key) as V;
			undo().push(() => (had ? rows.set(key, before) : rows.delete(key)));
			rows.set(key, value);
		},
		drop<V>(rows: Map<string, V>, key: string): void {
			if (!rows.has(key)) return;
			const before = rows.get(key) as V;
			undo().push(() => rows.set(key, before));
			rows.delete(key);
		},
	};
}
