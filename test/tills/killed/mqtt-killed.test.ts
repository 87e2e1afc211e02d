import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { MqttClient } from "mqtt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectClient } from "../../broker/clients.ts";
import { article, fromHq, noon, openTestStore, price, type TestStore } from "../../support/store.ts";
import { until } from "../../support/until.ts";

let store: TestStore;
let child: ChildProcess | undefined;
let client: MqttClient | undefined;
beforeEach(() => {
	store = openTestStore();
	fromHq(store, "catalog", [article("100"), price("100", 1, 400), article("200", { depositMinor: 25 }), price("200", 1, 150)]);
	const coupon = { id: "1", code: "C-1", what: "amount", amountMinor: 50, from: noon, until: "2099-01-01T00:00:00.000Z", total: 99_999 };
	fromHq(store, "stock", [
		{ type: "coupon", coupon },
		{ type: "coupon-lease", lease: { id: "1-lease", coupon: "1", quantity: 99_999, expiresAt: "2098-12-01T00:00:00.000Z", inc: 1 } },
	]);
	store.do("activateDue", {});
});
afterEach(() => {
	client?.end(true);
	child?.kill("SIGKILL");
	store.close();
});

/** The broker with the store's ledger, in a process of its own. */
async function startBroker(): Promise<string> {
	const order = JSON.stringify({ directory: store.directory });
	child = fork(join(import.meta.dirname, "../../broker/crash/kill-child.ts"), [order], { execArgv: ["--no-warnings"] });
	const [said] = (await Promise.race([once(child, "message"), once(child, "exit")])) as [{ port: number } | number | null];
	if (typeof said !== "object" || said === null) throw new Error(`the broker did not start: ${said}`);
	return `mqtt://127.0.0.1:${said.port}`;
}

const tills = 5;
const topic = (till: number, act: string): string => `gondola/1/till/till-${till}/basket/${act}`;

/** Tills fill and settle basket after basket without waiting for answers; `settled`: the sales whose answer came. */
async function load(url: string, round: number): Promise<{ settled: Set<string>; asked: Set<string>; stop(): void }> {
	client = await connectClient(url, { clientId: `tills-${round}`, protocolVersion: round % 2 === 0 ? 4 : 5 });
	client.on("error", () => {});
	const settled = new Set<string>();
	const asked = new Set<string>();
	client.on("message", (_, payload) => {
		const { id, done } = JSON.parse(payload.toString()) as { id: string; done?: { state: string } };
		if (done?.state === "settled") settled.add(id);
	});
	await client.subscribeAsync("gondola/1/till/+/basket/settle/ack", { qos: 1 });
	let isOver = false;
	const say = (till: number, act: string, body: object): void =>
		void client!.publishAsync(topic(till, act), JSON.stringify(body), { qos: 1 }).catch(() => {});
	const run = async (till: number): Promise<void> => {
		for (let n = 0; !isOver; n += 1) {
			const basket = `r${round}-t${till}-${n}`;
			asked.add(basket);
			say(till, "open", { id: `open-${basket}`, basket });
			say(till, "add", { id: "scan-1", basket, code: "100", quantity: 1 + (n % 3) });
			say(till, "add", { id: "scan-2", basket, code: "200" });
			say(till, "coupon", { id: "cut-1", basket, code: "C-1" });
			say(till, "settle", { id: basket, basket });
			// Not too far ahead of the answers.
			for (; !isOver && asked.size - settled.size > 4 * tills; ) await new Promise((done) => setImmediate(done));
			await new Promise((done) => setImmediate(done));
		}
	};
	for (let till = 1; till <= tills; till += 1) void run(till);
	return { settled, asked, stop: () => void (isOver = true) };
}

const events = (type: string) => store.book.events.after(0, 1_000_000).filter((event) => event.type === type);

describe("a box that is killed while tills settle baskets over MQTT", () => {
	it("has every sale that it answered, each whole and once, and a till that asks again gets it once", async () => {
		for (let round = 0; round < 4; round += 1) {
			const { settled, asked, stop } = await load(await startBroker(), round);
			await until(() => settled.size >= 20 + round * 15, "enough settled");
			const died = once(child!, "exit");
			child!.kill("SIGKILL");
			await died;
			stop();
			client!.end(true);
			store.reopen();
			const sales = events("sale.recorded") as { sale: string; lines: { quantity: number }[]; receipt: string }[];
			const sold = sales.map(({ sale }) => sale);
			expect(new Set(sold).size).toBe(sold.length);
			expect([...settled].filter((sale) => !sold.includes(sale))).toEqual([]);
			const moved = events("stock.moved") as { movement: { reference: string; quantity: number } }[];
			for (const { sale, lines, receipt } of sales) {
				const own = moved.filter(({ movement }) => movement.reference === sale).map(({ movement }) => -movement.quantity);
				expect([sale, own]).toEqual([sale, lines.map(({ quantity }) => quantity)]);
				expect(store.book.jobs.get(receipt)).toBeDefined();
				expect(store.book.baskets.get(sale)!.state).toBe("settled");
			}
			const redeemed = (events("coupon.redeemed") as { sale: string }[]).map(({ sale }) => sale);
			expect(redeemed.sort()).toEqual([...sold].sort());
			expect(store.book.coupons.lease("1-lease")!.used).toBe(sold.length);
			// The till asks again for everything it asked: what is open is settled, and what was settled stays one sale.
			for (const basket of asked) {
				const known = store.book.baskets.get(basket);
				const isReady = known && (known.settled !== undefined || (known.lines.length === 2 && known.coupons?.length === 1));
				if (isReady) expect(store.do("settleBasket", { basket, id: basket, till: known.till }).sale).toBe(basket);
			}
			const after = (events("sale.recorded") as { sale: string }[]).map(({ sale }) => sale);
			expect(new Set(after).size).toBe(after.length);
		}
	}, 240_000);
});
