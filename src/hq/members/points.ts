/**
 * Points of members. What a member has is computed from sales and from what came back of them, so that nothing is taken back twice. A
 * store spends only what it was lent; what is lent counts as spent until the store says what it used, also where its time is over.
 */
import { randomBytes } from "node:crypto";
import type { HelloUp } from "../../link/protocol/messages.ts";
import { canonicalText } from "../../words/basics/canonical-text.ts";
import { defined } from "../../words/defined.ts";
import type { StoreEvent } from "../../words/event.ts";
import { memberDigest } from "../../words/members/member.ts";
import type { StockRecord } from "../../words/streams/catalog.ts";
import { type PointsLease, type PointsRule, pointsFor } from "../../words/tills/points.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { sendToAll, sendToOne } from "../streams/to-all.ts";

export interface PointsAtHq {
	pseudonym: string;
	/** Below 0 where goods came back whose points were spent. */
	balance: number;
	/** Lent to stores and not reported as over, without what they said they spent. */
	lent: number;
	/** May still be lent. */
	free: number;
	leases: { id: string; store: string; points: number; used: number; expiresAt: Instant }[];
}

export async function makePointsRule(db: Db, rule: PointsRule, by: string, now: Instant) {
	return db.transaction(async (tx) => {
		await tx.query("SELECT last FROM counter FOR UPDATE");
		const [known] = await tx.query<{ body: string }>("SELECT body FROM points_rule WHERE id = $1", [rule.id]);
		if (known && known.body !== canonicalText(rule))
			throw new HqRefusal("points-rule-differs", `Rule ${rule.id} was made with other contents. Give this one an id of its own.`);
		if (known) return { created: false, rule, stores: [], tooOld: [] };
		await keepPointsRule(tx, rule, by, now);
		return { created: true, rule, ...(await sendToAll(tx, { type: "points-rule", rule }, "points")) };
	});
}

export async function keepPointsRule(tx: Queries, rule: PointsRule, by: string, now: Instant): Promise<void> {
	await tx.query("INSERT INTO points_rule (id, body, at, by_whom) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING", [
		...[rule.id, canonicalText(rule), now, by],
	]);
}

export async function listPointsRules(db: Queries): Promise<PointsRule[]> {
	const rows = await db.query<{ body: string }>("SELECT body FROM points_rule ORDER BY id");
	return rows.map(({ body }) => JSON.parse(body) as PointsRule);
}

/** Sends the rules to a store that was just enrolled. */
export async function sendPointsRules(db: Db, store: string): Promise<void> {
	await db.transaction(async (tx) => {
		const records = (await listPointsRules(tx)).map((rule): StockRecord => ({ type: "points-rule", rule }));
		await sendToOne(tx, store, records);
	});
}

type PointsFact = Extract<StoreEvent, { type: `points.${string}` }>;

/** Takes what a store reports. A member who was erased earns and spends nothing any more. The caller must hold the store's lock. */
export async function takePointsFacts(tx: Queries, store: string, events: readonly StoreEvent[]): Promise<void> {
	for (const event of events) if (event.type.startsWith("points.")) await takeFact(tx, store, event as PointsFact);
}

async function takeFact(tx: Queries, store: string, event: PointsFact): Promise<void> {
	const [erased] = await tx.query("SELECT 1 FROM member_erasure WHERE digest = $1", [memberDigest(event.member)]);
	if (erased) return;
	if (event.type === "points.lease-closed") {
		await tx.query("UPDATE points_lease SET closed_at = coalesce(closed_at, $3) WHERE store = $1 AND id = $2", [
			store,
			event.lease,
			event.at,
		]);
		return;
	}
	const { till, sale, member } = event;
	if (event.type === "points.earned") {
		await tx.query(
			`INSERT INTO points_sale (store, till, sale, member, lines, paid_minor, minor_per_point, spent, at)
			 VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8) ON CONFLICT (store, till, sale) DO NOTHING`,
			[store, till, sale, member, linesOf([store, till, sale]), event.paidMinor, event.minorPerPoint, event.at],
		);
		return;
	}
	await tx.query("UPDATE points_sale SET spent = spent + $4 WHERE store = $1 AND till = $2 AND sale = $3", [
		store,
		till,
		sale,
		event.points,
	]);
	await tx.query("UPDATE points_lease SET used = used + $3 WHERE store = $1 AND id = $2", [store, event.lease, event.points]);
}

interface SaleRow {
	paid: number;
	perPoint: number;
	spent: number;
	refunded: number;
}

/** The names of a sale's lines begin with this; a number follows, whose digits sort before a colon. */
const linesOf = (parts: readonly string[]): string => `${parts.map((part) => encodeURIComponent(part)).join("/")}/`;

