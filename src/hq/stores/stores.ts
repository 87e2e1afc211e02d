import { createHash, randomBytes } from "node:crypto";
import type { BoxKey, DownPosition, StoreState, UpPosition } from "../../link/hq/repository.ts";
import { name } from "../../link/protocol/ids.ts";
import type { DownStream, HelloUp, UpStream } from "../../link/protocol/messages.ts";
import type { StoreRow } from "../../words/answers/head-office/stores.ts";
import { type Instant, isTimeZone } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { isGreeted } from "../restore/generations.ts";
import type { ChainReader, StreamRow } from "../streams/chain-reader.ts";
import { openDownStreams } from "../streams/down.ts";

export interface Enrolled {
	inc: number;
	created: boolean;
	/** The store's password for the broker, shown once; HQ keeps its hash. The broker checks it. */
	token?: string;
}

/**
 * Makes a store with incarnation 1. A store that is there already stays as it is; `replace` (a box swap) grants the next incarnation, which
 * fences the old box.
 */
export async function enroll(db: Db, store: string, now: Instant, replace = false): Promise<Enrolled> {
	if (!name.safeParse(store).success) throw new HqRefusal("bad-field", `"${store}" cannot name a store: use 1 to 32 of a-z, 0-9, _ and -.`);
	const token = randomBytes(24).toString("base64url");
	const tokenHash = createHash("sha256").update(token).digest("hex");
	return db.transaction(async (tx) => {
		const made = await tx.query(
			`
			INSERT INTO store (id, inc, enrolled_at, token_sha256) VALUES ($1, 1, $2, $3) ON CONFLICT (id) DO NOTHING RETURNING 1`,
			[store, now, tokenHash],
		);
		if (made.length > 0) {
			await openDownStreams(tx, store);
			return { inc: 1, created: true, token };
		}
		if (!replace) return { inc: (await tx.query<{ inc: number }>("SELECT inc FROM store WHERE id = $1", [store]))[0]!.inc, created: false };
		const [row] = await tx.query<{ inc: number }>("UPDATE store SET inc = inc + 1, token_sha256 = $2 WHERE id = $1 RETURNING inc", [
			store,
			tokenHash,
		]);
		return { inc: row!.inc, created: false, token };
	});
}

/** Sets the time zone that counts until the store itself reports one. */
export async function setTimeZone(db: Db, store: string, timeZone: string): Promise<void> {
	await db.transaction((tx) => tx.query("UPDATE store SET time_zone = $2 WHERE id = $1", [store, timeZone]));
}

export const requireStore = (db: Queries, store: string): Promise<void> => requireStores(db, [store]);

export async function requireStores(db: Queries, names: readonly string[]): Promise<void> {
	const rows = await db.query<{ id: string }>("SELECT id FROM store WHERE id = ANY($1)", [names]);
	const unknown = names.find((name) => rows.every(({ id }) => id !== name));
	if (unknown !== undefined) throw new HqRefusal("store-unknown", `No store is enrolled as ${unknown}. GET /api/v1/stores lists them.`);
}

/**
 * Locks a store until the transaction ends. Whatever changes a store's stock or takes its facts holds this lock, so that it happens one
 * after the other.
 */
export async function holdStore(tx: Queries, store: string): Promise<void> {
	const rows = await tx.query("SELECT 1 FROM store WHERE id = $1 FOR UPDATE", [store]);
	if (rows.length === 0) throw new HqRefusal("store-unknown", `No store is enrolled as ${store}. GET /api/v1/stores lists them.`);
}

const columns = `
	SELECT s.id, s.inc AS incarnation, s.fenced, s.enrolled_at AS "enrolledAt", s.heard_at AS "lastContact", s.hello,
		s.prices_frozen AS frozen, s.time_zone AS "timeZone",
		(SELECT coalesce(sum(last - acked), 0)::bigint FROM down_stream d WHERE d.store = s.id) AS "waitingDown",
		(SELECT count(*)::bigint FROM dead_letter l WHERE l.store = s.id) AS "deadLetters",
		(SELECT position FROM up_epoch u WHERE u.store = s.id AND u.stream = 'facts' AND u.current) AS facts,
		alarms.red, alarms.yellow, alarms.blue
	FROM store s CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE level = 'RED')::int AS red,
		count(*) FILTER (WHERE level = 'YELLOW')::int AS yellow, count(*) FILTER (WHERE level = 'BLUE')::int AS blue
		FROM store_alarm a WHERE a.store = s.id) alarms`;

interface KeptStore extends Omit<StoreRow, "build" | "offlineDaysLeft" | "factsWaiting" | "alarms" | "pricesFrozen"> {
	hello: string | null;
	frozen: string | null;
	/** HQ's position in the store's facts. */
	facts: number | null;
	red: number;
	yellow: number;
	blue: number;
}

