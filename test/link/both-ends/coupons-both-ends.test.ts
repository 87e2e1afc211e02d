import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RedeemAnswer } from "../../../src/flows/coupons/redeem.ts";
import { moment } from "../../support/store.ts";
import { eventually } from "../../support/until.ts";
import { type Box, openTwoStores, type Pair } from "./pair.ts";

const day = 86_400_000;
const at = (days: number): string => new Date(Date.now() + days * day).toISOString();

describe("coupons at both ends of the line", () => {
	let pair: Pair;
	let boxes: [Box, Box];
	let cut: Set<string>;
	let close: () => Promise<void>;
	beforeAll(async () => {
		({ pair, boxes, cut, close } = await openTwoStores());
	}, 120_000);
	afterAll(() => close());

	const make = (id: string, total: number, more: object = {}) =>
		pair.hq.makeCoupon(
			{ id, code: `C-${id}`, what: "amount", amountMinor: 100, from: at(-1), until: at(60), total, ...more },
			"user:petra",
		);
	let n = 0;
	const redeem = (box: Box, coupon: string): RedeemAnswer =>
		box.do("redeemCoupon", { id: `r${(n += 1)}`, code: `C-${coupon}`, till: "till-1" }) as RedeemAnswer;
	/** How often it is accepted before it is refused. */
	const untilRefused = (box: Box, coupon: string): number => {
		for (let times = 0; ; times += 1) if (!redeem(box, coupon).accepted) return times;
	};
	const lent = (box: Box, coupon: string) => box.writer.book.coupons.openLeases(coupon).reduce((sum, { quantity }) => sum + quantity, 0);

	it("both stores get an equal share, and what remains goes to the one that asks, at its second try", async () => {
		expect((await make("a", 7)).state).toMatchObject({ openLeases: 6, bound: 6, free: 1, redeemed: 0 });
		await eventually(() => expect(boxes.map((box) => lent(box, "a"))).toEqual([3, 3]));
		expect(untilRefused(boxes[0], "a")).toBe(3);
		await eventually(() => expect(lent(boxes[0], "a")).toBe(4));
		expect(untilRefused(boxes[0], "a")).toBe(1);
		expect(untilRefused(boxes[1], "a")).toBe(3);
		await eventually(async () => expect(await pair.hq.coupon("a")).toMatchObject({ redeemed: 7, openLeases: 0, bound: 7, free: 0 }));
	});

	it("the same id again is answered as before, other contents and a taken code are refused", async () => {
		const [from, until] = [at(-1), at(60)];
		await make("same", 2, { from, until });
		expect(await make("same", 2, { from, until })).toMatchObject({ created: false });
		await expect(make("same", 3, { from, until })).rejects.toMatchObject({ code: "coupon-differs" });
		await expect(make("other", 3, { from, until, code: "C-same" })).rejects.toMatchObject({ code: "coupon-code-taken" });
	});

	it("without the line no store redeems more than its share, and after it head office has each redemption once", async () => {
		await make("cut", 10);
		await eventually(() => expect(boxes.map((box) => lent(box, "cut"))).toEqual([5, 5]));
		for (const store of ["s1", "s2"]) cut.add(store);
		expect(boxes.map((box) => untilRefused(box, "cut"))).toEqual([5, 5]);
		expect(await pair.hq.coupon("cut")).toMatchObject({ redeemed: 0, openLeases: 10, bound: 10, free: 0 });
		cut.clear();
		await eventually(async () => expect(await pair.hq.coupon("cut")).toMatchObject({ redeemed: 10, openLeases: 0, free: 0 }));
	}, 60_000);

	it("what one store did not use is another's only after that store said so", async () => {
		await make("back", 4);
		await eventually(() => expect(boxes.map((box) => lent(box, "back"))).toEqual([2, 2]));
		expect(redeem(boxes[1], "back")).toMatchObject({ accepted: true });
		expect(untilRefused(boxes[0], "back")).toBe(2);
		await eventually(async () => expect(await pair.hq.coupon("back")).toMatchObject({ redeemed: 3, bound: 4, free: 0 }));
		// A week later by the clock of the second store.
		boxes[1].writer.run([{ n: 1, flow: "closeCouponLeases", args: {}, now: moment(at(8)) }]);
		expect(redeem(boxes[1], "back")).toMatchObject({ accepted: false, code: "coupon-no-quota" });
		// Written past the box's bells: the next fact rings for both.
		boxes[1].do("recordSale", { id: "sale-1", till: "till-1", at: at(0), lines: [{ sku: "pen", quantity: 1, amountMinor: 1 }] });
		await eventually(async () => {
			const { leases, bound } = await pair.hq.coupon("back");
			const closed = leases.filter(({ closedAt }) => closedAt !== null);
			expect(closed).toMatchObject([{ store: "s2", quantity: 2, live: 1, bound: 1 }]);
			expect(bound).toBeLessThanOrEqual(4);
		});
		await eventually(() => expect(boxes.map((box) => lent(box, "back")).reduce((sum, one) => sum + one)).toBe(3));
		const more = boxes.map((box) => untilRefused(box, "back"));
		expect(more.reduce((sum, one) => sum + one)).toBe(1);
	});

	it("a redemption that is given back may be made again, and one coupon is never redeemed above its total", async () => {
		await make("one", 1);
		await eventually(() => expect(redeem(boxes[0], "one").accepted).toBe(true));
		expect(redeem(boxes[1], "one")).toMatchObject({ accepted: false });
		boxes[0].do("voidRedemption", { id: `r${n - 1}` });
		expect(redeem(boxes[0], "one").accepted).toBe(true);
		expect(redeem(boxes[1], "one").accepted).toBe(false);
		await eventually(async () => expect(await pair.hq.coupon("one")).toMatchObject({ redeemed: 1, bound: 1, free: 0 }));
	});

	const end = (id: string) => pair.hq.endCoupon(id, "user:petra");

	it("an ended campaign is refused where it is known, and counted where it is not, until that store has heard", async () => {
		await make("end", 9);
		await eventually(() => expect(boxes.map((box) => lent(box, "end"))).toEqual([4, 4]));
		expect(redeem(boxes[0], "end").accepted).toBe(true);
		await eventually(async () => expect(await pair.hq.coupon("end")).toMatchObject({ redeemed: 1 }));
		cut.add("s2");
		const { state } = await end("end");
		expect(state).toMatchObject({ endedBy: "user:petra", redeemedAfterEnd: 0, free: 0, redeemed: 1, openLeases: 7, bound: 8 });
		await eventually(async () => expect(await pair.hq.coupon("end")).toMatchObject({ openLeases: 4, bound: 5, redeemed: 1 }));
		expect(redeem(boxes[0], "end")).toMatchObject({ accepted: false, code: "coupon-ended" });
		expect([redeem(boxes[1], "end").accepted, redeem(boxes[1], "end").accepted]).toEqual([true, true]);
		expect(await pair.hq.coupon("end")).toMatchObject({ openLeases: 4, bound: 5, redeemed: 1, redeemedAfterEnd: 0 });
		cut.clear();
		boxes[1].end.lost("the line was cut");
		boxes[1].end.opened();
		const over = { redeemed: 3, redeemedAfterEnd: 2, openLeases: 0, bound: 3, free: 0 };
		await eventually(async () => expect(await pair.hq.coupon("end")).toMatchObject(over));
		expect(redeem(boxes[1], "end")).toMatchObject({ accepted: false, code: "coupon-ended" });
		const again = await pair.hq.endCoupon("end", "user:ana");
		expect(again).toMatchObject({ stores: [], state: { ...over, endedAt: state.endedAt, endedBy: "user:petra" } });
		expect(boxes.map((box) => lent(box, "end"))).toEqual([0, 0]);
	}, 120_000);

	it("nothing ends that is over or unknown, and the code of an ended campaign is free for another", async () => {
		await expect(end("nobody")).rejects.toMatchObject({ code: "coupon-unknown" });
		await make("past", 2, { from: at(-3), until: at(-1) });
		await expect(end("past")).rejects.toMatchObject({ code: "coupon-over" });
		await make("first", 2);
		await end("first");
		await make("second", 2, { code: "C-first", from: at(0) });
		await eventually(() => expect(redeem(boxes[1], "first")).toMatchObject({ accepted: true, coupon: "second" }));
	});

	it("a head office that learned the end back tells a store that goes on redeeming", async () => {
		await make("lost", 4);
		await eventually(() => expect(boxes.map((box) => lent(box, "lost"))).toEqual([2, 2]));
		// As after a restore from a backup: the end is known, and no store was sent it.
		await pair.db.query("UPDATE coupon SET ended_at = $1, ended_by = 'learned back from a store' WHERE id = 'lost'", [at(0)]);
		expect(redeem(boxes[0], "lost").accepted).toBe(true);
		await eventually(() => expect(lent(boxes[0], "lost")).toBe(0));
		expect(redeem(boxes[0], "lost")).toMatchObject({ accepted: false, code: "coupon-ended" });
		await eventually(async () => expect(await pair.hq.coupon("lost")).toMatchObject({ redeemed: 1, openLeases: 2, bound: 3 }));
	});
});
