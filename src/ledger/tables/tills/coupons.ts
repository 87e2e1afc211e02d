import { defined } from "../../../words/defined.ts";
import type { Coupon, CouponLease, CouponLeaseView, KnownCoupon } from "../../../words/tills/coupon.ts";
import type { Instant } from "../../../words/time.ts";
import type { Connection } from "../../file/open.ts";

export interface Redemption {
	id: string;
	coupon: string;
	lease: string;
	/** The till's request, as text. */
	asked: string;
	serial?: string;
	member?: string;
	basket?: string;
	worth: number;
	at: Instant;
	voided?: Instant;
}

interface RedemptionRow extends Omit<Redemption, "serial" | "member" | "basket" | "voided"> {
	serial: string | null;
	member: string | null;
	basket: string | null;
	voided: string | null;
}

export interface LeaseRow extends Omit<CouponLease, "inc" | "expiresAt"> {
	used: number;
	expires: Instant;
	closed: 0 | 1;
}

export function readCoupons(db: Connection) {
	const get = db.prepare<[string], { body: string }>("SELECT body FROM coupon WHERE id = ?");
	const byCode = db.prepare<[string], { body: string }>("SELECT body FROM coupon WHERE code = ? ORDER BY until DESC, id LIMIT 20");
	const page = db.prepare<[string, number], { body: string; ended: Instant | null }>(
		"SELECT body, ended FROM coupon WHERE id > ? ORDER BY id LIMIT ?",
	);
	const leases = db.prepare<[string], LeaseRow>("SELECT * FROM coupon_lease WHERE coupon = ? ORDER BY expires, id");
	const lease = db.prepare<[string], LeaseRow>("SELECT * FROM coupon_lease WHERE id = ?");
	const open = db.prepare<[string], LeaseRow>("SELECT * FROM coupon_lease WHERE closed = 0 AND coupon = ? ORDER BY expires, id");
	const due = db.prepare<[string, number], LeaseRow>(
		"SELECT * FROM coupon_lease WHERE closed = 0 AND expires <= ? ORDER BY expires, id LIMIT ?",
	);
	const redemption = db.prepare<[string], RedemptionRow>("SELECT * FROM coupon_redemption WHERE id = ?");
	const serial = db.prepare<[string, string], { id: string }>(
		"SELECT id FROM coupon_redemption WHERE coupon = ? AND serial = ? AND voided IS NULL",
	);
	const ended = db.prepare<[string], { ended: Instant | null }>("SELECT ended FROM coupon WHERE id = ?");
	const redeemed = db.prepare<[string], { n: number }>("SELECT coalesce(sum(used), 0) AS n FROM coupon_lease WHERE coupon = ?");
	const byMember = db.prepare<[string, string], { n: number }>(
		"SELECT count(*) AS n FROM coupon_redemption WHERE coupon = ? AND member = ? AND voided IS NULL",
	);
	const couponIn = ({ body }: { body: string }): Coupon => JSON.parse(body) as Coupon;
	return {
		get(id: string): Coupon | undefined {
			const row = get.get(id);
			return row && couponIn(row);
		},
		/** Campaigns with this code, the one that ends last first. */
		byCode: (code: string): Coupon[] => byCode.all(code).map(couponIn),
		/** By id. */
		page: (after: string, limit: number): KnownCoupon[] =>
			page.all(after, limit).map(({ body, ended: endedAt }) => ({ ...couponIn({ body }), ...defined({ endedAt: endedAt ?? undefined }) })),
		/** All of them, the one that ends first first. */
		leases: (coupon: string): CouponLeaseView[] =>
			leases
				.all(coupon)
				.map(({ id, quantity, used, expires, closed }) => ({ id, quantity, used, expiresAt: expires, isClosed: closed === 1 })),
		/** When head office ended the campaign early. */
		endOf: (id: string): Instant | undefined => ended.get(id)?.ended ?? undefined,
		/** How often it was redeemed here, without what was given back. */
		redeemedOf: (id: string): number => redeemed.get(id)!.n,
		lease: (id: string): LeaseRow | undefined => lease.get(id),
		/** Leases whose end head office was not told, the one that ends first first. */
		openLeases: (coupon: string): LeaseRow[] => open.all(coupon),
		dueLeases: (now: Instant, limit: number): LeaseRow[] => due.all(now, limit),
		redemption(id: string): Redemption | undefined {
			const row = redemption.get(id);
			if (!row) return undefined;
			const { serial: of, member, basket, voided, ...rest } = row;
			return {
				...rest,
				...defined({ serial: of ?? undefined, member: member ?? undefined, basket: basket ?? undefined, voided: voided ?? undefined }),
			};
		},
		/** Whether the paper with this serial number was redeemed here. */
		isUsed: (coupon: string, number: string): boolean => serial.get(coupon, number) !== undefined,
		ofMember: (coupon: string, member: string): number => byMember.get(coupon, member)!.n,
	};
}

export function writeCoupons(db: Connection) {
	const put = db.prepare("INSERT INTO coupon (id, code, until, body) VALUES (?, ?, ?, ?)");
	const end = db.prepare("UPDATE coupon SET ended = ? WHERE id = ? AND ended IS NULL");
	const putLease = db.prepare("INSERT INTO coupon_lease (id, coupon, quantity, used, expires, closed) VALUES (?, ?, ?, 0, ?, 0)");
	const use = db.prepare("UPDATE coupon_lease SET used = used + ? WHERE id = ?");
	const close = db.prepare("UPDATE coupon_lease SET closed = 1 WHERE id = ?");
	const redeem = db.prepare(
		"INSERT INTO coupon_redemption (id, coupon, lease, asked, serial, member, basket, worth, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	);
	const undo = db.prepare("UPDATE coupon_redemption SET voided = ? WHERE id = ?");
	return {
		put: (coupon: Coupon): void => void put.run(coupon.id, coupon.code, coupon.until, JSON.stringify(coupon)),
		/** False where it was ended before. */
		end: (id: string, at: Instant): boolean => end.run(at, id).changes > 0,
		putLease: ({ id, coupon, quantity, expiresAt }: CouponLease): void => void putLease.run(id, coupon, quantity, expiresAt),
		close: (lease: string): void => void close.run(lease),
		redeem({ id, coupon, lease, asked, serial, member, basket, worth, at }: Redemption): void {
			use.run(1, lease);
			redeem.run(id, coupon, lease, asked, serial ?? null, member ?? null, basket ?? null, worth, at);
		},
		undo({ id, lease }: Redemption, at: Instant): void {
			use.run(-1, lease);
			undo.run(at, id);
		},
	};
}
