import type { DownPosition, DownRecord } from "../../link/hq/repository.ts";
import type { DownStream } from "../../link/protocol/messages.ts";
import { genesis, nextHash } from "../../words/basics/chain.ts";
import type { Db, Queries } from "../database/database.ts";
import { openRecentlyUsed } from "../recently-used.ts";
import { type Segment, segmentsBetween } from "./segments.ts";

/** Long segments are hashed in pieces of this many records from their beginning: so the pieces are the same for every store. */
const pieceRecords = 200;
const mostPieces = 120;
const mostChains = 500;
/** Bounds of what is kept at hand. */
const textsAtHandMost = pieceRecords * mostPieces;
const runsAtHandMost = 200;
const mostStreams = 20_000;

/** Records as they are kept: parsed only where they are sent, and not where they are hashed. */
interface Piece {
	texts: string[];
	records(): unknown[];
}

/** Where records and their hashes come from: the database, or a cache. */
interface Pieces {
	load(record: number, count: number): Promise<Piece>;
	/** The hash after each record of a piece, where the hash before it is `hash`. */
	chain(hash: string, record: number, piece: Piece): string[];
}

async function loadPiece(db: Queries, record: number, count: number): Promise<Piece> {
	const rows = await db.query<{ body: string }>("SELECT body FROM record WHERE n >= $1 AND n < $2 ORDER BY n", [record, record + count]);
	if (rows.length !== count) throw new Error(`records ${record} to ${record + count - 1}: ${rows.length} of ${count} are kept`);
	return pieceOf(rows.map(({ body }) => body));
}

function pieceOf(texts: string[]): Piece {
	let records: unknown[] | undefined;
	return { texts, records: () => (records ??= texts.map((text) => JSON.parse(text) as unknown)) };
}

/** The piece from texts that are in memory; undefined where one of them is not. */
function pieceFrom(runs: readonly TextRun[], record: number, count: number): Piece | undefined {
	const run = runs.find(({ first, texts }) => record >= first && record + count <= first + texts.length);
	return run && pieceOf(run.texts.slice(record - run.first, record - run.first + count));
}

/** Texts of records with consecutive numbers. */
interface TextRun {
	first: number;
	texts: string[];
}

function textRunsOf(records: readonly { n: number; text: string }[]): TextRun[] {
	const runs: TextRun[] = [];
	for (const { n, text } of records) {
		const last = runs.at(-1);
		if (last && n === last.first + last.texts.length) last.texts.push(text);
		else runs.push({ first: n, texts: [text] });
	}
	return runs;
}

const holds = ({ first, texts }: TextRun, n: number): boolean => n >= first && n < first + texts.length;

/** The newest runs within the bounds; those that are known already are not kept twice. */
function withRuns(known: readonly TextRun[], records: readonly { n: number; text: string }[]): TextRun[] {
	const isNew = ({ first, texts }: TextRun): boolean => !known.some((run) => holds(run, first) && holds(run, first + texts.length - 1));
	const runs = [...known, ...textRunsOf(records.slice(0, textsAtHandMost)).filter(isNew)];
	let texts = runs.reduce((sum, run) => sum + run.texts.length, 0);
	while (texts > textsAtHandMost || runs.length > runsAtHandMost) texts -= runs.shift()!.texts.length;
	return runs;
}

function chainOf(before: string, texts: readonly string[]): string[] {
	let hash = before;
	return texts.map((text) => (hash = nextHash(hash, text)));
}

const uncached = (db: Queries): Pieces => ({
	load: (record, count) => loadPiece(db, record, count),
	chain: (hash, _record, piece) => chainOf(hash, piece.texts),
});

/**
 * The chain of a stream after record `seq`: from the nearest segment before it whose own hash is known. Hashes of segments that are passed
 * on the way are kept. Undefined where the stream has no such record.
 */
async function hashAt(db: Queries, pieces: Pieces, store: string, stream: DownStream, seq: number): Promise<string | undefined> {
	if (seq === 0) return genesis;
	const [known] = await db.query<{ from: number }>(
		`SELECT max(first_seq) AS from FROM down_segment WHERE store = $1 AND stream = $2 AND first_seq <= $3 AND hash IS NOT NULL`,
		[store, stream, seq],
	);
	const segments = await segmentsBetween(db, store, stream, known?.from ?? 1, seq);
	let hash = segments[0]?.hash ?? (segments[0]?.firstSeq === 1 ? genesis : undefined);
	const last = segments.at(-1);
	if (hash === undefined || !last || last.firstSeq + last.count - 1 < seq) return undefined;
	const passed: { firstSeq: number; hash: string }[] = [];
	for (const segment of segments) {
		if (segment.hash === null) passed.push({ firstSeq: segment.firstSeq, hash });
		const count = Math.min(segment.count, seq - segment.firstSeq + 1);
		for (let done = 0; done < count; done += pieceRecords) {
			const part = Math.min(pieceRecords, count - done);
			const piece = await pieces.load(segment.record + done, part);
			hash = pieces.chain(hash, segment.record + done, piece).at(-1)!;
		}
	}
	if (passed.length > 0)
		await db.query(
			`UPDATE down_segment g SET hash = t.hash FROM unnest($3::bigint[], $4::text[]) AS t (first_seq, hash)
			 WHERE g.store = $1 AND g.stream = $2 AND g.first_seq = t.first_seq AND g.hash IS NULL`,
			[store, stream, passed.map(({ firstSeq }) => firstSeq), passed.map((each) => each.hash)],
		);
	return hash;
}

