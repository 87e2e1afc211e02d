import { type OrderAct, stepOrder } from "../../src/words/orders/machine.ts";
import { type Order, type OrderPlacement, placedOrder } from "../../src/words/orders/order.ts";
import type { KnownCoupon } from "../../src/words/tills/coupon.ts";
import { type FakeLedger, LedgerRefusal } from "./fake-ledger.ts";

/** Orders in several states, campaigns and points of an invented store. Its orders step by the machine of the real ones. */
export function inventSelling(ledger: FakeLedger, skus: readonly string[]): void {
	const at = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();
	const orders = new Map<string, Order>();
	const step = (id: string, act: OrderAct, by = "user:mara"): Order => {
		const outcome = stepOrder(orders.get(id)!, act, { at: at(0), by });
		if ("refused" in outcome) throw new LedgerRefusal(outcome.refused, `Order ${id} is ${orders.get(id)!.state}. Nothing was changed.`);
		orders.set(id, outcome.order);
		return outcome.order;
	};
	const place = (
		id: string,
		kind: Order["kind"],
		clocks: Partial<OrderPlacement>,
		lines: readonly (readonly [string, number])[],
		acts: OrderAct[] = [],
	) => {
		const wanted = lines.map(([sku, quantity]) => ({ sku, quantity, substitution: "similar" as const }));
		orders.set(id, placedOrder({ id, kind, at: at(-40), by: "token:shop", lines: wanted, takes: [], codeHash: "0".repeat(64), ...clocks }));
		for (const act of acts) step(id, act);
	};
	const [milk, butter, pasta, cheese] = [skus[0]!, skus[1]!, skus[3]!, skus[4]!];
	place("web-7001", "pickup", { acceptBy: at(12), readyBy: at(60) }, [
		[milk, 2],
		[pasta, 1],
	]);
	place(
		"web-7002",
		"delivery",
		{ readyBy: at(0.5) },
		[
			[butter, 1],
			[cheese, 2],
		],
		[{ act: "accept" }, { act: "pick", sku: butter, quantity: 1 }],
	);
	place("web-7003", "pickup", { readyBy: at(-9) }, [[cheese, 1]], [{ act: "accept" }]);
	const picked: OrderAct[] = [{ act: "accept" }, { act: "pick", sku: milk, quantity: 2 }, { act: "ready" }];
	place("web-7004", "pickup", { collectBy: at(300) }, [[milk, 2]], picked);
	place("web-7005", "ship", {}, [[milk, 2]], [...picked, { act: "cancel", why: "customer asked" }]);

	ledger.read.orders.get = (id) => orders.get(id);
	ledger.read.orders.list = ({ state = "open" }) =>
		[...orders.values()].filter((each) => (state === "open" ? !["handed-over", "refused"].includes(each.state) : each.state === state));
	const campaign = (id: string, more: Partial<KnownCoupon>): KnownCoupon => ({
		...{ id, code: id.toUpperCase(), what: "amount", amountMinor: 500, currency: "EUR", total: 900, from: at(-9_000), until: at(9_000) },
		...more,
	});
	const coupons = [
		campaign("dairy", { name: "Dairy week" }),
		campaign("spring", { name: "Spring start", endedAt: at(-300) }),
		campaign("winter", { name: "Winter sale", from: at(-99_000), until: at(-9_000) }),
	];
	ledger.read.coupons.page = (after) => coupons.filter(({ id }) => id > after);
	ledger.read.coupons.leases = (coupon) => [
		{ id: `${coupon}:0204:1`, quantity: 60, used: coupon === "dairy" ? 21 : 60, expiresAt: at(8_000), isClosed: coupon !== "dairy" },
	];
	ledger.read.points.rules = () => [{ id: "r1", currency: "EUR", minorPerPoint: 100, pointMinor: 1, from: at(-90_000) }];
	ledger.read.points.openSums = () => ({ members: 3, lent: 1_240, used: 0 });

	const usual = ledger.do as (flow: string, args: unknown, more?: unknown) => Promise<unknown>;
	const acts: Record<string, (args: { order: string; act: OrderAct; code: string }) => unknown> = {
		actOnOrder: ({ order, act }) => ({ order: step(order, act) }),
		pickForOrder({ order, code }) {
			const sku = ledger.read.articles.find(code)?.sku;
			if (sku === undefined) throw new LedgerRefusal("article-unknown", `No article ${code}.`);
			return { order: step(order, { act: "pick", sku, quantity: 1 }) };
		},
		handOverOrder: ({ order, code }) =>
			code === "481516"
				? { order: step(order, { act: "hand-over" }) }
				: { refused: "code-wrong", why: "This is not the code of the order." },
	};
	ledger.do = (async (flow: string, args: never, more: never) => acts[flow]?.(args) ?? usual(flow, args, more)) as typeof ledger.do;
}
