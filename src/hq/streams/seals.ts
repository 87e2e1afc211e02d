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

/** The key that seals now: another one after a rotation. */
export type SealSigner = () => SigningKey;

export interface Seals {
	/** The records with their seals. What was not sealed yet is sealed first. */
	sealed(store: string, stream: DownStream, rows: readonly ReadRecord[]): Promise<DownRecord[]>;
}

interface Place {
	record: number;
	seal: string;
	leaf: number;
}

/** A seal whose proofs are at hand: each of a push's 2,000 stores asks for the same ones. */
interface OpenSeal {
	seal: Seal;
	prove(from: number, to: number): string;
	leaves: number;
	/** What it takes on the wire, with a proof. */
	bytes: number;
}

/** Of all seals that are kept open; a leaf and its nodes take about 300 bytes. */
const leavesOpenMost = 200_000;
/** A longer list of stores would be most of each message: then the decision is signed once for each part of it. */
const storesInSeal = 200;
/** A signature, an identifier and a proof, in JSON. */
const runBytes = 700;

const kinds: Record<DownStream, SealKind> = { catalog: "push", stock: "delivery", config: "setting" };

export function openSeals(db: Db, tenant: string, signer: SealSigner, clock: () => Instant): Seals {
	const open = new Map<string, OpenSeal>();
	let leavesOpen = 0;

	async function placesOf(store: string, records: readonly number[]): Promise<Map<number, Place>> {
		const rows = await db.query<Place>(
			`SELECT x.record, x.seal, x.leaf FROM sealed x JOIN seal s ON s.id = x.seal
			 WHERE x.record = ANY($1::bigint[]) AND (s.stores IS NULL OR $2 = ANY(s.stores)) ORDER BY x.record, x.seal`,
			[records, store],
		);
		return new Map(rows.map((row) => [row.record, row]));
	}

	async function opened(id: string): Promise<OpenSeal> {
		const known = open.get(id);
		if (known) {
			open.delete(id);
			open.set(id, known);
			return known;
		}
		const rows = await db.query<{ body: string }>(
			"SELECT r.body FROM sealed x JOIN record r ON r.n = x.record WHERE x.seal = $1 ORDER BY x.leaf",
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
		const made: OpenSeal = { seal, prove, leaves: rows.length, bytes: runBytes + kept.body.length };
		open.set(id, made);
		leavesOpen += made.leaves;
		for (const [oldest, { leaves }] of open) {
			if (leavesOpen <= leavesOpenMost || oldest === id) break;
			open.delete(oldest);
			leavesOpen -= leaves;
		}
		return made;
	}

	return {
		async sealed(store, stream, rows) {
			const numbers = rows.map(({ n }) => n);
			let places = await placesOf(store, numbers);
			const missing = rows.filter(({ n }) => !places.has(n));
			if (missing.length > 0) {
				await sealDecisions(db, { tenant, store, stream, key: signer(), now: clock() }, missing);
				places = await placesOf(store, numbers);
			}
			const out: DownRecord[] = [];
			for (const { seq, hash, n, record } of rows) {
				const place = places.get(n);
				if (!place) throw new Error(`record ${n} has no seal`);
				const { seal, prove, bytes } = await opened(place.seal);
				const sealed: SealedRecord = { seal, leaf: place.leaf, bytes, prove };
				out.push({ seq, hash, record, sealed });
			}
			return out;
		},
	};
}

interface Sealing {
	tenant: string;
	store: string;
	stream: DownStream;
	key: SigningKey;
	now: Instant;
}

/** In one transaction that holds the counter: of two that seal the same decision, the second finds it done. */
async function sealDecisions(db: Db, sealing: Sealing, rows: readonly NumberedRecord[]): Promise<void> {
	await db.transaction(async (tx) => {
		await tx.query("SELECT last FROM counter FOR UPDATE");
		const done = await tx.query<{ record: number }>(
			`SELECT x.record FROM sealed x JOIN seal s ON s.id = x.seal
			 WHERE x.record = ANY($1::bigint[]) AND (s.stores IS NULL OR $2 = ANY(s.stores))`,
			[rows.map(({ n }) => n), sealing.store],
		);
		const isDone = new Set(done.map(({ record }) => record));
		const left = new Map(rows.filter(({ n }) => !isDone.has(n)).map((row) => [row.n, row]));
		for (const row of [...left.values()]) {
			if (!left.has(row.n)) continue;
			for (const n of await sealOne(tx, sealing, row, [...left.values()])) left.delete(n);
		}
	});
}

/** Seals the decision that this record is of; answers which records that were. */
async function sealOne(tx: Queries, sealing: Sealing, row: NumberedRecord, left: readonly NumberedRecord[]): Promise<number[]> {
	const { store } = sealing;
	const said = JSON.parse(row.text) as { type?: string; push?: string; price?: { push?: string } };
	if (sealing.stream === "catalog" && said.type === "article") {
		const records = await articlesWith(tx, row.n, Math.max(...left.map(({ n }) => n)));
		return keepSeal(tx, sealing, records, "everybody");
	}
	const push = said.price ? said.price.push : said.type === "price-end" ? said.push : undefined;
	if (sealing.stream === "catalog" && push !== undefined) {
		const audience = await audienceOf(tx, push, store);
		const records = audience && (await recordsOf(tx, push, row, audience));
		if (audience && records) return keepSeal(tx, sealing, records, audience);
	}
	// The store's own: what else of this page is its own goes with it.
	const own = sealing.stream === "catalog" ? [row] : left;
	return keepSeal(tx, sealing, own, [store]);
}

/** Articles that nobody has sealed yet, from this one up to the page's last and on to the end of their run of numbers. */
async function articlesWith(tx: Queries, from: number, to: number): Promise<NumberedRecord[]> {
	return tx.query<NumberedRecord>(
		`SELECT r.n, r.body AS text FROM record r WHERE r.n >= $1 AND r.n <= greatest($2::bigint, $1 + 20000) AND r.body LIKE '{"article":%'
		 AND NOT EXISTS (SELECT 1 FROM sealed x WHERE x.record = r.n) ORDER BY r.n LIMIT 50000`,
		[from, to],
	);
}

/** The stores of a push as HQ has them; a part of a long list, which has this store. Undefined: it is not among them. */
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

/** All prices of the push that are not sealed for this audience, this record among them. */
async function recordsOf(
	tx: Queries,
	push: string,
	row: NumberedRecord,
	audience: "everybody" | string[],
): Promise<NumberedRecord[] | undefined> {
	const records = await tx.query<NumberedRecord>(
		`SELECT r.n, r.body AS text FROM push_change c JOIN record r ON r.n = c.version WHERE c.push = $1
		 AND NOT EXISTS (SELECT 1 FROM sealed x JOIN seal s ON s.id = x.seal WHERE x.record = r.n AND s.stores IS NOT DISTINCT FROM $2::text[])
		 ORDER BY r.n`,
		[push, audience === "everybody" ? null : audience],
	);
	return records.some(({ n }) => n === row.n) ? records : undefined;
}

async function keepSeal(
	tx: Queries,
	{ tenant, stream, key, now }: Sealing,
	records: readonly NumberedRecord[],
	stores: "everybody" | readonly string[],
): Promise<number[]> {
	const audience: Audience = stores === "everybody" ? { group: "all", version: 1 } : { stores: [...stores] };
	const id = randomBytes(9).toString("base64url");
	const { seal } = sealRecords(
		{ id, tenant, kind: kinds[stream], audience, at: now },
		records.map(({ text }) => text),
		key,
	);
	await tx.query("INSERT INTO seal (id, stores, body) VALUES ($1, $2, $3)", [
		id,
		stores === "everybody" ? null : [...stores],
		JSON.stringify(seal),
	]);
	await tx.query(`INSERT INTO sealed (record, seal, leaf) SELECT n, $1, o - 1 FROM unnest($2::bigint[]) WITH ORDINALITY AS t (n, o)`, [
		id,
		records.map(({ n }) => n),
	]);
	return records.map(({ n }) => n);
}
