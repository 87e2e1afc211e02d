import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { article, fromHq, noon, openTestStore, price, type TestStore } from "../support/store.ts";
import { actsOf, codeOf } from "./order-acts.ts";

/** More than all processes hand over before they are killed (order-child.ts). */
const ordersMost = 300;
/** After so many acknowledged acts a process is killed: at each act of an order once. */
const killsAfter = [3, 6, 4, 7, 5, 8];

let store: TestStore;
beforeEach(() => {
	store = openTestStore();
	fromHq(store, "catalog", [article("100"), price("100", 1, 400)]);
	store.do("recordMovement", { id: "first", sku: "100", quantity: 1_000, reason: "receive", occurredAt: noon });
	const expiresAt = "2026-03-09T13:00:00.000Z";
	const order = (n: number) => ({
		...{ id: `o${n}`, kind: "pickup", at: noon, by: "user:shop", takes: [{ grant: "g", sku: "100", quantity: 2 }] },
		lines: [{ sku: "100", quantity: 2, substitution: "none" }],
		codeHash: createHash("sha256")
			.update(`o${n}:${codeOf(n)}`)
			.digest("hex"),
	});
	fromHq(store, "stock", [
		{ type: "grant-ask", sku: "100", wanted: 2 * ordersMost, grant: "g", expiresAt },
		...Array.from({ length: ordersMost }, (_, n) => ({ type: "order", order: order(n) })),
	]);
	store.do("activateDue", {});
});
afterEach(() => store.close());

/** Lets a process work from the order `first` on, and kills it after so many acts. Answers the ids of those it acknowledged. */
async function workAndKill(first: number, acts: number): Promise<string[]> {
	const child = fork(join(import.meta.dirname, "order-child.ts"), [JSON.stringify([store.directory, first])], {
		execArgv: ["--no-warnings"],
	});
	const acknowledged: string[] = [];
	child.on("message", (id) => {
		acknowledged.push(String(id));
		if (acknowledged.length === acts) child.kill("SIGKILL");
	});
	await once(child, "exit");
	return acknowledged;
}

interface Acted {
	order: string;
	act: { act: string };
}
const acted = (): Acted[] => store.book.events.after(0, 100_000).filter(({ type }) => type === "order.acted") as unknown as Acted[];
const times = (order: string, act: string): number => acted().filter((event) => event.order === order && event.act.act === act).length;

/** A fact for each act that took effect, no more and no less, and the figures that follow from them. */
function expectOneStory(acknowledged: readonly string[]): void {
	const facts = acted();
	const most = { accept: 1, pick: 2, ready: 1, "hand-over": 1 };
	for (const { order } of facts) for (const [act, count] of Object.entries(most)) expect(times(order, act)).toBeLessThanOrEqual(count);
	for (const id of acknowledged) {
		const [, n, act, nth] = /^(\d+)-(hand-over|\w+)(?:-(\d))?$/.exec(id)!;
		expect({ id, isThere: times(`o${n}`, act!) >= Number(nth ?? 1) }).toEqual({ id, isThere: true });
	}
	const count = (name: string): number => facts.filter(({ act }) => act.act === name).length;
	const { onHand, staged, granted, available } = store.book.stock.onHand("100")!;
	expect({ onHand, staged }).toEqual({ onHand: 1_000 - 2 * count("hand-over"), staged: count("pick") - 2 * count("hand-over") });
	expect(staged + granted + available).toBe(onHand);
}

describe("a box that is killed while a clerk picks orders and hands them over", () => {
	it("has every act it acknowledged, each whole and once, and does what was asked again once", async () => {
		let next = 0;
		const all: string[] = [];
		for (const acts of killsAfter) {
			all.push(...(await workAndKill(next, acts)));
			store.reopen();
			expectOneStory(all);
			// The clerk heard no answer to the last acts of this order, and does them again under their ids.
			next = Math.max(...acted().map(({ order }) => Number(order.slice(1))));
			for (const { flow, args } of actsOf(next)) store.do(flow, args as never);
			expectOneStory([...all, ...actsOf(next).map(({ args }) => args.id)]);
			expect(store.book.orders.get(`o${next}`)!.state).toBe("handed-over");
			expect(store.refused("handOverOrder", { order: `o${next}`, id: "a second person", code: codeOf(next) })).toBe("order-handed-over");
			next += 1;
			expect(next).toBeLessThan(ordersMost);
		}
	}, 180_000);
});
