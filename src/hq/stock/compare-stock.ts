import type { StockCompared, StockQuestion, StockReader } from "../../link/hq/repository.ts";
import { addStockToSums, bucketOf, differingTexts, openSums, textsOfSums } from "../../link/protocol/buckets.ts";
import type { StockRow } from "../../link/protocol/messages.ts";
import type { Instant } from "../../words/time.ts";
import { endAlarms, standAlarms, standing } from "../alarms/standing-alarms.ts";
import type { Db, Queries } from "../database/database.ts";
import { holdStore } from "../stores/stores.ts";
import type { ChainReader } from "../streams/chain-reader.ts";
import { downAfter } from "../streams/down.ts";
import { limitConcurrency } from "../streams/turns.ts";
import { namesOf, stockAlarmOf, stockDiffers } from "./stock-alarms.ts";

/** One comparison at a time reads a whole store's stock: 2,000 stores that start together must not fill the memory. */
const comparisonsAtOnce = 1;
const pageRows = 5_000;
/** With more records or facts on their way than this, the comparison is postponed. */
const mostUnderWay = 1_000;

/**
 * Compares the stock of stores with HQ's (LINK rule 6). The sums only say where to look, and may be wrong while goods move. Rows are
 * compared at positions: HQ's row has all facts up to the store's position, and an article that moved since is left out.
 */
export function openStockReader(db: Db, chains: ChainReader, clock: () => Instant): StockReader {
	const inTurn = limitConcurrency(comparisonsAtOnce);
	return {
		differingBuckets: (store, sums) =>
			inTurn(async () => {
				const differing = new Set(differingTexts(await sumsOf(db, store), sums));
				await endElsewhere(db, store, differing);
				return [...differing];
			}),
		compareRows: (store, asked) => inTurn(() => compareRows(db, chains, store, asked, clock())),
	};
}

async function sumsOf(db: Queries, store: string): Promise<string[]> {
	const sums = openSums();
	for (let after: string | undefined = ""; after !== undefined; ) {
		const rows: HandRow[] = await db.query<HandRow>(
			"SELECT sku, on_hand, counted_at FROM on_hand WHERE store = $1 AND sku > $2 ORDER BY sku LIMIT $3",
			[store, after, pageRows],
		);
		for (const row of rows) addStockToSums(sums, stockRowOf(row));
		after = rows.length === pageRows ? rows.at(-1)!.sku : undefined;
	}
	return textsOfSums(sums);
}

interface HandRow {
	sku: string;
	on_hand: number;
	counted_at: string | null;
}
const stockRowOf = ({ sku, on_hand, counted_at }: HandRow): StockRow => [sku, on_hand, counted_at];

/** Ends the alarms of articles whose buckets are equal. */
async function endElsewhere(db: Db, store: string, differing: ReadonlySet<string>): Promise<void> {
	const over = (await standing(db, store, stockDiffers)).filter(({ subject }) => !differing.has(bucketOf(subject)));
	if (over.length > 0)
		await db.transaction((tx) =>
			endAlarms(
				tx,
				over.map(({ id }) => id),
			),
		);
}

async function compareRows(
	db: Db,
	chains: ChainReader,
	store: string,
	asked: StockQuestion,
	now: Instant,
): Promise<StockCompared | undefined> {
	const sent = await movementsAfter(db, chains, store, asked);
	if (!sent) return undefined;
	return db.transaction(async (tx) => {
		await holdStore(tx, store);
		const heard = await movedSince(tx, store, asked);
		if (!heard || (await streamOf(tx, store))?.last !== sent.last) return undefined;
		const moving = new Set([...sent.skus, ...heard]);
		const ours = new Map((await rowsIn(tx, store, asked)).map((row) => [row.sku, stockRowOf(row)]));
		const named = new Map(asked.rows.map((row) => [row[0], row]));
		const differs = asked.rows.flatMap((row): StockRow[] => {
			const own = ours.get(row[0]) ?? [row[0], 0, null];
			return moving.has(row[0]) || (own[1] === row[1] && own[2] === row[2]) ? [] : [own];
		});
		await keepDifferences(tx, store, { named, differs, moving }, now);
		const unnamed = [...ours.values()].filter(([sku, onHand, countedAt]) => !named.has(sku) && (onHand !== 0 || countedAt !== null));
		return {
			differs,
			unnamed: unnamed.slice(0, mostUnderWay).map(([sku]) => sku),
			moving: asked.rows.flatMap(([sku]) => (moving.has(sku) ? [sku] : [])),
		};
	});
}

