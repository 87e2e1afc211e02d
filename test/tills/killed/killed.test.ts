import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { article, fromHq, noon, openTestStore, price, type TestStore } from "../../support/store.ts";

let store: TestStore;
beforeEach(() => {
	store = openTestStore();
	fromHq(store, "catalog", [article("100"), price("100", 1, 400), article("200", { depositMinor: 25 }), price("200", 1, 150)]);
	for (const id of ["1", "2"])
		fromHq(store, "stock", [
			{
				type: "coupon",
				coupon: { id, code: `C-${id}`, what: "amount", amountMinor: 50, from: noon, until: "2027-01-01T00:00:00.000Z", total: 999 },
			},
			{ type: "coupon-lease", lease: { id: `${id}-lease`, coupon: id, quantity: 999, expiresAt: "2026-12-01T00:00:00.000Z", inc: 1 } },
		]);
	store.do("activateDue", {});
});
afterEach(() => store.close());

/** Lets a process settle baskets from `first` on, and kills it after so many. Answers the last one it acknowledged. */
async function settleAndKill(first: number, many: number): Promise<number> {
	const child = fork(join(import.meta.dirname, "till-child.ts"), [JSON.stringify([store.directory, first])], {
		execArgv: ["--no-warnings"],
	});
	let last = first - 1;
	child.on("message", (basket) => {
		last = basket as number;
		if (last >= first + many) child.kill("SIGKILL");
	});
	await once(child, "exit");
	return last;
}

const events = (type: string) => store.book.events.after(0, 100_000).filter((event) => event.type === type);

describe("a box that is killed while tills settle baskets and redeem coupons", () => {
	it("has every sale and redemption it acknowledged, each whole and once, and nothing of one that was cut off", async () => {
		let next = 1;
		for (let round = 0; round < 6; round += 1) {
			const acknowledged = await settleAndKill(next, 5 + round * 3);
			store.reopen();
			const sales = events("sale.recorded") as { sale: string; lines: { quantity: number }[]; receipt: string }[];
			const sold = new Set(sales.map(({ sale }) => sale));
			expect(sold.size).toBe(sales.length);
			for (let n = 1; n <= acknowledged; n += 1) expect(sold.has(`s${n}`)).toBe(true);
			// At most the one that was on its way is there beside them.
			expect(sales.length - acknowledged).toBeLessThanOrEqual(1);
			const moved = events("stock.moved") as { movement: { reference: string; quantity: number } }[];
			for (const { sale, lines, receipt } of sales) {
				expect(moved.filter(({ movement }) => movement.reference === sale).map(({ movement }) => -movement.quantity)).toEqual(
					lines.map(({ quantity }) => quantity),
				);
				expect(store.book.jobs.get(receipt)).toBeDefined();
				expect(store.book.baskets.get(sale.replace("s", "b"))!.state).toBe("settled");
			}
			const redeemed = events("coupon.redeemed") as { redemption: string; coupon: string; sale: string }[];
			expect(new Set(redeemed.map(({ redemption }) => redemption)).size).toBe(redeemed.length);
			// One of the basket for each sale; one of the till's own for each that it was told of.
			const of = (coupon: string) => redeemed.filter((each) => each.coupon === coupon).map(({ sale }) => sale);
			expect(of("1").sort()).toEqual([...sold].sort());
			for (let n = 1; n <= acknowledged; n += 1) expect(of("2")).toContain(`s${n}`);
			for (const id of ["1", "2"]) expect(store.book.coupons.lease(`${id}-lease`)!.used).toBe(of(id).length);
			// The till asks again for what it heard no answer to: the sale is there once.
			const open = store.book.baskets.get(`b${acknowledged + 1}`);
			if (open && open.lines.length > 0 && (open.settled || open.coupons))
				store.do("settleBasket", { basket: open.id, id: `s${acknowledged + 1}` });
			expect(events("sale.recorded").filter((event) => "sale" in event && event.sale === `s${acknowledged + 1}`).length).toBeLessThan(2);
			next = acknowledged + 2;
			for (const each of [`s${acknowledged + 1}`])
				if (!events("sale.recorded").some((event) => "sale" in event && event.sale === each)) next -= 1;
		}
	}, 60_000);
});
