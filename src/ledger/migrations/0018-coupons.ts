/** Coupons, what head office has lent of them to this store, and what was redeemed here. */
export const coupons = `
CREATE TABLE coupon (id TEXT PRIMARY KEY, code TEXT NOT NULL, until TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX coupon_by_code ON coupon (code);
-- used: redemptions that count. closed: it is over, and head office was told how much of it was used.
CREATE TABLE coupon_lease (
	id TEXT PRIMARY KEY, coupon TEXT NOT NULL, quantity INTEGER NOT NULL, used INTEGER NOT NULL, expires TEXT NOT NULL,
	closed INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX coupon_lease_open ON coupon_lease (coupon, expires) WHERE closed = 0;
-- asked: what the till asked, as text. serial: of the one piece of paper, where it has one. basket: it was redeemed with.
CREATE TABLE coupon_redemption (
	id TEXT PRIMARY KEY, coupon TEXT NOT NULL, lease TEXT NOT NULL, asked TEXT NOT NULL, serial TEXT, member TEXT, basket TEXT,
	worth INTEGER NOT NULL, at TEXT NOT NULL, voided TEXT) WITHOUT ROWID;
CREATE UNIQUE INDEX coupon_redemption_serial ON coupon_redemption (coupon, serial) WHERE serial IS NOT NULL AND voided IS NULL;
CREATE INDEX coupon_redemption_member ON coupon_redemption (coupon, member) WHERE member IS NOT NULL AND voided IS NULL;
`;
