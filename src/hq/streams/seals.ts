/**
 * HQ's seals of what it has decided (LINK rule 17). A record is sealed when it is first handed to a store, together with the rest of its
 * decision: one signature, however many stores hear it.
 *
 *     prices and price ends of a push    for the stores of the push        articles    for all: they describe the chain's goods
 *     settings, stock, anything else     for the store that hears it
 */
import { randomBytes } from "node:crypto";
import type { DownRecord } from "../../link/hq/repository.ts";
import type { SealedRecord } from "../../link/machine/sender.ts";
import type { DownStream } from "../../link/protocol/messages.ts";
import type { SigningKey } from "../../trust/keys.ts";
import { type Audience, proveAgain, type Seal, type SealKind, sealRecords } from "../../trust/seal.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import type { ReadRecord } from "./chain-reader.ts";
import type { NumberedRecord } from "./down.ts";

/** Answers the key that seals at the moment; after a rotation it is another one. */
export type SealSigner = () => SigningKey;

export interface Seals {
	/** The records with their seals. Records that have none are sealed first. */
	sealed(store: string, stream: DownStream, rows: readonly ReadRecord[]): Promise<DownRecord[]>;
}

interface Place {
	record: number;
	seal: string;
	leaf: number;
}

/** Records with consecutive numbers, `first` to `first + count - 1`, that are consecutive leaves from `leaf` on. */
interface Run {
	first: number;
	count: number;
	leaf: number;
}

function runsOf(numbers: readonly number[]): Run[] {
	const runs: Run[] = [];
	for (const [leaf, n] of numbers.entries()) {
		const last = runs.at(-1);
		if (last && n === last.first + last.count) last.count += 1;
		else runs.push({ first: n, count: 1, leaf });
	}
	return runs;
}

/** The runs of seals for this store that have at least one of the records, in the order of the seals' names. */
function sealedRuns(db: Queries, records: readonly number[], store: string): Promise<(Run & { seal: string })[]> {
	const asked = runsOf([...records].sort((a, b) => a - b)).map(({ first, count }) => `[${first},${first + count})`);
	return db.query<Run & { seal: string }>(
		`SELECT x.seal, x.first, x.count, x.leaf FROM sealed_run x JOIN seal s ON s.id = x.seal
		 WHERE int8range(x.first, x.first + x.count) && $1::int8multirange AND (s.stores IS NULL OR $2 = ANY(s.stores)) ORDER BY x.seal`,
		[`{${asked.join(",")}}`, store],
	);
}

/** A seal whose records and proofs are at hand: each of a push's 2,000 stores asks for the same ones. */
interface OpenSeal {
	seal: Seal;
	/** Null: every store. */
	stores: ReadonlySet<string> | null;
	/** The numbers of its records, by leaf. */
	records: readonly number[];
	prove(from: number, to: number): string;
	/** Bytes of the seal on the wire, with one proof. */
	bytes: number;
}

/** The most leaves of all seals in memory; a leaf and its nodes take about 300 bytes. */
const leavesOpenMost = 150_000;
/** The most stores in one seal. A longer list would be most of each message, so the decision is sealed once for each part of it. */
const storesInSeal = 200;
/** Bytes in JSON of a signature, an identifier and a proof. */
const runBytes = 700;

const kinds: Record<DownStream, SealKind> = { catalog: "push", stock: "delivery", config: "setting" };

interface SealsDeps {
	signer: SealSigner;
	clock: () => Instant;
	/** The records of a decision that was just sealed: they are sent next. */
	keepAtHand(records: readonly NumberedRecord[]): void;
	/** The texts of committed records that are in memory, undefined for others. */
	textsAtHand(numbers: readonly number[]): (string | undefined)[];
}

