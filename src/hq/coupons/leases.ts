/**
 * How many redemptions of a coupon each store may make without head office. What is lent to a box counts as redeemed until that box
 * reports what it used: head office's clock never ends a lease. So the sum of all possible redemptions is never above the
 * campaign's total, whichever line is cut.
 */
import type { HelloUp } from "../../link/protocol/messages.ts";
import type { Lent } from "../../words/answers/head-office/coupons.ts";
import type { StoreEvent } from "../../words/event.ts";
import type { Coupon, CouponLease } from "../../words/tills/coupon.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { sendToOne } from "../streams/to-all.ts";

/** How long a store may use a lease, in milliseconds; then it returns the rest. */
const leaseDays = 7;

/** `store`: counts only what was lent to this one. */
export async function lentOf(db: Queries, coupon: string, store?: string): Promise<Lent[]> {
	const rows = await db.query<Omit<Lent, "bound">>(
		`SELECT l.id, l.store, l.quantity, l.expires_at AS "expiresAt", l.closed_at AS "closedAt",
		  (SELECT count(*)::int FROM coupon_redemption r WHERE r.lease = l.id AND r.voided_at IS NULL) AS live
		 FROM coupon_lease l WHERE l.coupon = $1 AND ($2::text IS NULL OR l.store = $2) ORDER BY l.id`,
		[coupon, store ?? null],
	);
	return rows.map((row) => ({ ...row, bound: row.closedAt === null ? Math.max(row.quantity, row.live) : row.live }));
}

interface AbleStore {
	id: string;
	inc: number;
}

async function ableStores(tx: Queries, only?: string): Promise<AbleStore[]> {
	const rows = await tx.query<AbleStore & { hello: string | null }>(
		"SELECT id, inc, hello FROM store WHERE NOT fenced AND hello IS NOT NULL AND ($1::text IS NULL OR id = $1) ORDER BY id",
		[only ?? null],
	);
	return rows.filter(({ hello }) => (JSON.parse(hello!) as HelloUp).can?.includes("coupons"));
}

/** Every enrolled store gets an equal share, rounded down; the rest goes to stores that ask. */
export async function lendAtFirst(tx: Queries, coupon: Coupon, now: Instant): Promise<void> {
	const stores = await ableStores(tx);
	const share = stores.length === 0 ? 0 : Math.floor(coupon.total / stores.length);
	if (share > 0) for (const store of stores) await lend(tx, { coupon, store, quantity: share }, now);
}

async function lend(
	tx: Queries,
	{ coupon, store, quantity }: { coupon: Coupon; store: AbleStore; quantity: number },
	now: Instant,
): Promise<void> {
	const [{ n }] = (await tx.query<{ n: number }>("SELECT count(*)::int AS n FROM coupon_lease WHERE coupon = $1 AND store = $2", [
		coupon.id,
		store.id,
	])) as [{ n: number }];
	const weekOn = new Date(Date.parse(now) + leaseDays * 86_400_000).toISOString();
	const expiresAt = weekOn < coupon.until ? weekOn : coupon.until;
	const lease: CouponLease = { id: `${coupon.id}:${store.id}:${n + 1}`, coupon: coupon.id, quantity, expiresAt, inc: store.inc };
	await keepLease(tx, store.id, lease, now);
	await sendToOne(tx, store.id, [{ type: "coupon-lease", lease }]);
}

/** A known lease is not changed. */
export async function keepLease(tx: Queries, store: string, { id, coupon, quantity, expiresAt, inc }: CouponLease, now: Instant) {
	await tx.query(
		`INSERT INTO coupon_lease (id, coupon, store, inc, quantity, expires_at, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		 ON CONFLICT (id) DO NOTHING`,
		[id, coupon, store, inc, quantity, expiresAt, now],
	);
}

/** Redemptions after an instant by the stores' clocks, without those reversed. */
export async function redeemedSince(db: Queries, coupon: string, after: Instant): Promise<number> {
	const [row] = await db.query<{ n: number }>(
		"SELECT count(*)::int AS n FROM coupon_redemption WHERE coupon = $1 AND at > $2 AND voided_at IS NULL",
		[coupon, after],
	);
	return row!.n;
}

type CouponFact = Extract<StoreEvent, { type: `coupon.${string}` }>;

export const isCouponFact = (event: StoreEvent): event is CouponFact => event.type.startsWith("coupon.");

