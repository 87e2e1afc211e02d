import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { article, fromHq, noon, openTestStore, price, type TestStore } from "../../support/store.ts";

const transfersMost = 400;
let store: TestStore;
beforeEach(() => {
	store = openTestStore();
	store.do("setIdentity", { store: "own", tenant: "t" });
	fromHq(store, "catalog", [article("100"), price("100", 1, 400)]);
	store.do("recordMovement", { id: "first", sku: "100", quantity: 1_000_000, reason: "receive", occurredAt: noon });
	const plan = (id: string, from: string, to: string) => ({
		type: "transfer",
		transfer: { id, from, to, lines: [{ sku: "100", quantity: 5 }], at: noon, by: "hq" },
	});
	fromHq(
		store,
		"stock",
		Array.from({ length: transfersMost }, (_, n) => [plan(`out-${n}`, "own", "other"), plan(`in-${n}`, "other", "own")]).flat(),
	);
	store.do("activateDue", {});
});
afterEach(() => store.close());

/** Lets a process work from `first` on, and kills it after so many rounds. Answers the last one it acknowledged. */
async function workAndKill(first: number, many: number): Promise<number> {
	const child = fork(join(import.meta.dirname, "goods-child.ts"), [JSON.stringify([store.directory, first])], {
		execArgv: ["--no-warnings"],
	});
	let last = first - 1;
	child.on("message", (round) => {
		last = round as number;
		if (last >= first + many) child.kill("SIGKILL");
	});
	await once(child, "exit");
	return last;
}

describe("a box that is killed while goods come back and go between stores", () => {
	it("has every act it acknowledged, each whole and once: movements, figures and facts are the same story", async () => {
		let next = 0;
		for (let killed = 0; killed < 5; killed += 1) {
			const acknowledged = await workAndKill(next, 4 + killed * 3);
			store.reopen();
			const events = store.book.events.after(0, 100_000);
			const of = (type: string) => events.filter((event) => event.type === type) as unknown as Record<string, unknown>[];
			const ids = (type: string, member: string): string[] => of(type).map((event) => String(event[member]));
			for (const [type, member, name] of [
				["return.recorded", "return", "r"],
				["transfer.sent", "transfer", "out-"],
				["transfer.received", "transfer", "in-"],
			] as const) {
				const done = ids(type, member);
				expect(new Set(done).size).toBe(done.length);
				for (let n = 0; n <= acknowledged; n += 1) expect(done).toContain(`${name}${n}`);
			}
			const opened = of("return.recorded").filter(({ condition }) => condition === "opened").length * 2;
			const sellable = of("return.recorded").filter(({ condition }) => condition === "sellable").length * 2;
			const hand = store.book.stock.onHand("100")!;
			expect(hand.quality ?? 0).toBe(opened);
			expect(hand.onHand).toBe(
				1_000_000 - 3 * of("sale.recorded").length + sellable + 5 * (of("transfer.received").length - of("transfer.sent").length),
			);
			for (const id of ids("return.recorded", "return")) expect(store.book.returns.get(id)).toBeDefined();
			// Whoever heard no answer asks again: done once all the same, and no piece of the line comes back above what was sold.
			const round = acknowledged + 1;
			if (ids("sale.recorded", "sale").includes(`s${round}`)) {
				const asked = { line: `own/t1/s${round}/1`, quantity: 2, condition: (["sellable", "opened"] as const)[round % 2]!, days: 30 };
				store.do("returnGoods", { id: `r${round}`, ...asked });
				expect(store.refused("returnGoods", { id: `again-${round}`, ...asked })).toBe("line-returned");
			}
			const before = store.book.stock.onHand("100")!.onHand;
			const isSent = store.book.transfers.get(`out-${round}`)!.state === "sent";
			expect(store.do("sendTransfer", { transfer: `out-${round}` }).duplicate).toBe(isSent);
			expect(store.book.stock.onHand("100")!.onHand).toBe(before - (isSent ? 0 : 5));
			store.do("receiveTransfer", { transfer: `in-${round}` });
			next = round + 1;
			// Rounds are dense: what the killed one left undone is done.
			if (!ids("sale.recorded", "sale").includes(`s${round}`)) {
				store.do("recordSale", { id: `s${round}`, till: "t1", at: noon, lines: [{ sku: "100", quantity: 3, amountMinor: 1_000 }] });
				const condition = (["sellable", "opened"] as const)[round % 2]!;
				store.do("returnGoods", { id: `r${round}`, line: `own/t1/s${round}/1`, quantity: 2, condition, days: 30 });
			}
			expect(next).toBeLessThan(transfersMost);
		}
	}, 120_000);
});