function toStore({ hello, frozen, facts, red, yellow, blue, ...row }: KeptStore): StoreRow {
	const said = hello === null ? undefined : (JSON.parse(hello) as HelloUp);
	const head = said?.up.facts;
	return {
		...row,
		build: said?.build ?? null,
		offlineDaysLeft: said?.free.offlineDaysLeft ?? null,
		factsWaiting: head ? Math.max(0, head.last - (facts ?? 0)) : null,
		alarms: { red, yellow, blue },
		pricesFrozen: frozen === null ? null : (JSON.parse(frozen) as StoreRow["pricesFrozen"]),
	};
}

export async function listStores(db: Queries, after: string, limit: number): Promise<StoreRow[]> {
	return (await db.query<KeptStore>(`${columns} WHERE s.id > $1 ORDER BY s.id LIMIT $2`, [after, limit])).map(toStore);
}

export async function readStore(db: Queries, store: string): Promise<StoreRow> {
	const [row] = await db.query<KeptStore>(`${columns} WHERE s.id = $1`, [store]);
	if (!row) throw new HqRefusal("store-unknown", `No store is enrolled as ${store}. GET /api/v1/stores lists them.`);
	return toStore(row);
}

/** The store's keys, newest first; at most one has no end. */
export async function keysOf(db: Queries, store: string): Promise<BoxKey[]> {
	return db.query<BoxKey>(
		"SELECT kid, public, inc, ended_at IS NOT NULL AS ended FROM store_key WHERE store = $1 ORDER BY enrolled_at DESC LIMIT 64",
		[store],
	);
}

/** How many box swaps a restored database may have lost. */
const swapsUnknownMost = 16;

export async function loadState(db: Queries, chains: ChainReader, tenant: string, store: string): Promise<StoreState | undefined> {
	const [row] = await db.query<{ inc: number; fenced: boolean; place: string | null }>(
		"SELECT inc, fenced, place_approval AS place FROM store WHERE id = $1",
		[store],
	);
	if (!row) return undefined;
	const up = await db.query<UpPosition & { stream: UpStream }>(
		"SELECT stream, epoch, position, hash FROM up_epoch WHERE store = $1 AND current",
		[store],
	);
	const heads = await db.query<StreamRow & { stream: DownStream }>(
		"SELECT stream, epoch, last, hash, acked FROM down_stream WHERE store = $1",
		[store],
	);
	const dn: [DownStream, DownPosition][] = [];
	for (const { stream, ...head } of heads) dn.push([stream, await chains.position(store, stream, head)]);
	return {
		tenant,
		inc: row.inc,
		incMost: (await isGreeted(db, store)) ? row.inc : row.inc + swapsUnknownMost,
		fenced: row.fenced,
		...(row.place !== null && { place: JSON.parse(row.place) as Record<string, unknown> }),
		up: Object.fromEntries(up.map(({ stream, ...position }) => [stream, position])),
		dn: Object.fromEntries(dn),
	};
}

export async function heard(tx: Queries, store: string, hello: HelloUp, now: Instant): Promise<void> {
	const { timeZone } = hello;
	await tx.query(
		`UPDATE store SET heard_at = $2, hello = $3, inc = greatest(inc, $4::bigint), time_zone = coalesce($5, time_zone) WHERE id = $1`,
		[store, now, JSON.stringify(hello), hello.inc, timeZone !== undefined && isTimeZone(timeZone) ? timeZone : null],
	);
}

export async function seen(tx: Queries, store: string, now: Instant): Promise<void> {
	await tx.query("UPDATE store SET heard_at = $2 WHERE id = $1 AND coalesce(heard_at, '') < $2", [store, now]);
}

/** Makes an epoch current, beginning at `base`; an epoch that was seen before continues at its own position. */
export async function openUpEpoch(
	tx: Queries,
	store: string,
	stream: UpStream,
	epoch: string,
	base: { position: number; hash: string },
): Promise<UpPosition> {
	await holdStore(tx, store);
	await tx.query("UPDATE up_epoch SET current = false WHERE store = $1 AND stream = $2 AND epoch <> $3", [store, stream, epoch]);
	const [row] = await tx.query<UpPosition>(
		`INSERT INTO up_epoch (store, stream, epoch, position, hash, current) VALUES ($1, $2, $3, $4, $5, true)
		 ON CONFLICT (store, stream, epoch) DO UPDATE SET current = true RETURNING epoch, position, hash`,
		[store, stream, epoch, base.position, base.hash],
	);
	return row!;
}