export function openSeals(db: Db, tenant: string, { signer, clock, keepAtHand, textsAtHand }: SealsDeps): Seals {
	const open = openSealCache();

	async function placesOf(store: string, records: readonly number[]): Promise<Map<number, Place>> {
		const places = new Map<number, Place>();
		for (const { seal, first, count, leaf } of await sealedRuns(db, records, store))
			for (const record of records)
				if (record >= first && record < first + count) places.set(record, { record, seal, leaf: leaf + record - first });
		return places;
	}

	async function opened(id: string): Promise<OpenSeal> {
		const known = open.get(id);
		if (known) return known;
		const rows = await db.query<{ n: number; body: string }>(
			`SELECT r.n, r.body FROM sealed_run x JOIN record r ON r.n >= x.first AND r.n < x.first + x.count
			 WHERE x.seal = $1 ORDER BY x.leaf, r.n`,
			[id],
		);
		const [kept] = await db.query<{ body: string }>("SELECT body FROM seal WHERE id = $1", [id]);
		if (!kept) throw new Error(`seal ${id} is gone`);
		const seal = JSON.parse(kept.body) as Seal;
		const prove = proveAgain(
			seal,
			rows.map((row) => row.body),
		);
		if (!prove) throw new Error(`the records of seal ${id} are not those that were sealed`);
		const records = rows.map(({ n }) => n);
		return open.put(openSealOf(seal, records, prove));
	}

	/** From those at hand, else from the database; what nobody sealed for this store is sealed first. */
	async function placesFor(store: string, stream: DownStream, rows: readonly ReadRecord[]): Promise<Map<number, Place>> {
		const places = new Map<number, Place>();
		const lookAt = (found: Iterable<Place>): void => {
			for (const place of found) places.set(place.record, place);
		};
		const missing = (): ReadRecord[] => rows.filter(({ n }) => !places.has(n));
		const atHand = (): void => lookAt(missing().flatMap(({ n }) => open.placeOf(n, store) ?? []));
		const kept = async (): Promise<void> => {
			const numbers = missing().map(({ n }) => n);
			if (numbers.length > 0) lookAt((await placesOf(store, numbers)).values());
		};
		atHand();
		await kept();
		if (missing().length === 0) return places;
		const made = await sealDecisions(db, { tenant, store, stream, key: signer(), now: clock(), textsAtHand }, missing());
		for (const { sealed } of made) open.put(sealed);
		if (made.length > 0) keepAtHand(made.flatMap(({ records }) => records));
		atHand();
		await kept();
		return places;
	}

	return {
		async sealed(store, stream, rows) {
			const places = await placesFor(store, stream, rows);
			const out: DownRecord[] = [];
			let last: OpenSeal | undefined;
			for (const { seq, hash, n, record } of rows) {
				const place = places.get(n);
				if (!place) throw new Error(`record ${n} has no seal`);
				if (last?.seal.id !== place.seal) last = await opened(place.seal);
				const sealed: SealedRecord = { seal: last.seal, leaf: place.leaf, bytes: last.bytes, prove: last.prove };
				out.push({ seq, hash, record, sealed });
			}
			return out;
		},
	};
}

function openSealOf(seal: Seal, records: readonly number[], prove: OpenSeal["prove"]): OpenSeal {
	const { audience } = seal;
	const stores = "stores" in audience ? new Set(audience.stores) : null;
	return { seal, stores, records, prove, bytes: runBytes + JSON.stringify(seal).length };
}

/** The seals that were used last, and where each of their records is. */
function openSealCache() {
	const open = new Map<string, OpenSeal>();
	const placesOf = new Map<number, Place[]>();
	let leaves = 0;

	function drop(id: string, { records }: OpenSeal): void {
		open.delete(id);
		leaves -= records.length;
		for (const record of records) {
			const left = placesOf.get(record)?.filter(({ seal }) => seal !== id) ?? [];
			if (left.length > 0) placesOf.set(record, left);
			else placesOf.delete(record);
		}
	}

	return {
		get(id: string): OpenSeal | undefined {
			const known = open.get(id);
			if (!known) return undefined;
			open.delete(id);
			open.set(id, known);
			return known;
		},
		put(made: OpenSeal): OpenSeal {
			const { id } = made.seal;
			const known = open.get(id);
			if (known) return known;
			open.set(id, made);
			leaves += made.records.length;
			made.records.forEach((record, leaf) => {
				const place = { record, seal: id, leaf };
				const others = placesOf.get(record);
				placesOf.set(record, others ? [...others, place] : [place]);
			});
			for (const [oldest, seal] of open) {
				if (leaves <= leavesOpenMost || oldest === id) break;
				drop(oldest, seal);
			}
			return made;
		},
		placeOf: (record: number, store: string): Place | undefined =>
			placesOf.get(record)?.find(({ seal }) => {
				const stores = open.get(seal)!.stores;
				return stores === null || stores.has(store);
			}),
	};
}