async function balanceOf(db: Queries, member: string): Promise<number> {
	const sales = await db.query<SaleRow>(
		`SELECT s.paid_minor AS paid, s.minor_per_point AS "perPoint", s.spent,
		  (SELECT coalesce(sum((r.body::jsonb->>'refundMinor')::bigint), 0)::bigint FROM goods_return r
		   WHERE r.line > s.lines AND r.line < s.lines || ':') AS refunded
		 FROM points_sale s WHERE s.member = $1`,
		[member],
	);
	let balance = 0;
	for (const { paid, perPoint, spent, refunded } of sales) {
		const back = Math.min(paid, refunded);
		// Points that were spent on goods that came back return to the member, by the share that was refunded.
		const again = paid === 0 ? 0 : Number((BigInt(spent) * BigInt(back)) / BigInt(paid));
		balance += pointsFor({ minorPerPoint: perPoint }, paid - back) - spent + again;
	}
	return balance;
}

export async function pointsOf(db: Queries, member: string): Promise<PointsAtHq> {
	const leases = await db.query<PointsAtHq["leases"][number]>(
		`SELECT id, store, points, used, expires_at AS "expiresAt" FROM points_lease
		 WHERE member = $1 AND closed_at IS NULL ORDER BY id`,
		[member],
	);
	const balance = await balanceOf(db, member);
	const lent = leases.reduce((sum, { points, used }) => sum + Math.max(0, points - used), 0);
	return { pseudonym: member, balance, lent, free: Math.max(0, balance - lent), leases };
}

/** How long a store may spend of a lease, in milliseconds; a paid basket ends it earlier. */
const leaseMs = 4 * 3_600_000;

/** Tells the store what the members have who just showed their codes there, and lends it what is free. False: nothing was sent. */
export async function lendPoints(db: Db, store: string, events: readonly StoreEvent[], now: Instant): Promise<boolean> {
	const shown = visitsIn(events);
	if (shown.size === 0 || (await listPointsRules(db)).length === 0) return false;
	return db.transaction(async (tx) => {
		await tx.query("SELECT last FROM counter FOR UPDATE");
		const [row] = await tx.query<{ inc: number; hello: string | null; fenced: boolean }>(
			"SELECT inc, hello, fenced FROM store WHERE id = $1",
			[store],
		);
		if (!row || row.fenced || row.hello === null || !(JSON.parse(row.hello) as HelloUp).can?.includes("points")) return false;
		const records: StockRecord[] = [];
		for (const [member, seq] of shown) records.push(await balanceRecord(tx, { store, inc: row.inc, member, shown: seq }, now));
		await sendToOne(tx, store, records);
		return true;
	});
}

/** Members who showed a code: the number of that fact; undefined where a basket was paid since. */
function visitsIn(events: readonly StoreEvent[]): Map<string, number | undefined> {
	const shown = new Map<string, number | undefined>();
	for (const event of events) {
		if (event.type === "member.presented") shown.set(event.member, event.seq);
		if (event.type === "points.earned" && shown.has(event.member)) shown.set(event.member, undefined);
	}
	return shown;
}

async function balanceRecord(
	tx: Queries,
	{ store, inc, member, shown }: { store: string; inc: number; member: string; shown: number | undefined },
	now: Instant,
): Promise<StockRecord> {
	const { balance, free } = await pointsOf(tx, member);
	const [erased] = await tx.query("SELECT 1 FROM member_erasure WHERE digest = $1", [memberDigest(member)]);
	const expiresAt = new Date(Date.parse(now) + leaseMs).toISOString();
	// Random, not a count of rows: rows of erased members are deleted, and an id must not be given twice.
	const id = `${store}:points:${randomBytes(9).toString("base64url")}`;
	const isLent = free > 0 && !erased && shown !== undefined;
	const lease: PointsLease | undefined = isLent ? { id, member, points: free, expiresAt, inc, shown } : undefined;
	if (lease) await keepPointsLease(tx, store, lease, now);
	return { type: "points-balance", member, balance, at: now, ...defined({ lease }) };
}

/** Also for a lease that a restored head office learns back from its store. A known lease is not changed. */
export async function keepPointsLease(tx: Queries, store: string, { id, member, points, expiresAt, inc }: PointsLease, now: Instant) {
	await tx.query(
		`INSERT INTO points_lease (id, member, store, inc, points, used, expires_at, at) VALUES ($1, $2, $3, $4, $5, 0, $6, $7)
		 ON CONFLICT (id) DO NOTHING`,
		[id, member, store, inc, points, expiresAt, now],
	);
}
