import type { DownStream } from "../../link/protocol/messages.ts";
import { genesis } from "../../words/basics/chain.ts";
import type { Queries } from "../database/database.ts";

/**
 * A store's stream is a list of segments over records that all stores share:
 *
 *   record    … 41 42 43 44 45 46 47 …         kept once, numbers rise over the whole chain
 *   store A     [1  2  3  4] [5]                two segments: records 41 to 44, and 47
 *   store B        [1  2  3  4  5  6]           one segment: records 42 to 47
 *
 * A segment's `hash` is the chain before its first record; NULL until somebody computed it (chain-reader.ts).
 */
export interface Segment {
	firstSeq: number;
	count: number;
	/** The number of the first shared record. */
	record: number;
	hash: string | null;
}

/** A record in its place in one store's stream. `n` is its number among the shared records, `body` its canonical text. */
export interface PlacedRecord {
	seq: number;
	n: number;
	body: string;
}

/** Cuts a list of record numbers into stretches of consecutive ones. A number in `edges` begins a new stretch. */
export function stretchesOf(numbers: readonly number[], edges: ReadonlySet<number>): { record: number; count: number }[] {
	const stretches: { record: number; count: number }[] = [];
	for (const n of numbers) {
		const last = stretches.at(-1);
		if (last && n === last.record + last.count && !edges.has(n)) last.count += 1;
		else stretches.push({ record: n, count: 1 });
	}
	return stretches;
}

/**
 * Appends kept records to the streams of several stores, in the same order in each. Answers the number of the first of them in each store.
 * Throws where a store has no such stream.
 */
export async function appendToStreams(
	tx: Queries,
	stores: readonly string[],
	stream: DownStream,
	numbers: readonly number[],
): Promise<Map<string, number>> {
	// Locked in order of name, so that two pushes cannot wait for each other.
	const heads = await tx.query<{ store: string; last: number }>(
		"SELECT store, last FROM down_stream WHERE stream = $1 AND store = ANY($2) ORDER BY store FOR UPDATE",
		[stream, stores],
	);
	const lastOf = new Map(heads.map(({ store, last }) => [store, last + 1]));
	const without = stores.find((store) => !lastOf.has(store));
	if (without !== undefined) throw new Error(`store ${without} has no ${stream} stream`);
	if (numbers.length === 0) return lastOf;
	const edges = await tx.query<{ first: number }>("SELECT first FROM record_run WHERE first = ANY($1::bigint[])", [numbers]);
	const stretches = stretchesOf(numbers, new Set(edges.map(({ first }) => first)));
	let before = 0;
	const befores = stretches.map(({ count }) => (before += count) - count);
	await tx.query(
		`INSERT INTO down_segment (store, stream, first_seq, count, record, hash)
		 SELECT s.store, s.stream, s.last + 1 + t.before, t.count, t.record,
			CASE WHEN s.last + t.before = 0 THEN $6 WHEN t.before = 0 THEN s.hash END
		 FROM down_stream s CROSS JOIN unnest($3::bigint[], $4::bigint[], $5::bigint[]) AS t (record, count, before)
		 WHERE s.stream = $1 AND s.store = ANY($2)`,
		[stream, stores, stretches.map(({ record }) => record), stretches.map(({ count }) => count), befores, genesis],
	);
	await tx.query("UPDATE down_stream SET last = last + $3, hash = NULL WHERE stream = $1 AND store = ANY($2)", [
		stream,
		stores,
		numbers.length,
	]);
	return lastOf;
}

/** Of the segments `g` of one stream: those that hold records $3 to $4, also the one that only begins before $3. */
const holding = `g.store = $1 AND g.stream = $2 AND g.first_seq <= $4 AND g.first_seq >= coalesce(
	(SELECT max(first_seq) FROM down_segment WHERE store = $1 AND stream = $2 AND first_seq <= $3), 0)`;

/** The segments that hold records `from` to `upTo` of one stream, in order, with the stream's epoch at that moment. */
export async function segmentsBetween(
	db: Queries,
	store: string,
	stream: DownStream,
	from: number,
	upTo: number,
): Promise<(Segment & { epoch: string })[]> {
	return db.query<Segment & { epoch: string }>(
		`SELECT s.epoch, g.first_seq AS "firstSeq", g.count, g.record, g.hash
		 FROM down_segment g JOIN down_stream s ON s.store = g.store AND s.stream = g.stream WHERE ${holding} ORDER BY g.first_seq`,
		[store, stream, from, upTo],
	);
}

/** Records `from` to `upTo` of one stream, in order. */
export async function recordsBetween(db: Queries, store: string, stream: DownStream, from: number, upTo: number): Promise<PlacedRecord[]> {
	return db.query<PlacedRecord>(
		`SELECT g.first_seq + (r.n - g.record) AS seq, r.n, r.body
		 FROM down_segment g JOIN record r
			ON r.n BETWEEN g.record + greatest(0, $3 - g.first_seq) AND g.record + least(g.count - 1, $4 - g.first_seq)
		 WHERE ${holding} ORDER BY 1`,
		[store, stream, from, upTo],
	);
}

/** Removes everything after `seq`, where the chain hash is `hash`: for a stream whose past is replaced by the store's. */
export async function cutStream(tx: Queries, store: string, stream: DownStream, seq: number, hash: string): Promise<void> {
	await tx.query("DELETE FROM down_segment WHERE store = $1 AND stream = $2 AND first_seq > $3", [store, stream, seq]);
	await tx.query(
		"UPDATE down_segment SET count = $3::bigint - first_seq + 1 WHERE store = $1 AND stream = $2 AND first_seq + count - 1 > $3::bigint",
		[store, stream, seq],
	);
	await tx.query("UPDATE down_stream SET last = $3, hash = $4 WHERE store = $1 AND stream = $2", [store, stream, seq, hash]);
}

/**
 * Which of these records each store has not been sent in its catalog. Stores that lack none are left out. The cost is the runs that the
 * records are in, times the stores that were sent them.
 */
export async function recordsMissing(tx: Queries, stores: readonly string[], numbers: readonly number[]): Promise<Map<string, number[]>> {
	if (numbers.length === 0) return new Map();
	const sent = await tx.query<{ store: string; record: number; count: number }>(
		`SELECT g.store, g.record, g.count
		 FROM (SELECT DISTINCT r.first, r.count FROM unnest($1::bigint[]) AS v (n)
			CROSS JOIN LATERAL (SELECT first, count FROM record_run WHERE first <= v.n ORDER BY first DESC LIMIT 1) AS r) AS r
		 JOIN down_segment g ON g.stream = 'catalog' AND g.record >= r.first AND g.record < r.first + r.count
		 WHERE g.store = ANY($2) ORDER BY g.store, g.record`,
		[numbers, stores],
	);
	const sorted = [...new Set(numbers)].sort((a, b) => a - b);
	const byStore = Map.groupBy(sent, ({ store }) => store);
	// Most stores were sent the same records: what is missing is computed once for all of them.
	const known = new Map<string, number[]>();
	const missing = new Map<string, number[]>();
	for (const store of stores) {
		const ranges = byStore.get(store) ?? [];
		const key = ranges.map(({ record, count }) => `${record}+${count}`).join(" ");
		let lacks = known.get(key);
		if (!lacks) known.set(key, (lacks = sorted.filter((n) => !ranges.some(({ record, count }) => record <= n && n < record + count))));
		if (lacks.length > 0) missing.set(store, lacks);
	}
	return missing;
}