interface Sealing {
	tenant: string;
	store: string;
	stream: DownStream;
	key: SigningKey;
	now: Instant;
	textsAtHand: SealsDeps["textsAtHand"];
}

interface FreshSeal {
	sealed: OpenSeal;
	records: readonly NumberedRecord[];
}

/** Seals in one transaction that holds the lock of the counter: where two processes seal the same decision, the second finds it done. */
async function sealDecisions(db: Db, sealing: Sealing, rows: readonly NumberedRecord[]): Promise<FreshSeal[]> {
	return db.transaction(async (tx) => {
		const made: FreshSeal[] = [];
		await tx.query("SELECT last FROM counter FOR UPDATE");
		const numbers = rows.map(({ n }) => n);
		const done = await sealedRuns(tx, numbers, sealing.store);
		const isDone = (n: number): boolean => done.some(({ first, count }) => n >= first && n < first + count);
		const left = new Map(rows.filter(({ n }) => !isDone(n)).map((row) => [row.n, row]));
		for (const row of [...left.values()]) {
			if (!left.has(row.n)) continue;
			const fresh = await sealOne(tx, sealing, row, [...left.values()]);
			made.push(fresh);
			for (const { n } of fresh.records) left.delete(n);
		}
		return made;
	});
}

/** Seals the decision that this record belongs to; answers which records that are. */
async function sealOne(tx: Queries, sealing: Sealing, row: NumberedRecord, left: readonly NumberedRecord[]): Promise<FreshSeal> {
	const { store } = sealing;
	const said = JSON.parse(row.text) as { type?: string; push?: string; price?: { push?: string } };
	if (sealing.stream === "catalog" && said.type === "article") {
		const records = await textsOf(tx, sealing, await articlesWith(tx, row.n, Math.max(...left.map(({ n }) => n))));
		return keepSeal(tx, sealing, records, "everybody");
	}
	const push = said.price ? said.price.push : said.type === "price-end" ? said.push : undefined;
	if (sealing.stream === "catalog" && push !== undefined) {
		const audience = await audienceOf(tx, push, store);
		const records = audience && (await recordsOf(tx, sealing, push, row, audience));
		if (audience && records) return keepSeal(tx, sealing, records, audience);
	}
	// A record for one store: the other such records of the page are sealed together with it.
	const own = sealing.stream === "catalog" ? [row] : left;
	return keepSeal(tx, sealing, own, [store]);
}

/** Record numbers from a multirange as PostgreSQL writes it: `{[4,7),[9,10)}`. */
function numbersIn(multirange: string | null | undefined): number[] {
	const runs = (multirange ?? "").matchAll(/\[(\d+),(\d+)\)/g);
	return [...runs].flatMap(([, from, to]) => Array.from({ length: Number(to) - Number(from) }, (_, i) => Number(from) + i));
}

/** The records with their texts; only those that are not in memory are read. */
async function textsOf(tx: Queries, { textsAtHand }: Sealing, numbers: readonly number[]): Promise<NumberedRecord[]> {
	const texts = textsAtHand(numbers);
	const away = numbers.filter((_, i) => texts[i] === undefined);
	const read = away.length === 0 ? [] : await tx.query<NumberedRecord>("SELECT n, body AS text FROM record WHERE n = ANY($1)", [away]);
	const textOf = new Map(read.map(({ n, text }) => [n, text]));
	return numbers.flatMap((n, i) => {
		const text = texts[i] ?? textOf.get(n);
		return text === undefined ? [] : [{ n, text }];
	});
}

