/** Campaigns of coupons: made here, sent to every store, and listed with how many redemptions are lent and used. */

import type { CouponAtHq, Lent } from "../../words/answers/head-office/coupons.ts";
import { canonicalText } from "../../words/basics/canonical-text.ts";
import { defined } from "../../words/defined.ts";
import type { StockRecord } from "../../words/streams/catalog.ts";
import type { Coupon } from "../../words/tills/coupon.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { sendToAll, sendToOne } from "../streams/to-all.ts";
import { lendAtFirst, lentOf, redeemedSince } from "./leases.ts";

interface Row {
	body: string;
	at: Instant;
	by: string;
	endedAt: Instant | null;
	endedBy: string | null;
}

const columns = 'body, at, by_whom AS "by", ended_at AS "endedAt", ended_by AS "endedBy"';

export async function makeCoupon(
	db: Db,
	coupon: Coupon,
	by: string,
	now: Instant,
): Promise<{ created: boolean; state: CouponAtHq; stores: string[]; tooOld: string[] }> {
	return db.transaction(async (tx) => {
		// Under a lock: of two requests with one id, the second finds the first.
		await tx.query("SELECT last FROM counter FOR UPDATE");
		const text = canonicalText(coupon);
		const known = await findRow(tx, coupon.id);
		if (known) {
			if (known.body !== text)
				throw new HqRefusal("coupon-differs", `Coupon ${coupon.id} was made with other contents. Give this one an id of its own.`);
			return { created: false, state: await stateOf(tx, known), stores: [], tooOld: [] };
		}
		await refuseTakenCode(tx, coupon);
		await keepCoupon(tx, coupon, by, now);
		const sent = await sendToAll(tx, { type: "coupon", coupon }, "coupons");
		await lendAtFirst(tx, coupon, now);
		return { created: true, state: await stateOf(tx, (await findRow(tx, coupon.id))!), ...sent };
	});
}

/** Two campaigns with one code at the same time are refused: a till could not tell which one is meant. */
async function refuseTakenCode(tx: Queries, { code, from, until }: Coupon): Promise<void> {
	const [other] = await tx.query<{ id: string }>(
		`SELECT id FROM coupon WHERE code = $1 AND from_at < $3 AND until_at > $2 AND (ended_at IS NULL OR ended_at > $2) LIMIT 1`,
		[code, from, until],
	);
	if (other) throw new HqRefusal("coupon-code-taken", `Coupon ${other.id} has the code ${code} at the same time.`);
}

/** False when the id is known. */
export async function keepCoupon(tx: Queries, coupon: Coupon, by: string, now: Instant): Promise<boolean> {
	const { id, code, total, from, until } = coupon;
	const made = await tx.query(
		`INSERT INTO coupon (id, code, total, from_at, until_at, body, at, by_whom) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		 ON CONFLICT (id) DO NOTHING RETURNING 1`,
		[id, code, total, from, until, canonicalText(coupon), now, by],
	);
	return made.length > 0;
}

const figuresOf = (coupon: Coupon, lent: readonly Lent[]): Pick<CouponAtHq, "redeemed" | "openLeases" | "bound" | "free"> => {
	const bound = lent.reduce((sum, lease) => sum + lease.bound, 0);
	return {
		redeemed: lent.reduce((sum, { live }) => sum + live, 0),
		openLeases: lent.reduce((sum, lease) => sum + (lease.closedAt === null ? lease.quantity - lease.live : 0), 0),
		bound,
		free: Math.max(0, coupon.total - bound),
	};
};

async function findRow(db: Queries, id: string): Promise<Row | undefined> {
	const [row] = await db.query<Row>(`SELECT ${columns} FROM coupon WHERE id = $1`, [id]);
	return row;
}

function unknown(id: string): never {
	throw new HqRefusal("coupon-unknown", `No coupon has the id ${id}. GET /api/v1/coupons lists them.`);
}

async function stateOf(db: Queries, { body, at, by, endedAt, endedBy }: Row): Promise<CouponAtHq> {
	const coupon = JSON.parse(body) as Coupon;
	const state = { ...coupon, by, at, ...figuresOf(coupon, await lentOf(db, coupon.id)) };
	if (endedAt === null) return state;
	const redeemedAfterEnd = await redeemedSince(db, coupon.id, endedAt);
	return { ...state, free: 0, endedAt, ...defined({ endedBy: endedBy ?? undefined }), redeemedAfterEnd };
}

/**
 * Ends a campaign early: nothing more is lent of it, and each store refuses its coupons and reports its leases from the moment it hears.
 * Until then what was lent to it counts as redeemed. The first end counts; a repeated request is answered with it.
 */
export async function endCoupon(
	db: Db,
	id: string,
	by: string,
	now: Instant,
): Promise<{ state: CouponAtHq; stores: string[]; tooOld: string[] }> {
	return db.transaction(async (tx) => {
		await tx.query("SELECT last FROM counter FOR UPDATE");
		const row = (await findRow(tx, id)) ?? unknown(id);
		const { until } = JSON.parse(row.body) as Coupon;
		if (row.endedAt !== null) return { state: await stateOf(tx, row), stores: [], tooOld: [] };
		if (until <= now) throw new HqRefusal("coupon-over", `Coupon ${id} was good until ${until}; there is nothing to end.`);
		await keepEnd(tx, id, by, now);
		await tx.query("UPDATE coupon_lease SET end_sent = true WHERE coupon = $1", [id]);
		const sent = await sendToAll(tx, { type: "coupon-ended", coupon: id, at: now }, "coupon-ends");
		return { state: await stateOf(tx, (await findRow(tx, id))!), ...sent };
	});
}

/** The first end of a campaign stays. */
export async function keepEnd(tx: Queries, id: string, by: string, at: Instant): Promise<void> {
	await tx.query("UPDATE coupon SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at IS NULL", [id, at, by]);
}

export async function listCoupons(db: Queries, after: string, limit: number): Promise<CouponAtHq[]> {
	const rows = await db.query<Row>(`SELECT ${columns} FROM coupon WHERE id > $1 ORDER BY id LIMIT $2`, [after, limit]);
	const states: CouponAtHq[] = [];
	for (const row of rows) states.push(await stateOf(db, row));
	return states;
}

/** With what each store was lent. */
export async function requireCoupon(db: Queries, id: string): Promise<CouponAtHq & { leases: Lent[] }> {
	const row = (await findRow(db, id)) ?? unknown(id);
	return { ...(await stateOf(db, row)), leases: await lentOf(db, id) };
}

/** Campaigns that are neither over nor ended are sent to a store that was just enrolled; it is lent redemptions when it asks. */
export async function sendCoupons(db: Db, store: string, now: Instant): Promise<void> {
	await db.transaction(async (tx) => {
		const rows = await tx.query<{ body: string }>("SELECT body FROM coupon WHERE until_at > $1 AND ended_at IS NULL ORDER BY id", [now]);
		const records = rows.map(({ body }): StockRecord => ({ type: "coupon", coupon: JSON.parse(body) as Coupon }));
		await sendToOne(tx, store, records);
	});
}
