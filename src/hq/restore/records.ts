import { createHash } from "node:crypto";
import {
	alreadyBack,
	highestVersion,
	isWhole,
	type Known,
	lastCommonNumber,
	receivedAfter,
	rowsSince,
	understood,
} from "../../link/hq/reconcile.ts";
import type { RestoredStream, RestoreQuestion } from "../../link/hq/repository.ts";
import type { DownStream } from "../../link/protocol/messages.ts";
import type { Restoration } from "../../words/answers/head-office/stores.ts";
import { canonicalText } from "../../words/basics/canonical-text.ts";
import { nextHash } from "../../words/basics/chain.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { holdStore } from "../stores/stores.ts";
import { hashWithin } from "../streams/chain-reader.ts";
import { appendDown, keepRecords, newEpoch, takeNumbers } from "../streams/down.ts";
import { cutStream, type PlacedRecord, recordsBetween } from "../streams/segments.ts";
import { resendCatalog } from "./catalog.ts";
import { lastNumberBefore } from "./generations.ts";
import { restoreStock } from "./orders.ts";

export interface RestoredCounts {
	prices: number;
	articles: number;
	orders: number;
	again: number;
}

/** One record that HQ had lost. `n`: its number at HQ; `isNew`: no store has sent it back before. */
export interface LostRecord {
	sha: string;
	n: number;
	text: string;
	record: Known;
	isNew: boolean;
}

const shaOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/**
 * After HQ's database was restored, a store may have records that HQ lost. They become part of the store's stream at HQ again, unchanged.
 * The records that HQ has sent to this store since follow them, and other stores are sent under new versions what they lack. All of it is
 * one transaction; running it again changes nothing.
 */
export async function restoreFromStore(
	db: Db,
	store: string,
	stream: DownStream,
	asked: RestoreQuestion,
	now: Instant,
): Promise<RestoredStream & { touched: string[] }> {
	return db.transaction(async (tx) => {
		await holdStore(tx, store);
		await tx.query("SELECT last FROM counter FOR UPDATE");
		const [head] = await tx.query<{ last: number }>("SELECT last FROM down_stream WHERE store = $1 AND stream = $2 FOR UPDATE", [
			store,
			stream,
		]);
		if (!head) throw new Error(`store ${store} has no ${stream} stream`);
		const after = Math.min(asked.after, head.last);
		const own = await recordsBetween(tx, store, stream, Math.max(1, after), head.last);
		const trunkRow = own[0]?.seq === after ? own.shift() : undefined;
		const lastCommon =
			lastCommonNumber(
				after,
				own.map((row) => row.body),
				asked.received,
			) - after;
		const before = await lastNumberBefore(tx, store, own[lastCommon - 1]?.n ?? trunkRow?.n ?? 0);
		// Every record that HQ appended before the backup was received by the store up to its position, also where the record at it is damaged.
		const heard = Math.max(lastCommon, Math.min(own.filter(({ n }) => n <= before).length, asked.position - after));
		const behind = asked.rows.length > 0 ? await textsUpTo(tx, store, after + heard) : [];
		const received = receivedAfter(after + heard, asked.received);
		const missing = [...rowsSince(asked.rows, received, { before, trunk: behind, now }), ...received];
		const back = alreadyBack(
			missing,
			own.slice(heard).map((row) => row.body),
		);
		const same = heard + back;
		const trunk = { position: after + same, hash: await chainBefore(tx, store, stream, after, own.slice(0, same)) };
		const tail = own.slice(same).map(({ n, body }) => ({ n, text: body }));
		const { lost, base } = await takeOver(tx, store, stream, trunk, missing.slice(back));
		const whole = isWhole(after, asked.position, asked.received);
		const counts: RestoredCounts = { prices: 0, articles: 0, orders: 0, again: 0 };
		const touched = new Set([store]);
		const isMoved = base.position > trunk.position;
		if (stream === "catalog" && isMoved) {
			const heard = await resendCatalog(tx, { store, before, now, trunk: trunk.position, base: base.position, tail }, lost, counts);
			for (const each of heard) touched.add(each);
		} else if (isMoved) await appendDown(tx, store, stream, tail);
		if (stream === "stock")
			await restoreStock(
				tx,
				store,
				lost.map(({ record }) => record),
				now,
				counts,
			);
		if (stream === "config") await resendSettings(tx, store, lost, tail, counts);

		const [stands] = await tx.query<{ epoch: string; last: number }>(
			"UPDATE down_stream SET epoch = $3, acked = $4, handed = $4 WHERE store = $1 AND stream = $2 RETURNING epoch, last",
			[store, stream, newEpoch(), base.position],
		);
		const fresh = lost.filter(({ isNew }) => isNew).length;
		if (fresh > 0 || !whole)
			await tx.query(
				"INSERT INTO restoration (at, store, stream, before, records, prices, articles, orders, again, whole) VALUES ($1, $2, $3, $4, " +
					"$5, $6, $7, $8, $9, $10)",
				[now, store, stream, before, fresh, counts.prices, counts.articles, counts.orders, counts.again, whole],
			);
		return { ...stands!, base, whole, records: fresh, ...counts, touched: [...touched] };
	});
}

