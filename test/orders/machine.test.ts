import { describe, expect, it } from "vitest";
import { type OrderAct, type OrderActName, stepOrder } from "../../src/words/orders/machine.ts";
import { holdingsOf, isOver, type Order, orderStates, type PlacedLine, placedOrder } from "../../src/words/orders/order.ts";

const at = "2026-03-02T12:00:00.000Z";
const line = (sku: string, quantity: number, more: Partial<PlacedLine> = {}): PlacedLine => ({
	sku,
	quantity,
	substitution: "none",
	...more,
});

function placed(lines: PlacedLine[], kind: Order["kind"] = "pickup"): Order {
	const takes = lines.map(({ sku, quantity }) => ({ grant: `g-${sku}`, sku, quantity }));
	return placedOrder({ id: "o1", kind, at, by: "hq", lines, takes, codeHash: "0".repeat(64) });
}

function after(order: Order, ...acts: OrderAct[]): { order: Order; released: number } {
	let released = 0;
	for (const act of acts) {
		const outcome = stepOrder(order, act, { at, by: "user:mara" });
		if ("refused" in outcome) throw new Error(`${act.act}: ${outcome.refused}`);
		order = outcome.order;
		released += outcome.released.reduce((sum, { quantity }) => sum + quantity, 0);
	}
	return { order, released };
}
const refusal = (order: Order, act: OrderAct) => {
	const outcome = stepOrder(order, act, { at, by: "user:mara" });
	return "refused" in outcome ? outcome.refused : undefined;
};
const pick = (sku: string, quantity: number, instead?: string): OrderAct => ({ act: "pick", sku, quantity, ...(instead && { instead }) });
const accept: OrderAct = { act: "accept" };
const ready: OrderAct = { act: "ready" };

