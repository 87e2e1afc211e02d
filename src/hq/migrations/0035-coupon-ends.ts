/** Campaigns of coupons that were ended before their time. */
export const couponEnds = `
ALTER TABLE coupon ADD COLUMN ended_at text;
ALTER TABLE coupon ADD COLUMN ended_by text;
-- end_sent: the store that the lease was lent to was sent the end of its campaign.
ALTER TABLE coupon_lease ADD COLUMN end_sent boolean NOT NULL DEFAULT false;
`;
