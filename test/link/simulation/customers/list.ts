/**
 * What has to come to pass in the runs with customers (`World.saw`), or their promises prove nothing; customers.test.ts holds the runs to
 * it. The promises (judge.ts, and the people in orders.ts and trade.ts):
 *
 *   no bag twice, none to nobody          handed, nobody, guess
 *   what is in a bag was wanted           bag, wrong
 *   no coupon above its total or lease    coupon; by whoever had the money off, and by head office
 *   an ended campaign is over           ended; in a store from the moment it has heard, with all it was lent given back
 *   no line comes back twice              returned; nor more money than was paid for it
 *   a basket costs what it must           charged, sale
 *   a transfer has one end everywhere     transfer
 *   stock of all kinds adds up            stock, grants; on hand, staged, granted, available, apart and on the way, at both ends, and as
 *                                         people count it
 *   no promise above grants               promise: whoever was promised a piece finds it on the shelf
 *   both ends tell one story              placed, order, rerouted, unfit
 *   each sale in the feed exactly once    feed
 *   nobody waits for ever                 stuck
 */
export const customersToBeProved: Record<string, readonly string[]> = {
	"orders of all ways": [
		...["accept", "refuse", "short", "ready", "pick", "pick a substitute", "hand-over", "shelve"].map((act) => `order: ${act}`),
		...["a customer was told: placed", "a customer was told: another store", "cancellation asked", "sold at once"],
	],
	"people who try to get a bag that is not theirs": [
		"hand-over refused: code-wrong",
		"hand-over refused: code-locked",
		"handOverOrder refused: order-handed-over",
	],
	"goods that nobody lent": ["order refused: grant-short", "order refused: store-not-heard"],
	"a scan of what nobody wanted": ["pickForOrder refused: order-wrong-article"],
	"coupons, again and again": [
		...["a campaign was made", "coupon accepted", "coupon given back", "coupon refused: coupon-no-quota"],
		...["coupon refused: coupon-unknown", "a basket was paid", "a basket was paid with a coupon"],
		...["redeemCoupon refused: redemption-differs", "a campaign was ended early", "coupon refused: coupon-ended"],
		...["settle refused: coupon-ended"],
	],
	"goods that come back": [
		...["taken where it was sold", "taken in another store", "taken by head office", "return-asked", "line-returned"].map(
			(what) => `return: ${what}`,
		),
		...["returnGoods refused: line-returned", "return at head office: return-asked", "kept apart: to shelf", "kept apart: to waste"],
	],
	"goods from store to store": ["planned", "sent", "received", "called off"].map((act) => `transfer: ${act}`),
	"answers that never came": ["an answer was lost on its way to a person"],
	"trade beside it": ["sold at a till", "delivered", "grant asked"],
	"lost, doubled, late": ["data", "ack"].flatMap((what) => [`${what} lost`, `${what} doubled`, `${what} late`]),
	"power cuts, also between two writes": ["fault: power-cut", "fault: power-cut-at-write", "fault: hq-crash", "fault: hq-cut-at-write"],
	partitions: ["fault: offline", "fault: hq-offline", "fault: half-open", "fault: session-forgotten", "fault: broker-restart"],
	"disks that are full": ["fault: disk-full", "fault: hq-disk-full"],
};