describe("an online order", () => {
	it("is accepted, picked, made ready and handed over, each once", () => {
		const { order } = after(placed([line("1", 2)]), accept, pick("1", 1), pick("1", 1), ready, { act: "hand-over" });
		expect(order.history.map(({ state }) => state)).toEqual(["placed", "accepted", "picking", "ready", "handed-over"]);
		expect(isOver(order)).toBe(true);
		expect(refusal(order, { act: "hand-over" })).toBe("order-state");
		expect(refusal(order, { act: "cancel", why: "" })).toBe("order-state");
	});

	it("leaves the store as shipped where it is a parcel", () => {
		expect(after(placed([line("1", 1)], "ship"), accept, pick("1", 1), ready, { act: "hand-over" }).order.state).toBe("shipped");
	});

	it("is not ready while a line is open, and takes no more of an article than it wants", () => {
		const { order } = after(placed([line("1", 2), line("2", 1)]), accept, pick("1", 2));
		expect(refusal(order, ready)).toBe("order-lines-open");
		expect(refusal(order, pick("1", 1))).toBe("order-line-full");
		expect(refusal(order, pick("3", 1))).toBe("order-wrong-article");
	});

	it("gives back to its grants what is short, and what a substitute stands in for", () => {
		const { order, released } = after(
			placed([line("1", 3), line("2", 1, { substitution: "similar" })]),
			accept,
			pick("1", 1),
			{ act: "short", sku: "1", why: "shelf empty" },
			pick("9", 1, "2"),
			ready,
		);
		expect(released).toBe(3);
		expect(holdingsOf(order)).toEqual([
			{ sku: "1", reserved: 0, staged: 1 },
			{ sku: "9", reserved: 0, staged: 1 },
		]);
		expect(refusal(after(placed([line("2", 1)]), accept).order, pick("9", 1, "2"))).toBe("substitute-not-wanted");
	});

	it("settles weighed goods to the real weight within a tenth", () => {
		const cheese = placed([line("c", 500_000, { weighed: true })]);
		const { order, released } = after(cheese, accept, pick("c", 470_000), ready);
		expect(order.state).toBe("ready");
		expect(released).toBe(30_000);
		expect(refusal(after(cheese, accept).order, pick("c", 560_000))).toBe("order-line-full");
		expect(refusal(after(cheese, accept, pick("c", 400_000)).order, ready)).toBe("order-lines-open");
	});

	it("brings every piece back when it is cancelled or nobody collects it", () => {
		for (const stop of [
			{ act: "cancel", why: "customer" },
			{ act: "expire", why: "nobody came" },
		] satisfies OrderAct[]) {
			const { order, released } = after(placed([line("1", 3)]), accept, pick("1", 2), stop);
			expect(released).toBe(1);
			expect(isOver(order)).toBe(false);
			expect(refusal(order, { act: "hand-over" })).toBe("order-state");
			expect(refusal(order, { act: "shelve", sku: "2", quantity: 1 })).toBe("order-wrong-article");
			const back = after(order, { act: "shelve", sku: "1", quantity: 1 }, { act: "shelve", sku: "1", quantity: 1 });
			expect(back.released).toBe(2);
			expect(back.order).toMatchObject({ state: "returned-to-shelf", staged: [], takes: [] });
		}
	});

	it("is refused only while nothing is picked", () => {
		expect(after(placed([line("1", 1)]), { act: "refuse", why: "closed" })).toMatchObject({ released: 1, order: { state: "refused" } });
		expect(refusal(after(placed([line("1", 2)]), accept, pick("1", 1)).order, { act: "refuse", why: "" })).toBe("order-staged");
		expect(refusal(after(placed([line("1", 1)]), accept, { act: "short", sku: "1", why: "" }).order, ready)).toBe("order-empty");
	});

	it("never holds or gives back more than it took, whatever is tried in whatever order", () => {
		let seed = 7;
		const dice = (n: number): number => (seed = (seed * 48_271) % 2_147_483_647) % n;
		const acts: (() => OrderAct)[] = [
			() => accept,
			() => pick("1", 1 + dice(2)),
			() => pick("2", 1),
			() => pick("9", 1, "2"),
			() => ({ act: "short", sku: String(1 + dice(2)), why: "" }),
			() => ready,
			() => ({ act: "hand-over" }),
			() => ({ act: "cancel", why: "" }),
			() => ({ act: "expire", why: "" }),
			() => ({ act: "refuse", why: "" }),
			() => ({ act: "shelve", sku: ["1", "2", "9"][dice(3)]!, quantity: 1 }),
		];
		const seen = new Set<string>();
		for (let run = 0; run < 3_000; run += 1) {
			let order = placed([line("1", 3), line("2", 2, { substitution: "similar" })]);
			let released = 0;
			let sold = 0;
			for (let n = 0; n < 14; n += 1) {
				const outcome = stepOrder(order, acts[dice(n < 2 ? 3 : acts.length)]!(), { at, by: "x" });
				if ("refused" in outcome) continue;
				order = outcome.order;
				released += outcome.released.reduce((sum, { quantity }) => sum + quantity, 0);
				sold += outcome.sold.filter(({ sku }) => sku !== "9").reduce((sum, { quantity }) => sum + quantity, 0);
				const held = holdingsOf(order).filter(({ sku }) => sku !== "9");
				expect(released + sold + held.reduce((sum, { reserved, staged }) => sum + reserved + staged, 0)).toBe(5);
			}
			seen.add(order.state);
			if (isOver(order)) expect(holdingsOf(order)).toEqual([]);
		}
		expect(orderStates.filter((state) => state !== "shipped" && !seen.has(state))).toEqual([]);
	});

	it("answers every act in every state", () => {
		const names: OrderActName[] = ["accept", "refuse", "pick", "short", "ready", "hand-over", "shelve", "cancel", "expire"];
		for (const state of orderStates)
			for (const act of names) {
				const asked = { act, sku: "1", quantity: 1, why: "" } as OrderAct;
				expect(stepOrder({ ...placed([line("1", 1)]), state }, asked, { at, by: "x" })).toBeDefined();
			}
	});
});