/** Numbers of articles without a seal, from this one up to the page's last and on to the end of their run of numbers. */
async function articlesWith(tx: Queries, from: number, to: number): Promise<number[]> {
	const [found] = await tx.query<{ runs: string | null }>(
		`SELECT range_agg(int8range(n, n, '[]'))::text AS runs FROM (
		 SELECT r.n FROM record r WHERE r.n >= $1 AND r.n <= greatest($2::bigint, $1 + 20000) AND r.body LIKE '{"article":%'
		 AND NOT coalesce((SELECT range_agg(int8range(x.first, x.first + x.count)) FROM sealed_run x
			WHERE int8range(x.first, x.first + x.count) && int8range($1, greatest($2::bigint, $1 + 20000), '[]')) @> r.n, false)
		 ORDER BY r.n LIMIT 50000) a`,
		[from, to],
	);
	return numbersIn(found?.runs);
}

/** The stores of a push; of a long list the part that has this store. Undefined: this store is not among them. */
async function audienceOf(tx: Queries, push: string, store: string): Promise<"everybody" | string[] | undefined> {
	const stores = (await tx.query<{ store: string }>("SELECT store FROM push_store WHERE push = $1 ORDER BY store", [push])).map(
		(row) => row.store,
	);
	const at = stores.indexOf(store);
	if (at < 0) return undefined;
	const [all] = await tx.query<{ n: number }>("SELECT count(*)::bigint AS n FROM store");
	if (all!.n > 1 && all!.n === stores.length) return "everybody";
	const part = at - (at % storesInSeal);
	return stores.slice(part, part + storesInSeal);
}

/** Of a push of millions of prices, so many before and after a record are sealed with it. */
const sealedAround = 40_000;

/** The prices of the push around this record that are not sealed for this audience, and this one. */
async function recordsOf(
	tx: Queries,
	sealing: Sealing,
	push: string,
	row: NumberedRecord,
	audience: "everybody" | string[],
): Promise<NumberedRecord[] | undefined> {
	const [found] = await tx.query<{ runs: string | null }>(
		`SELECT (range_agg(int8range(c.version, c.version, '[]')) - coalesce(
			(SELECT range_agg(int8range(x.first, x.first + x.count)) FROM sealed_run x JOIN seal s ON s.id = x.seal
			WHERE int8range(x.first, x.first + x.count) && (SELECT int8range(min(version), max(version), '[]') FROM push_change WHERE push = $1)
			AND s.stores IS NOT DISTINCT FROM $2::text[]), '{}'))::text AS runs
		 FROM push_change c WHERE c.push = $1 AND c.version BETWEEN $3::bigint - $4::bigint AND $3::bigint + $4::bigint`,
		[push, audience === "everybody" ? null : audience, row.n, sealedAround],
	);
	const records = await textsOf(tx, sealing, numbersIn(found?.runs));
	return records.some(({ n }) => n === row.n) ? records : undefined;
}

async function keepSeal(
	tx: Queries,
	{ tenant, stream, key, now }: Sealing,
	records: readonly NumberedRecord[],
	stores: "everybody" | readonly string[],
): Promise<FreshSeal> {
	const audience: Audience = stores === "everybody" ? { group: "all", version: 1 } : { stores: [...stores] };
	const id = randomBytes(9).toString("base64url");
	const { seal, prove } = sealRecords(
		{ id, tenant, kind: kinds[stream], audience, at: now },
		records.map(({ text }) => text),
		key,
	);
	await tx.query("INSERT INTO seal (id, stores, body) VALUES ($1, $2, $3)", [
		id,
		stores === "everybody" ? null : [...stores],
		JSON.stringify(seal),
	]);
	const numbers = records.map(({ n }) => n);
	const runs = runsOf(numbers);
	await tx.query(
		`INSERT INTO sealed_run (seal, leaf, first, count)
		 SELECT $1, leaf, first, count FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS t (leaf, first, count)`,
		[id, runs.map(({ leaf }) => leaf), runs.map(({ first }) => first), runs.map(({ count }) => count)],
	);
	return { sealed: openSealOf(seal, numbers, prove), records };
}
