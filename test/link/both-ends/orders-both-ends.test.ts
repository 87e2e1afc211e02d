import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeKey } from "../../../src/trust/keys.ts";
import { eventually } from "../../support/until.ts";
import { type Box, openPair, type Pair } from "./pair.ts";

const skus = ["pen", "ink", "pad"];

describe("online orders at both ends of the line", () => {
	const root = mkdtempSync(join(tmpdir(), "gondola-orders-"));
	let pair: Pair;
	let box: Box;
	let isCut = false;
	beforeAll(async () => {
		pair = await openPair();
		pair.tap = () => !isCut;
		box = pair.box(join(root, "box"));
		await pair.hq.acceptPush({
			...{ id: "first", stores: "all", rejected: [], by: { kind: "user", name: "pia" } },
			changes: skus.map((sku) => ({ sku, amountMinor: 100, currency: "EUR", kind: "regular", article: { name: sku } })),
		});
		for (const sku of skus)
			await pair.hq.moveStock("s1", { id: `in-${sku}`, sku, quantity: 100, reason: "receive", occurredAt: new Date().toISOString() });
		for (const sku of skus) await pair.hq.askGrant("s1", { id: `g-${sku}`, sku, wanted: 60 });
		await eventually(async () => expect((await pair.hq.stock("s1", "pad")).granted).toBe(60));
	}, 120_000);
	afterAll(async () => {
		await pair.close();
		rmSync(root, { recursive: true, force: true });
	});

	const place = async (id: string, quantity = 2, more: object = {}) =>
		(
			await pair.hq.placeOrder(
				{ id, store: "s1", kind: "pickup", lines: [{ sku: "pen", quantity, substitution: "none" }], ...more } as never,
				"user:shop",
			)
		).kept;
	const here = (id: string) => box.writer.book.orders.get(id);
	const arrives = (id: string) => eventually(() => expect(here(id)).toBeDefined());
	const act = (order: string, name: "accept" | "ready") => box.do("actOnOrder", { order, act: { act: name } });
	const figures = ({ onHand, staged, granted, reserved, available }: Record<string, unknown>) => ({
		...{ onHand, staged, granted, reserved, available },
	});
	const agree = async (): Promise<void> => {
		await eventually(async () => {
			for (const { id, lines, history, state, staged } of await pair.hq.orders({ after: "", limit: 1_000 })) {
				const mine = here(id);
				expect({ id, state, staged, history }).toEqual({ id, state: mine?.state, staged: mine?.staged, history: mine?.history });
				expect(lines.map(({ picked, short }) => [picked, short])).toEqual(mine!.lines.map(({ picked, short }) => [picked, short]));
			}
			for (const sku of skus) {
				const ours = figures((await pair.hq.stock("s1", sku)) as never);
				expect(ours).toEqual(figures(box.writer.book.stock.onHand(sku) as never));
				expect(ours).toEqual(figures((await pair.hq.stockInAllStores(sku, { after: "", limit: 9 })).items[0] as never));
				expect(Number(ours.staged) + Number(ours.granted) + Number(ours.available)).toBe(ours.onHand);
			}
		});
		expect(await pair.hq.deadLetters("s1", 10)).toEqual([]);
	};

	it("is not sold at once under the id of one that is placed for picking, nor placed under the id of one that was sold", async () => {
		await place("two-kinds");
		const lines = [{ sku: "pen", quantity: 2 }];
		await expect(pair.hq.takeOrder({ id: "two-kinds", store: "s1", lines })).rejects.toMatchObject({ code: "id-reused" });
		await pair.hq.cancelOrder("two-kinds", { by: "user:shop", why: "test" });
		await eventually(async () => expect((await pair.hq.order("two-kinds")).order.state).toBe("cancelled"));
		await pair.hq.takeOrder({ id: "at-once", store: "s1", lines: [{ sku: "ink", quantity: 1 }] });
		await expect(place("at-once")).rejects.toMatchObject({ code: "order-differs" });
	});

	it("goes from the shop to the shelf to the customer, and both know each step", async () => {
		const { code } = await place("o1");
		await arrives("o1");
		act("o1", "accept");
		for (const n of [1, 2]) box.do("pickForOrder", { order: "o1", code: "pen", id: `o1-${n}` });
		act("o1", "ready");
		await eventually(async () => expect((await pair.hq.order("o1")).order.state).toBe("ready"));
		await agree();
		expect(box.do("handOverOrder", { order: "o1", code })).toMatchObject({ order: { state: "handed-over" } });
		await agree();
		expect((await pair.hq.stock("s1", "pen")).onHand).toBe(98);
	});

	it("is placed once, refused with other contents, and never above what was granted", async () => {
		await place("o2");
		expect((await place("o2")).code).toBe((await place("o2")).code);
		await expect(place("o2", 3)).rejects.toMatchObject({ code: "order-differs" });
		await expect(place("o3", 57)).rejects.toMatchObject({ code: "grant-short" });
		await expect(place("o4", 1, { acceptBy: "2020-01-01T00:00:00.000Z" })).rejects.toMatchObject({ code: "bad-field" });
		const line = { sku: "pen", substitution: "none" };
		await expect(place("o5", 1, { lines: [{ ...line, milligrams: 5 }] })).rejects.toMatchObject({ code: "unit-unclear" });
		await expect(
			place("o6", 1, {
				lines: [
					{ ...line, quantity: 1 },
					{ ...line, quantity: 2 },
				],
			}),
		).rejects.toMatchObject({ code: "bad-field" });
		await agree();
	});

	it("that was picked and handed over without the line has one end at both, whoever cancelled it meanwhile", async () => {
		const { code } = await place("cut-1");
		await place("cut-2");
		await arrives("cut-2");
		isCut = true;
		for (const id of ["cut-1", "cut-2"]) {
			await pair.hq.cancelOrder(id, { by: "user:shop", why: "customer" });
			act(id, "accept");
			for (const n of [1, 2]) box.do("pickForOrder", { order: id, code: "pen", id: `${id}-${n}` });
			act(id, "ready");
		}
		box.do("handOverOrder", { order: "cut-1", code });
		expect((await pair.hq.order("cut-1")).order.state).toBe("placed");
		isCut = false;
		pair.restartHq();
		await eventually(async () => expect((await pair.hq.order("cut-1")).order.state).toBe("handed-over"));
		await eventually(async () => expect((await pair.hq.order("cut-2")).order.state).toBe("cancelled"));
		await agree();
		await expect(pair.hq.cancelOrder("cut-1", { by: "user:shop", why: "too late" })).rejects.toMatchObject({ code: "order-over" });
		box.do("shelveForOrder", { order: "cut-2", code: "pen", quantity: 2 });
		await agree();
		expect((await pair.hq.order("cut-2")).order.state).toBe("returned-to-shelf");
	});

	it("loses and doubles nothing when the box goes down in the middle, again and again", async () => {
		let seed = 11;
		const dice = (n: number): number => (seed = (seed * 48_271) % 2_147_483_647) % n;
		const codes = new Map<string, string>();
		for (let n = 0; n < 12; n += 1) {
			const lines = skus.map((sku) => ({ sku, quantity: 1 + dice(2), substitution: "none" }));
			codes.set(`r${n}`, (await place(`r${n}`, 1, { lines })).code);
		}
		await arrives("r11");
		const tries: ((id: string, n: number) => unknown)[] = [
			(id) => act(id, "accept"),
			(id) => act(id, "ready"),
			(id, n) => box.do("pickForOrder", { order: id, code: skus[dice(3)], id: `x${n}` }),
			(id, n) => box.do("pickForOrder", { order: id, code: skus[dice(3)], id: `y${n >> 1}` }),
			(id) => box.do("actOnOrder", { order: id, act: { act: "short", sku: skus[dice(3)], why: "empty" } }),
			(id, n) => box.do("handOverOrder", { order: id, code: codes.get(id), id: `h${n}` }),
			(id) => box.do("shelveForOrder", { order: id, code: skus[dice(3)] }),
			(id) => (dice(6) === 0 ? pair.hq.cancelOrder(id, { by: "user:shop", why: "x" }) : undefined),
		];
		for (let n = 0; n < 400; n += 1) {
			if (n % 100 === 99) {
				box.stop();
				box = pair.box(join(root, "box"), {}, true);
			}
			try {
				await tries[n < 40 ? 0 : dice(tries.length)]!(`r${dice(12)}`, n);
			} catch (error) {
				expect((error as { code: string }).code).toMatch(/^(order-|act-differs)/);
			}
		}
		await agree();
		const sold = box.writer.book.stock.movements("pen", 200).filter(({ reason }) => reason === "online-sale");
		expect(new Set(sold.map(({ reference }) => reference)).size).toBe(sold.length);
	});

	it("a recall reaches every store, also one enrolled later, and is lifted in all", async () => {
		const asked = { id: "rec-1", gtin: "04006381333931", lot: "L7", reason: "glass" };
		expect(await pair.hq.recallArticle(asked, "user:vera")).toMatchObject({ created: true, stores: ["s1"], tooOld: [] });
		expect(await pair.hq.recallArticle(asked, "user:vera")).toMatchObject({ created: false });
		await expect(pair.hq.recallArticle({ ...asked, reason: "metal" }, "user:vera")).rejects.toMatchObject({ code: "recall-differs" });
		await eventually(() => expect(box.writer.book.stopSales.list("", 9)).toMatchObject([{ id: "rec-1", lot: "L7" }]));
		await pair.hq.enroll("s9");
		const told = (await pair.hq.link.downAfter("s9", "stock", 0, 10)).map(({ record }) => record as { type: string });
		expect(told).toMatchObject([{ type: "stop-sale", stop: { id: "rec-1" } }]);
		await pair.hq.liftRecall("rec-1", "user:vera");
		await eventually(() => expect(box.writer.book.stopSales.list("", 9)).toEqual([]));
	});

	it("the key for member codes reaches every store once, also one enrolled later", async () => {
		const key = makeKey("member");
		await pair.hq.sendMemberKey(key);
		await pair.hq.sendMemberKey(key);
		await eventually(() => expect(box.writer.book.members.keys()).toMatchObject([{ kid: key.kid, public: key.public }]));
		await pair.hq.enroll("s9");
		const records = (await pair.hq.link.downAfter("s9", "stock", 0, 10)).map(({ record }) => record as { type: string });
		// Recalls that other tests made reach it too.
		expect(records.filter(({ type }) => type === "member-key")).toMatchObject([{ key: { kid: key.kid } }]);
	});

	it("the key of a store's receipts reaches the stores near it once, also one enrolled later, and not the store itself", async () => {
		await pair.hq.enroll("s7");
		const { kid, public: text, privateKey } = makeKey("receipt");
		box.do("keepReceiptKey", { kid, public: text, private: privateKey.export({ format: "jwk" }).d! });
		const told = async (store: string) =>
			(await pair.hq.link.downAfter(store, "stock", 0, 100))
				.map(({ record }) => record as { type: string })
				.filter(({ type }) => type === "receipt-key");
		await eventually(async () => expect(await told("s7")).toMatchObject([{ store: "s1", key: { kid, public: text } }]));
		await pair.hq.announceReceiptKeys();
		await pair.hq.enroll("s8");
		expect(await told("s8")).toMatchObject([{ store: "s1", key: { kid } }]);
		expect([await told("s1"), (await told("s7")).length]).toEqual([[], 1]);
	});
});