async function textsUpTo(tx: Queries, store: string, seq: number): Promise<string[]> {
	return (await recordsBetween(tx, store, "catalog", 1, seq)).map(({ body }) => body);
}

/** The hash of the chain after number `after`. */
async function chainBefore(tx: Queries, store: string, stream: DownStream, after: number, then: readonly PlacedRecord[]): Promise<string> {
	const from = await hashWithin(tx, store, stream, after);
	if (from === undefined) throw new Error(`the ${stream} stream of store ${store} has no record ${after}`);
	return then.reduce((hash, { body }) => nextHash(hash, body), from);
}

/** Puts the lost records after the trunk and removes what HQ has there; the caller appends that after them. */
async function takeOver(
	tx: Queries,
	store: string,
	stream: DownStream,
	trunk: { position: number; hash: string },
	texts: readonly string[],
): Promise<{ lost: LostRecord[]; base: { position: number; hash: string } }> {
	if (texts.length === 0) return { lost: [], base: trunk };
	const records = new Map(understood(stream, texts).map(({ text, record }) => [text, record]));
	// The counter must be above every number that the store has received, before a new one is given.
	await tx.query("UPDATE counter SET last = greatest(last, $1::bigint)", [highestVersion([...records.values()])]);
	const numbers = await numbersOf(tx, [...new Set(texts)], records);

	await cutStream(tx, store, stream, trunk.position, trunk.hash);
	await appendDown(
		tx,
		store,
		stream,
		texts.map((text) => ({ n: numbers.get(text)!.n, text })),
	);
	let { hash } = trunk;
	for (const text of texts) hash = nextHash(hash, text);
	const lost = texts.flatMap((text): LostRecord[] => {
		const record = records.get(text);
		return record ? [{ ...numbers.get(text)!, text, record }] : [];
	});
	return { lost, base: { position: trunk.position + texts.length, hash } };
}

interface Numbered {
	sha: string;
	n: number;
	isNew: boolean;
}

/**
 * The number of each text, whichever store sends it back: HQ's own where it has appended the same text since, else the number under which
 * it came back.
 */
async function numbersOf(tx: Queries, texts: readonly string[], records: ReadonlyMap<string, Known>): Promise<Map<string, Numbered>> {
	const versions = [...records.values()].flatMap((record) =>
		record.type === "article" ? [record.article.version] : "price" in record ? [record.price.version] : [],
	);
	const own = await tx.query<{ n: number; body: string }>("SELECT n, body FROM record WHERE n = ANY($1::bigint[])", [versions]);
	const ownOf = new Map(own.map(({ n, body }) => [body, n]));
	const shas = new Map(texts.map((text) => [text, shaOf(text)]));
	const known = await tx.query<{ sha: string; n: number }>("SELECT sha, n FROM learned WHERE sha = ANY($1)", [[...shas.values()]]);
	const knownOf = new Map(known.map(({ sha, n }) => [sha, n]));
	const numbers = new Map<string, Numbered>();
	const fresh: string[] = [];
	for (const text of texts) {
		const sha = shas.get(text)!;
		const n = ownOf.get(text) ?? knownOf.get(sha);
		if (n === undefined) fresh.push(text);
		else numbers.set(text, { sha, n, isNew: false });
	}
	if (fresh.length === 0) return numbers;
	const first = await takeNumbers(tx, fresh.length);
	await keepRecords(
		tx,
		fresh.map((text, index) => ({ n: first + index, text })),
	);
	await tx.query("INSERT INTO learned (sha, n) SELECT * FROM unnest($1::text[], $2::bigint[])", [
		fresh.map((text) => shas.get(text)),
		fresh.map((_, index) => first + index),
	]);
	fresh.forEach((text, index) => numbers.set(text, { sha: shas.get(text)!, n: first + index, isNew: true }));
	return numbers;
}

/** Sends settings again that HQ has changed since the restore: the store would take the restored ones for newer. */
async function resendSettings(
	tx: Queries,
	store: string,
	lost: readonly LostRecord[],
	tail: readonly { text: string }[],
	counts: RestoredCounts,
): Promise<void> {
	const names = new Set(lost.flatMap(({ record }) => (record.type === "setting" ? [record.setting.name] : [])));
	const since = understood(
		"config",
		tail.map(({ text }) => text),
	).flatMap(({ record }) => (record.type === "setting" && names.has(record.setting.name) ? [record.setting] : []));
	if (since.length === 0) return;
	const first = await takeNumbers(tx, since.length);
	const records = since.map((setting, index) => ({
		n: first + index,
		text: canonicalText({ type: "setting", setting: { ...setting, version: first + index } }),
	}));
	await keepRecords(tx, records);
	await appendDown(tx, store, "config", records);
	counts.again += records.length;
}

/** The records that stores have sent back, newest first. */
export async function listRestorations(db: Queries, limit: number): Promise<Restoration[]> {
	return db.query<Restoration>(
		"SELECT at, store, stream, records, prices, articles, orders, again, whole FROM restoration ORDER BY n DESC LIMIT $1",
		[limit],
	);
}
