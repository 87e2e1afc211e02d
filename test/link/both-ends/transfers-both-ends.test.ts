import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TransferDone } from "../../../src/flows/transfers/transfers.ts";
import { eventually } from "../../support/until.ts";
import { type Box, openTwoStores, type Pair } from "./pair.ts";

const at = (): string => new Date().toISOString();

describe("goods between two stores, at all three ends", () => {
	let pair: Pair;
	let boxes: [Box, Box];
	/** Stores whose line is cut. */
	let cut: Set<string>;
	let close: () => Promise<void>;
	beforeAll(async () => {
		({ pair, boxes, cut, close } = await openTwoStores());
		await pair.hq.acceptPush({
			...{ id: "first", stores: "all", rejected: [], by: { kind: "user", name: "pia" } },
			changes: ["pen", "ink"].map((sku) => ({ sku, amountMinor: 100, currency: "EUR", kind: "regular", article: { name: sku } })),
		});
		await eventually(() => {
			for (const box of boxes) expect(box.writer.book.articles.bySku("ink")).toBeDefined();
		});
		for (const sku of ["pen", "ink"])
			boxes[0].do("recordMovement", { id: `m-${sku}`, sku, quantity: 100, reason: "receive", occurredAt: at() });
	}, 120_000);
	afterAll(() => close());

	const plan = (id: string, quantity = 10, more: object = {}) =>
		pair.hq.planTransfer({ id, from: "s1", to: "s2", lines: [{ sku: "pen", quantity }], ...more }, "user:ana");
	const send = (id: string, quantity?: number, box = boxes[0]): TransferDone =>
		box.do("sendTransfer", { transfer: id, ...(quantity !== undefined && { lines: [{ sku: "pen", quantity }] }) }) as TransferDone;
	const receive = (id: string, quantity?: number, box = boxes[1]): TransferDone =>
		box.do("receiveTransfer", { transfer: id, ...(quantity !== undefined && { lines: [{ sku: "pen", quantity }] }) }) as TransferDone;
	const codeOf = (act: () => unknown): string => {
		try {
			act();
		} catch (error) {
			return (error as { code: string }).code;
		}
		return "done";
	};
	const heard = (id: string) =>
		eventually(() => {
			for (const box of boxes) expect(box.writer.book.transfers.get(id)).toBeDefined();
		});
	const onHand = (box: Box): number => box.writer.book.stock.onHand("pen")?.onHand ?? 0;
	/** Head office's figures add up with those of the stores. */
	const addsUp = (inTransit: number) =>
		eventually(async () => {
			const { items } = await pair.hq.stockInAllStores("pen", { after: "", limit: 10 });
			expect(items.map((each) => each.onHand)).toEqual(boxes.map(onHand));
			expect(items[1]!.inTransit).toBe(inTransit);
			expect(items.reduce((sum, each) => sum + each.onHand + each.inTransit, 0)).toBe(100 - lost);
		});
	let lost = 0;
	const alarms = async (id: string) => (await pair.hq.standingAlarms({ each: 20, most: 200 })).filter(({ subject }) => subject === id);

	it("leave the one, are in transit, and arrive in the other, once each however often it is said", async () => {
		expect(await plan("a")).toMatchObject({ created: true, transfer: { state: "planned" } });
		expect(await plan("a")).toMatchObject({ created: false });
		await expect(plan("a", 11)).rejects.toMatchObject({ code: "transfer-differs" });
		await heard("a");
		expect(send("a")).toMatchObject({ duplicate: false, transfer: { state: "sent" } });
		expect(send("a", 10)).toMatchObject({ duplicate: true });
		expect(codeOf(() => send("a", 9))).toBe("transfer-differs");
		await addsUp(10);
		await eventually(() => expect(boxes[1].writer.book.transfers.get("a")).toMatchObject({ state: "sent" }));
		expect(receive("a")).toMatchObject({ duplicate: false, transfer: { state: "received" } });
		expect(receive("a")).toMatchObject({ duplicate: true });
		await addsUp(0);
		expect(boxes.map(onHand)).toEqual([90, 10]);
		await eventually(() => expect(boxes[0].writer.book.transfers.get("a")).toMatchObject({ state: "received" }));
		expect(await alarms("a")).toEqual([]);
	}, 120_000);

	it("of which less arrives are told to people at both ends, also where the line was cut all the while", async () => {
		await plan("b");
		await heard("b");
		cut.add("s1").add("s2");
		send("b", 8);
		expect(receive("b", 7)).toMatchObject({ transfer: { state: "received" } });
		expect(boxes[1].writer.book.alarms.get("transfer-differs:b")).toBeUndefined();
		cut.clear();
		await eventually(() => expect(boxes[1].writer.book.alarms.get("transfer-differs:b")?.clearedAt).toBeNull());
		await eventually(async () => expect(await alarms("b")).toMatchObject([{ code: "transfer-differs", store: "s2" }]));
		expect(await pair.hq.transfer("b")).toMatchObject({ state: "received", differences: [{ sku: "pen", sent: 8, received: 7 }] });
		lost += 1;
		await addsUp(0);
	}, 120_000);

	it("go only where they are free, as planned, from and to the right store", async () => {
		await expect(plan("c", 5, { to: "s1" })).rejects.toMatchObject({ code: "bad-field" });
		await expect(plan("c", 5, { to: "s9" })).rejects.toMatchObject({ code: "store-unknown" });
		await expect(plan("c", 5, { lines: [{ sku: "nothing", quantity: 1 }] })).rejects.toMatchObject({ code: "article-unknown" });
		await plan("c", 500);
		await heard("c");
		expect(codeOf(() => send("c"))).toBe("stock-short");
		expect(codeOf(() => send("c", 501))).toBe("transfer-lines");
		expect(codeOf(() => send("c", 1, boxes[1]))).toBe("transfer-other-end");
		expect(codeOf(() => receive("c", 1, boxes[0]))).toBe("transfer-other-end");
		expect(codeOf(() => send("nothing"))).toBe("transfer-unknown");
		expect(codeOf(() => boxes[0].do("sendTransfer", { transfer: "c", lines: [{ sku: "ink", quantity: 1 }] }))).toBe("transfer-lines");
		await addsUp(0);
	});

	it("are cancelled before they leave; of a cut store that had sent them the goods go on", async () => {
		await plan("d");
		await heard("d");
		expect(await pair.hq.cancelTransfer("d")).toMatchObject({ cancelAsked: true });
		await eventually(async () => expect(await pair.hq.transfer("d")).toMatchObject({ state: "cancelled" }));
		await eventually(() => expect(boxes[1].writer.book.transfers.get("d")).toMatchObject({ state: "cancelled" }));
		expect(codeOf(() => receive("d"))).toBe("transfer-cancelled");
		expect(codeOf(() => send("d"))).toBe("transfer-cancelled");
		await plan("e");
		await heard("e");
		cut.add("s1");
		await pair.hq.cancelTransfer("e");
		send("e", 3);
		cut.clear();
		await eventually(async () => expect(await pair.hq.transfer("e")).toMatchObject({ state: "sent" }));
		await expect(pair.hq.cancelTransfer("e")).resolves.toMatchObject({ state: "sent" });
		await eventually(() => expect(boxes[1].writer.book.transfers.get("e")).toMatchObject({ state: "sent" }));
		receive("e");
		await addsUp(0);
		expect(await alarms("e")).toEqual([]);
	}, 120_000);

	it("that arrive although they were cancelled where they should have left are told to people", async () => {
		await plan("f");
		await heard("f");
		cut.add("s2");
		await pair.hq.cancelTransfer("f");
		await eventually(async () => expect(await pair.hq.transfer("f")).toMatchObject({ state: "cancelled" }));
		receive("f", 2);
		cut.clear();
		await eventually(async () => expect(await alarms("f")).toMatchObject([{ code: "transfer-differs" }]));
		lost -= 2;
		await addsUp(0);
	}, 120_000);

	it("a store asks what others have, and keeps the answer with its age while its line is cut", async () => {
		expect(boxes[1].do("askElsewhere", { sku: "pen" })).toEqual({ asked: true });
		expect(boxes[1].do("askElsewhere", { sku: "pen" })).toEqual({ asked: false });
		await eventually(() =>
			expect(boxes[1].writer.book.elsewhere.get("pen")?.figures).toMatchObject({
				unit: "piece",
				stores: [{ store: "s1", onHand: onHand(boxes[0]) }],
			}),
		);
		cut.add("s2");
		expect(boxes[1].writer.book.elsewhere.get("pen")?.figures?.stores).toHaveLength(1);
		cut.clear();
	});

	it("the web shop is offered what the store granted and no more, and slow movers are what outlasts its sales", async () => {
		await pair.hq.askGrant("s1", { id: "g1", sku: "pen", wanted: 5 });
		await eventually(async () =>
			expect(await pair.hq.offers({ after: ["", ""], limit: 10 })).toMatchObject([{ store: "s1", sku: "pen", quantity: 5 }]),
		);
		await pair.hq.takeOrder({ id: "o1", store: "s1", lines: [{ sku: "pen", quantity: 2 }] });
		expect(await pair.hq.offers({ after: ["", ""], limit: 10 })).toMatchObject([{ quantity: 3 }]);
		expect(await pair.hq.offers({ after: ["s1", "pen"], limit: 10 })).toEqual([]);
		const slow = await pair.hq.slowMovers("s1", { days: 28, limit: 10 });
		expect(slow.map(({ sku }) => sku)).toContain("ink");
		expect(slow[0]).toMatchObject({ sku: "ink", onHand: 100, sold: 0, daysLeft: null });
		await expect(pair.hq.slowMovers("s9", { days: 28, limit: 10 })).rejects.toMatchObject({ code: "store-unknown" });
	});
});