/** Applies what a store reports: redemptions, reversals, leases that are over. The caller must hold the store's lock. */
export async function takeCouponFacts(tx: Queries, store: string, events: readonly StoreEvent[]): Promise<void> {
	for (const event of events) {
		if (event.type === "coupon.redeemed")
			await tx.query(
				`INSERT INTO coupon_redemption (store, id, coupon, lease, amount_minor, at) VALUES ($1, $2, $3, $4, $5, $6)
				 ON CONFLICT (store, id) DO NOTHING`,
				[store, event.redemption, event.coupon, event.lease, event.amountMinor, event.at],
			);
		else if (event.type === "coupon.voided")
			await tx.query("UPDATE coupon_redemption SET voided_at = coalesce(voided_at, $3) WHERE store = $1 AND id = $2", [
				store,
				event.redemption,
				event.at,
			]);
		else if (event.type === "coupon.lease-closed")
			await tx.query("UPDATE coupon_lease SET closed_at = coalesce(closed_at, $3) WHERE store = $1 AND id = $2", [
				store,
				event.lease,
				event.at,
			]);
	}
}

/**
 * Lends a store more redemptions of coupons that it just redeemed or had to refuse, where it runs low and some are free. The amount
 * is twice its redemptions of the last hour, at least a tenth of an equal share. True where the store was sent something.
 */
export async function lendMore(db: Db, store: string, coupons: ReadonlySet<string>, now: Instant): Promise<boolean> {
	let isLent = false;
	for (const id of [...coupons].sort()) {
		if (await sendEndAgain(db, store, id)) isLent = true;
		// A first look without the lock: mostly the store has enough.
		if ((await wantedBy(db, id, store, now)) < 1) continue;
		await db.transaction(async (tx) => {
			await tx.query("SELECT last FROM counter FOR UPDATE");
			const [row] = await tx.query<{ body: string }>("SELECT body FROM coupon WHERE id = $1", [id]);
			const [able] = await ableStores(tx, store);
			if (!row || !able) return;
			const coupon = JSON.parse(row.body) as Coupon;
			const free = coupon.total - (await lentOf(tx, id)).reduce((sum, { bound }) => sum + bound, 0);
			const quantity = Math.min(free, await wantedBy(tx, id, store, now));
			if (quantity < 1) return;
			await lend(tx, { coupon, store: able, quantity }, now);
			isLent = true;
		});
	}
	return isLent;
}

/**
 * Sends a store the end of a campaign that it goes on redeeming, because that end was learned back from another store after a restore from
 * a backup. Once for what it was lent.
 */
async function sendEndAgain(db: Db, store: string, coupon: string): Promise<boolean> {
	const unsent = `SELECT c.ended_at AS at FROM coupon c JOIN coupon_lease l ON l.coupon = c.id
		WHERE c.id = $1 AND l.store = $2 AND c.ended_at IS NOT NULL AND l.closed_at IS NULL AND NOT l.end_sent LIMIT 1`;
	if ((await db.query(unsent, [coupon, store])).length === 0) return false;
	return db.transaction(async (tx) => {
		await tx.query("SELECT last FROM counter FOR UPDATE");
		const [row] = await tx.query<{ at: Instant }>(unsent, [coupon, store]);
		if (!row) return false;
		await tx.query("UPDATE coupon_lease SET end_sent = true WHERE coupon = $1 AND store = $2", [coupon, store]);
		await sendToOne(tx, store, [{ type: "coupon-ended", coupon, at: row.at }]);
		return true;
	});
}

/** How many more redemptions the store should be lent; 0 where it has enough, or the coupon is over or was ended. */
async function wantedBy(db: Queries, coupon: string, store: string, now: Instant): Promise<number> {
	const hourAgo = new Date(Date.parse(now) - 3_600_000).toISOString();
	const [row] = await db.query<{ total: number; stores: number; lastHour: number }>(
		`SELECT c.total, (SELECT count(*)::int FROM store) AS stores, (SELECT count(*)::int FROM coupon_redemption r
		  WHERE r.coupon = c.id AND r.store = $2 AND r.at > $3 AND r.voided_at IS NULL) AS "lastHour"
		 FROM coupon c WHERE c.id = $1 AND c.until_at > $4 AND c.ended_at IS NULL`,
		[coupon, store, hourAgo, now],
	);
	if (!row) return 0;
	const open = (await lentOf(db, coupon, store)).filter(({ closedAt, expiresAt }) => closedAt === null && expiresAt > now);
	const left = open.reduce((sum, { quantity, live }) => sum + Math.max(0, quantity - live), 0);
	const wanted = Math.max(1, 2 * row.lastHour, Math.floor(row.total / Math.max(1, row.stores) / 10));
	return left * 2 >= wanted ? 0 : wanted;
}
