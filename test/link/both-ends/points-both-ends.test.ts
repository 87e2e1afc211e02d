import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeCode } from "../../../src/hq/members/members.ts";
import { makeKey, type SigningKey } from "../../../src/trust/keys.ts";
import { moment } from "../../support/store.ts";
import { eventually } from "../../support/until.ts";
import { type Box, openTwoStores, type Pair } from "./pair.ts";

describe("points, at both ends of the line", () => {
	const secret = Buffer.alloc(32, 7);
	let cut: Set<string>;
	let close: () => Promise<void>;
	let pair: Pair;
	let boxes: [Box, Box];
	let key: SigningKey;
	let member: string;
	const rule = { id: "r1", currency: "EUR", minorPerPoint: 10, pointMinor: 1, from: "2026-01-01T00:00:00.000Z" };
	beforeAll(async () => {
		({ pair, boxes, cut, close } = await openTwoStores());
		key = makeKey("member");
		await pair.hq.sendMemberKey(key);
		expect(await pair.hq.makePointsRule(rule, "user:ana")).toMatchObject({ created: true, tooOld: [] });
		expect(await pair.hq.makePointsRule(rule, "user:ana")).toMatchObject({ created: false });
		await expect(pair.hq.makePointsRule({ ...rule, pointMinor: 2 }, "user:ana")).rejects.toMatchObject({ code: "points-rule-differs" });
		member = await pair.hq.pseudonymOf("ana", secret);
		for (const box of boxes) {
			box.writer.book.articles.accept({ sku: "pen", name: "Pen", version: 1 });
			box.writer.book.prices.accept({
				sku: "pen",
				version: 1,
				kind: "regular",
				amountMinor: 500,
				currency: "EUR",
				from: "2026-01-01T00:00:00.000Z",
			});
		}
		await eventually(() => {
			for (const box of boxes) expect([box.writer.book.members.keys().length, box.writer.book.points.rule("r1")]).toEqual([1, rule]);
		});
	}, 120_000);
	afterAll(() => close());

	const show = (box: Box): void =>
		void box.do("presentMember", { code: makeCode({ key, secret }, { pseudonym: member, tier: "gold" }, new Date().toISOString()).code });
	const spendable = (box: Box): number => (box.do("pointsOfMember", { member }) as { spendable: number }).spendable;
	/** What the till was refused, or how many points were spent. */
	function buy(box: Box, id: string, points = 0): number | string {
		box.do("openBasket", { id, till: "t1" });
		box.do("addToBasket", { basket: id, code: "pen" });
		const { code } = makeCode({ key, secret }, { pseudonym: member, tier: "gold" }, new Date().toISOString());
		box.do("memberOfBasket", { basket: id, code });
		const [answer] = box.writer.run([
			{ n: 1, flow: "pointsOfBasket", args: { basket: id, points }, now: moment(new Date().toISOString()) },
		]).answers;
		if (!answer!.ok) return answer!.code;
		box.do("settleBasket", { basket: id, id: `sale-${id}`, receipt: false });
		return points;
	}
	const atHq = () => pair.hq.points(member);

	it("what one store earned may be spent in the other, only as far as it was lent, also with the line cut", async () => {
		expect(buy(boxes[0], "a")).toBe(0);
		await eventually(async () => expect(await atHq()).toMatchObject({ balance: 50 }));
		await eventually(() => {
			show(boxes[1]);
			expect(spendable(boxes[1])).toBe(50);
		});
		cut.add("s1").add("s2");
		// Everything lies at s2: s1 has nothing to spend.
		expect(buy(boxes[0], "b", 10)).toBe("points-not-lent");
		expect(buy(boxes[1], "c", 51)).toBe("points-not-lent");
		expect(buy(boxes[1], "d", 30)).toBe(30);
		// The visit ended the lease.
		expect(buy(boxes[1], "e", 1)).toBe("points-not-lent");
		expect(await atHq()).toMatchObject({ balance: 50, lent: 50, free: 0 });
		cut.clear();
		// 50, less the 30 that were spent, and 47 for the 4.70 that were paid.
		await eventually(async () => expect((await atHq()).balance).toBe(67));
		const { balance, lent, free } = await atHq();
		expect(lent + free).toBe(balance);
		expect(spendable(boxes[0]) + spendable(boxes[1])).toBeLessThanOrEqual(balance);
	}, 120_000);

	it("goods that come back take their points back once, whichever store takes them", async () => {
		const before = (await atHq()).balance;
		expect(buy(boxes[0], "f")).toBe(0);
		await eventually(async () => expect((await atHq()).balance).toBe(before + 50));
		const back = (box: Box, id: string) =>
			"taken" in (box.do("returnGoods", { id, line: "s1/t1/sale-f/1", quantity: 1, condition: "sellable", days: 30 }) as object);
		await eventually(() => expect(back(boxes[1], "back-1")).toBe(true));
		expect(back(boxes[1], "back-1")).toBe(true);
		await eventually(async () => expect((await atHq()).balance).toBe(before));
		expect(back(boxes[0], "back-2")).toBe(false);
		expect((await atHq()).balance).toBe(before);
	}, 120_000);

	it("points that were spent on goods that came back return to the member", async () => {
		// Baskets that nobody paid hold leases until their time is over. What is written past a box's bells goes up with its next fact.
		let bells = 0;
		const in5Hours = moment(new Date(Date.now() + 5 * 3_600_000).toISOString());
		await eventually(async () => {
			bells += 1;
			for (const box of boxes) {
				box.writer.run([{ n: 1, flow: "closePointsLeases", args: {}, now: in5Hours }]);
				const line = { sku: "pen", quantity: 1, amountMinor: 1 };
				box.do("recordSale", { id: `bell-${bells}`, till: "t9", at: new Date().toISOString(), lines: [line] });
			}
			expect((await atHq()).lent).toBe(0);
		});
		await eventually(() => {
			show(boxes[0]);
			expect(spendable(boxes[0])).toBeGreaterThan(9);
		});
		const before = (await atHq()).balance;
		expect(buy(boxes[0], "g", 10)).toBe(10);
		await eventually(async () => expect((await atHq()).balance).toBe(before - 10 + 49));
		boxes[0].do("returnGoods", { id: "back-3", line: "s1/t1/sale-g/1", quantity: 1, condition: "sellable", days: 30 });
		await eventually(async () => expect((await atHq()).balance).toBe(before));
	}, 120_000);

	it("of an erased member nothing is left, also what a store that was cut off reports later", async () => {
		cut.add("s2");
		expect(buy(boxes[1], "h")).toBe(0);
		await pair.hq.eraseMember({ id: "erase-points", pseudonym: member }, "user:ana");
		expect(await atHq()).toMatchObject({ balance: 0, lent: 0, leases: [] });
		cut.clear();
		await eventually(async () =>
			expect((await pair.hq.erasure("erase-points")).stores.filter(({ at }) => at !== null).map(({ store }) => store)).toEqual([
				"s1",
				"s2",
			]),
		);
		expect(await atHq()).toMatchObject({ balance: 0, lent: 0, leases: [] });
	}, 120_000);
});
