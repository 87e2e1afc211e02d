/** Coupons: campaigns, what was lent of them to stores, and what stores redeemed. */
export const coupons = `
-- body: the campaign as stores are told it, canonical JSON.
CREATE TABLE coupon (
	id text COLLATE "C" PRIMARY KEY, code text COLLATE "C" NOT NULL, total integer NOT NULL, from_at text NOT NULL, until_at text NOT NULL,
	body text NOT NULL, at text NOT NULL, by_whom text NOT NULL);
CREATE INDEX coupon_by_code ON coupon (code);
-- inc: the incarnation of the box it was lent to. closed_at: the store has said what it used of it.
CREATE TABLE coupon_lease (
	id text COLLATE "C" PRIMARY KEY, coupon text COLLATE "C" NOT NULL, store text COLLATE "C" NOT NULL, inc integer NOT NULL,
	quantity integer NOT NULL, expires_at text NOT NULL, at text NOT NULL, closed_at text);
CREATE INDEX coupon_lease_of ON coupon_lease (coupon, store);
CREATE TABLE coupon_redemption (
	store text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, coupon text COLLATE "C" NOT NULL, lease text COLLATE "C" NOT NULL,
	amount_minor bigint NOT NULL, at text NOT NULL, voided_at text, PRIMARY KEY (store, id));
CREATE INDEX coupon_redemption_of ON coupon_redemption (lease);
CREATE INDEX coupon_redemption_at ON coupon_redemption (coupon, store, at);
`;
