/** Campaigns of coupons: made here, sent to every store, and listed with how many redemptions are lent and used. */

import type { Lent } from "../../words/answers/coupons.ts";
import { canonicalText } from "../../words/basics/canonical-text.ts";
import type { StockRecord } from "../../words/streams/catalog.ts";
import type { Coupon } from "../../words/tills/coupon.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { sendToAll, sendToOne } from "../streams/to-all.ts";
import { lendAtFirst, lentOf } from "./leases.ts";

export interface CouponState extends Coupon {
	by: string;
	at: Instant;
	/** Redemptions that stores reported, without those reversed. */
	redeemed: number;
	/** Redemptions lent to stores and not yet reported as over, used or not. */
	openLeases: number;
	/** The most redemptions that may have happened, also in stores out of reach. Never above `total`. */
	bound: number;
	/** Redemptions that may still be lent. */
	free: number;
}

interface Row {
	body: string;
	at: Instant;
	by: string;
}

export async function makeCoupon(
	db: Db,
	coupon: Coupon,
	by: string,
	now: Instant,
): Promise<{ created: boolean; state: CouponState; stores: string[]; tooOld: string[] }> {
	return db.transaction(async (tx) => {
		// Under a lock: of two requests with one id, the second finds the first.
		await tx.query("SELECT last FROM counter FOR UPDATE");
		const text = canonicalText(coupon);
		const [known] = await tx.query<Row>('SELECT body, at, by_whom AS "by" FROM coupon WHERE id = $1', [coupon.id]);
		if (known) {
			if (known.body !== text)
				throw new HqRefusal("coupon-differs", `Coupon ${coupon.id} was made with other contents. Give this one an id of its own.`);
			return { created: false, state: await stateOf(tx, known), stores: [], tooOld: [] };
		}
		await refuseTakenCode(tx, coupon);
		await keepCoupon(tx, coupon, by, now);
		const sent = await sendToAll(tx, { type: "coupon", coupon }, "coupons");
		await lendAtFirst(tx, coupon, now);
		return { created: true, state: await stateOf(tx, { body: text, at: now, by }), ...sent };
	});
}

/** Two campaigns with one code at the same time are refused: a till could not tell which one is meant. */
async function refuseTakenCode(tx: Queries, { code, from, until }: Coupon): Promise<void> {
	const [other] = await tx.query<{ id: string }>("SELECT id FROM coupon WHERE code = $1 AND from_at < $3 AND until_at > $2 LIMIT 1", [
		code,
		from,
		until,
	]);
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

const figuresOf = (coupon: Coupon, lent: readonly Lent[]): Pick<CouponState, "redeemed" | "openLeases" | "bound" | "free"> => {
	const bound = lent.reduce((sum, lease) => sum + lease.bound, 0);
	return {
		redeemed: lent.reduce((sum, { live }) => sum + live, 0),
		openLeases: lent.reduce((sum, lease) => sum + (lease.closedAt === null ? lease.quantity - lease.live : 0), 0),
		bound,
		free: Math.max(0, coupon.total - bound),
	};
};

async function stateOf(db: Queries, { body, at, by }: Row): Promise<CouponState> {
	const coupon = JSON.parse(body) as Coupon;
	return { ...coupon, by, at, ...figuresOf(coupon, await lentOf(db, coupon.id)) };
}

export async function listCoupons(db: Queries, after: string, limit: number): Promise<CouponState[]> {
	const rows = await db.query<Row>('SELECT body, at, by_whom AS "by" FROM coupon WHERE id > $1 ORDER BY id LIMIT $2', [after, limit]);
	const states: CouponState[] = [];
	for (const row of rows) states.push(await stateOf(db, row));
	return states;
}

/** With what each store was lent. */
export async function requireCoupon(db: Queries, id: string): Promise<CouponState & { leases: Lent[] }> {
	const [row] = await db.query<Row>('SELECT body, at, by_whom AS "by" FROM coupon WHERE id = $1', [id]);
	if (!row) throw new HqRefusal("coupon-unknown", `No coupon has the id ${id}. GET /api/v1/coupons lists them.`);
	return { ...(await stateOf(db, row)), leases: await lentOf(db, id) };
}

/** Campaigns that are not over are sent to a store that was just enrolled; it is lent redemptions when it asks. */
export async function sendCoupons(db: Db, store: string, now: Instant): Promise<void> {
	await db.transaction(async (tx) => {
		const rows = await tx.query<{ body: string }>("SELECT body FROM coupon WHERE until_at > $1 ORDER BY id", [now]);
		const records = rows.map(({ body }): StockRecord => ({ type: "coupon", coupon: JSON.parse(body) as Coupon }));
		await sendToOne(tx, store, records);
	});
}
