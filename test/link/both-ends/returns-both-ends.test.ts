import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ReturnAnswer } from "../../../src/flows/returns/return-goods.ts";
import { moment } from "../../support/store.ts";
import { eventually } from "../../support/until.ts";
import { type Box, openTwoStores, type Pair } from "./pair.ts";

const hour = 3_600_000;
const at = (hours = 0): string => new Date(Date.now() + hours * hour).toISOString();

describe("goods that come back, at both ends of the line", () => {
	let pair: Pair;
	let boxes: [Box, Box];
	/** Stores whose line is cut. */
	let cut: Set<string>;
	let close: () => Promise<void>;
	beforeAll(async () => {
		({ pair, boxes, cut, close } = await openTwoStores());
	}, 120_000);
	afterAll(() => close());

	const sell = (box: Box, id: string, quantity: number, amountMinor: number) =>
		box.do("recordSale", { id, till: "t1", at: at(), lines: [{ sku: "pen", quantity, amountMinor }] });
	const back = (box: Box, id: string, line: string, quantity = 1, condition = "sellable"): ReturnAnswer =>
		box.do("returnGoods", { id, line, quantity, condition, days: 30 }) as ReturnAnswer;
	const isTaken = (box: Box, id: string, line: string, quantity = 1): boolean => "taken" in back(box, id, line, quantity);
	const returnsOf = async (line: string) =>
		(await pair.hq.returns({ after: 0, limit: 1_000 }))
			.filter((each) => each.line === line)
			.map(({ store, id }) => `${store ?? "hq"}:${id}`);
	const onHand = (box: Box): number => box.writer.book.stock.onHand("pen")?.onHand ?? 0;
	const atHq = async (store: string): Promise<number> => (await pair.hq.stock(store, "pen")).onHand;

	it("another store gets the right from the store that sold them, and both ends count the goods once", async () => {
		sell(boxes[0], "a", 3, 1_000);
		const line = "s1/t1/a/1";
		expect(isTaken(boxes[1], "r1", line)).toBe(false);
		await eventually(() => expect(isTaken(boxes[1], "r1", line)).toBe(true));
		expect(boxes[1].writer.book.returns.get("r1")).toMatchObject({ refundMinor: 334, sku: "pen" });
		expect(isTaken(boxes[0], "r2", line, 2)).toBe(true);
		expect(isTaken(boxes[0], "r3", line)).toBe(false);
		await eventually(async () => expect((await returnsOf(line)).sort()).toEqual(["s1:r2", "s2:r1"]));
		await eventually(async () => expect([await atHq("s1"), await atHq("s2")]).toEqual([onHand(boxes[0]), onHand(boxes[1])]));
		expect([onHand(boxes[0]), onHand(boxes[1])]).toEqual([-1, 1]);
	});

	it("of two stores that are cut off exactly the one with the right takes it back; after the line healed it is still one", async () => {
		sell(boxes[0], "b", 1, 500);
		await eventually(async () => expect(await atHq("s1")).toBe(onHand(boxes[0])));
		const line = "s1/t1/b/1";
		cut.add("s1").add("s2");
		expect([isTaken(boxes[0], "b1", line), isTaken(boxes[1], "b2", line)]).toEqual([true, false]);
		cut.clear();
		await eventually(() => expect(back(boxes[1], "b2", line)).toEqual({ asked: true, why: "line-returned" }));
		await eventually(async () => expect(await returnsOf(line)).toEqual(["s1:b1"]));
	}, 120_000);

	it("a lease counts while its store is cut off, and goes back only when that store said what it took", async () => {
		sell(boxes[0], "c", 2, 800);
		const line = "s1/t1/c/1";
		expect(isTaken(boxes[1], "c1", line, 2)).toBe(false);
		await eventually(() => expect(boxes[1].writer.book.returns.rights(line)).toHaveLength(1));
		cut.add("s2");
		expect("taken" in back(boxes[0], "c2", line)).toBe(false);
		await eventually(() => expect(back(boxes[0], "c2", line)).toEqual({ asked: true, why: "return-elsewhere" }));
		expect(isTaken(boxes[1], "c3", line)).toBe(true);
		boxes[1].writer.run([{ n: 1, flow: "closeReturnLeases", args: {}, now: moment(at(5)) }]);
		cut.clear();
		// Written past the box's bells: the next fact rings for both.
		sell(boxes[1], "bell", 1, 1);
		await eventually(() => expect(isTaken(boxes[0], "c5", line)).toBe(true));
		await eventually(async () => expect((await returnsOf(line)).sort()).toEqual(["s1:c5", "s2:c3"]));
		expect(isTaken(boxes[0], "c6", line)).toBe(false);
	}, 120_000);

	it("head office takes back what a store sold once it has the right, each id once, and the store's stock has it", async () => {
		sell(boxes[1], "d", 2, 999);
		const line = "s2/t1/d/1";
		const asked = { id: "hq-1", line, quantity: 1, condition: "sellable" as const, store: "s1" };
		const before = onHand(boxes[0]);
		await expect(pair.hq.takeReturn(asked, "user:ana")).rejects.toMatchObject({ code: "return-asked" });
		let made: Awaited<ReturnType<typeof pair.hq.takeReturn>> | undefined;
		await eventually(async () => {
			made ??= await pair.hq.takeReturn(asked, "user:ana");
		});
		expect(made).toMatchObject({ created: true, taken: { refundMinor: 500, store: "s1", by: "user:ana" } });
		expect(await pair.hq.takeReturn(asked, "user:ana")).toMatchObject({ created: false, taken: { id: "hq-1" } });
		await expect(pair.hq.takeReturn({ ...asked, quantity: 2 }, "user:ana")).rejects.toMatchObject({ code: "return-differs" });
		await eventually(() => expect(onHand(boxes[0])).toBe(before + 1));
		expect(isTaken(boxes[1], "d1", line)).toBe(true);
		expect(isTaken(boxes[1], "d2", line)).toBe(false);
		for (const unknown of ["s2/t1/nothing/1", "order/nothing/pen"])
			await eventually(async () =>
				expect(await pair.hq.takeReturn({ ...asked, id: "hq-2", line: unknown }, "user:ana").catch(({ code }) => code)).toBe(
					"return-line-unknown",
				),
			);
	}, 120_000);

	it("a piece that a forgetful box takes a second time is told to people", async () => {
		const line = "s1/t1/a/1";
		boxes[1].writer.book.returns.putLease({
			...{ id: "forged", ask: "x", line, from: 0, to: 1, expiresAt: at(5), inc: 1 },
			sold: { sku: "pen", quantity: 3, paidMinor: 1_000, currency: null, at: at() },
		});
		expect(isTaken(boxes[1], "twice", line)).toBe(true);
		await eventually(async () => {
			const alarms = await pair.hq.standingAlarms({ each: 20, most: 200 });
			expect(alarms.filter(({ code }) => code === "return-twice")).toMatchObject([{ store: "s2", subject: "twice" }]);
		});
	});
});