/**
 * The hash after record `seq` within a transaction. Nothing is cached, because the transaction may see records that are never committed.
 */
export const hashWithin = (tx: Queries, store: string, stream: DownStream, seq: number): Promise<string | undefined> =>
	hashAt(tx, uncached(tx), store, stream, seq);

/** The position of a stream whose head is read as a row; its hash is computed where nobody has needed it yet. */
export async function positionWithin(tx: Queries, store: string, stream: DownStream, row: StreamRow): Promise<DownPosition> {
	return { ...row, hash: row.hash ?? (await hashWithin(tx, store, stream, row.last)) ?? noRecords(store, stream) };
}

function noRecords(store: string, stream: DownStream): never {
	throw new Error(`the ${stream} stream of store ${store} has records missing`);
}

export type StreamRow = Omit<DownPosition, "hash"> & { hash: string | null };

/** `n`: the record's number among all of HQ's. */
export type ReadRecord = DownRecord & { n: number; text: string };

export type ChainReader = ReturnType<typeof openChainReader>;

/**
 * Reads streams with their chains. What is cached is named by its contents (the hash before, and the numbers of committed records, which
 * never change), so that stores with the same past share the work, whichever process answers them.
 */
export function openChainReader(db: Db) {
	const loaded = openRecentlyUsed<Piece>(mostPieces);
	const chains = openRecentlyUsed<string[]>(mostChains);
	// The position at which each stream was read last, with its epoch: the next page begins there.
	const ends = openRecentlyUsed<{ epoch: string; seq: number; hash: string }>(mostStreams);
	let atHand: readonly TextRun[] = [];
	const pieces: Pieces = {
		async load(record, count) {
			const key = `${record}+${count}`;
			return loaded.get(key) ?? loaded.set(key, pieceFrom(atHand, record, count) ?? (await loadPiece(db, record, count)));
		},
		chain(hash, record, piece) {
			const key = `${hash} ${record}+${piece.texts.length}`;
			return chains.get(key) ?? chains.set(key, chainOf(hash, piece.texts));
		},
	};
	const at = (store: string, stream: DownStream, seq: number): Promise<string | undefined> => hashAt(db, pieces, store, stream, seq);

	const cut = ({ record, firstSeq, count }: Segment, from: number, upTo: number) => ({
		record: record + Math.max(0, from - firstSeq),
		count: Math.min(firstSeq + count - 1, upTo) - Math.max(firstSeq, from) + 1,
	});

	return {
		hashAt: at,
		/** Committed records that are in memory and are about to be sent: they are not read from the database. */
		keepAtHand(records: readonly { n: number; text: string }[]): void {
			atHand = withRuns(atHand, records);
		},
		/** The text of each of these records that is at hand. */
		textsAtHand(numbers: readonly number[]): (string | undefined)[] {
			let run: TextRun | undefined;
			return numbers.map((n) => {
				if (!run || !holds(run, n)) run = atHand.find((each) => holds(each, n));
				return run?.texts[n - run.first];
			});
		},
		/** Computes the hash of a stream's newest record where it was never needed before. */
		async position(store: string, stream: DownStream, row: StreamRow): Promise<DownPosition> {
			if (row.hash !== null) return { ...row, hash: row.hash };
			const hash = (await at(store, stream, row.last)) ?? noRecords(store, stream);
			// A push that is being written holds the stream's lock. Waiting is not worthwhile: the hash is computed again.
			await db.query(
				`UPDATE down_stream SET hash = $5 WHERE (store, stream) IN (SELECT store, stream FROM down_stream
				 WHERE store = $1 AND stream = $2 AND epoch = $3 AND last = $4 AND hash IS NULL FOR UPDATE SKIP LOCKED)`,
				[store, stream, row.epoch, row.last, hash],
			);
			return { ...row, hash };
		},
		/** Records after `after`, in order, with the chain after each. */
		async after(store: string, stream: DownStream, after: number, limit: number): Promise<ReadRecord[]> {
			// One statement: an epoch and the segments of another one must not be read together.
			const segments = await segmentsBetween(db, store, stream, after + 1, after + limit);
			const parts = segments.map((segment) => cut(segment, after + 1, after + limit)).filter(({ count }) => count > 0);
			const epoch = segments[0]?.epoch;
			if (parts.length === 0 || epoch === undefined) return [];
			const key = `${store} ${stream}`;
			const end = ends.get(key);
			let hash = end && end.seq === after && end.epoch === epoch ? end.hash : await at(store, stream, after);
			if (hash === undefined) return [];
			const rows: ReadRecord[] = [];
			for (const { record, count } of parts) {
				const piece = await pieces.load(record, count);
				const hashes = pieces.chain(hash, record, piece);
				piece.records().forEach((each, index) =>
					rows.push({
						seq: after + 1 + rows.length,
						hash: hashes[index]!,
						record: each,
						n: record + index,
						text: piece.texts[index]!,
					}),
				);
				hash = hashes.at(-1)!;
			}
			ends.set(key, { epoch, seq: rows.at(-1)!.seq, hash });
			return rows;
		},
	};
}