const streamOf = async (db: Queries, store: string): Promise<{ epoch: string; last: number } | undefined> =>
	(
		await db.query<{ epoch: string; last: number }>("SELECT epoch, last FROM down_stream WHERE store = $1 AND stream = 'stock'", [store])
	)[0];

/** SKUs of movements that HQ has decided and the store did not have when it read its rows. Undefined: too many, or another epoch. */
async function movementsAfter(
	db: Db,
	chains: ChainReader,
	store: string,
	{ at }: StockQuestion,
): Promise<{ skus: string[]; last: number } | undefined> {
	const here = await streamOf(db, store);
	if (!here || (at.stock && at.stock.epoch !== here.epoch)) return undefined;
	const after = at.stock?.position ?? 0;
	if (here.last - after > mostUnderWay || after > here.last) return undefined;
	const records = here.last === after ? [] : await downAfter(db, chains, store, "stock", after, mostUnderWay);
	const skus = records.flatMap(({ record }) => {
		const { type, movement } = record as { type?: string; movement?: { sku: string } };
		return type === "movement" && movement ? [movement.sku] : [];
	});
	return { skus, last: here.last };
}

const factsPerPage = 500;
const pagesMost = 20;

/** SKUs that moved by facts after the store's position. Undefined: HQ has not heard that far, or very much further. */
async function movedSince(tx: Queries, store: string, { at: { facts } }: StockQuestion): Promise<string[] | undefined> {
	const [here] = await tx.query<{ epoch: string; position: number }>(
		"SELECT epoch, position FROM up_epoch WHERE store = $1 AND stream = 'facts' AND current",
		[store],
	);
	if (here?.epoch !== facts.epoch || here.position < facts.position) return undefined;
	const skus: string[] = [];
	if (here.position === facts.position) return skus;
	let before = Number.MAX_SAFE_INTEGER;
	for (let page = 0; page < pagesMost; page += 1) {
		const rows = await tx.query<{ n: number; stream: string; epoch: string; seq: number; type: string; body: string }>(
			"SELECT n, stream, epoch, seq, type, body FROM up_fact WHERE store = $1 AND n < $2 ORDER BY n DESC LIMIT $3",
			[store, before, factsPerPage],
		);
		for (const { stream, epoch, seq, type, body } of rows) {
			if (stream !== "facts" || epoch !== facts.epoch) continue;
			if (seq <= facts.position) return skus;
			if (type === "stock.moved") skus.push((JSON.parse(body) as { movement: { sku: string } }).movement.sku);
		}
		if (rows.length < factsPerPage) return skus;
		before = rows.at(-1)!.n;
	}
	return undefined;
}

const rowsIn = (tx: Queries, store: string, { bucket, after, upTo }: StockQuestion): Promise<HandRow[]> =>
	tx.query<HandRow>(
		`SELECT sku, on_hand, counted_at FROM on_hand WHERE store = $1 AND sku > $2 AND ($3::text IS NULL OR sku <= $3)
		 AND substr(encode(sha256(convert_to(sku, 'UTF8')), 'hex'), 1, 2) = $4 ORDER BY sku`,
		[store, after, upTo ?? null, bucket],
	);

interface Found {
	named: ReadonlyMap<string, StockRow>;
	differs: readonly StockRow[];
	moving: ReadonlySet<string>;
}

/** Raises an alarm for each article that differs, and ends those of articles that were looked at and do not. */
async function keepDifferences(tx: Queries, store: string, { named, differs, moving }: Found, now: Instant): Promise<void> {
	const names = await namesOf(
		tx,
		differs.map(([sku]) => sku),
	);
	const alarms = differs.map((own) => stockAlarmOf(store, { ...names.get(own[0]), sku: own[0], ours: own, theirs: named.get(own[0])! }));
	await standAlarms(tx, alarms, now);
	const still = new Set(differs.map(([sku]) => sku));
	const over = [...named.keys()].filter((sku) => !still.has(sku) && !moving.has(sku));
	await endAlarms(
		tx,
		over.map((sku) => `${stockDiffers}:${store}:${sku}`),
	);
}
