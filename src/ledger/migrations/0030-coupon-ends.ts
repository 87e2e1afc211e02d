/** Campaigns that head office ended before their time. */
export const couponEnds = "ALTER TABLE coupon ADD COLUMN ended TEXT;";
