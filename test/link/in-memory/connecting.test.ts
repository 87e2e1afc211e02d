import { describe, expect, it } from "vitest";
import { silentAfterMs, unansweredAfterMs } from "../../../src/link/machine/patience.ts";
import { noLog } from "../../../src/link/run/clock.ts";
import { type ConnectionEvents, keepConnected } from "../../../src/link/run/keep-connected.ts";
import { openWorld } from "./world.ts";

function openLine() {
	const world = openWorld(1);
	const calls: ConnectionEvents[] = [];
	const lost: string[] = [];
	const line = keepConnected({
		clock: world,
		dice: world.dice,
		log: noLog,
		connect(events) {
			calls.push(events);
			world.after(10, () => events.opened());
			return { publish() {}, hangUp() {} };
		},
		opened() {},
		arrived() {},
		lost: (why) => lost.push(why),
	});
	return { world, calls, lost, line };
}

describe("a kept line", () => {
	it("is given up and called anew when nothing arrives: a broker that forgot the subscription still answers pings", async () => {
		const { world, calls, lost, line } = openLine();
		await world.run(silentAfterMs + 100);
		expect(lost).toEqual(["nothing arrives"]);
		await world.run(5_000);
		expect(calls).toHaveLength(2);
		expect(line.isOpen()).toBe(true);
	});

	it("is given up sooner when what the other end answers at once is not answered", async () => {
		const { world, calls, lost, line } = openLine();
		await world.run(100);
		line.publish("hello", Buffer.of(0), true);
		await world.run(unansweredAfterMs - 1_000);
		expect(lost).toEqual([]);
		await world.run(7_000);
		expect(lost).toEqual(["nothing arrives"]);
		expect(calls).toHaveLength(2);
	});

	it("is given up more and more seldom while head office is away, and waits seconds each time", async () => {
		const { world, calls, line } = openLine();
		await world.run(100);
		const hello = (): void => {
			line.publish("hello", Buffer.of(0), true);
			world.after(10_000, hello);
		};
		hello();
		await world.run(3_600_000);
		// 45, 90, 180 s, then every 5 minutes for the rest of the hour; five seconds at most between two.
		expect(calls.length).toBeGreaterThanOrEqual(14);
		expect(calls.length).toBeLessThanOrEqual(16);
		calls.at(-1)!.arrived("t", Buffer.of(0));
		const before = calls.length;
		await world.run(unansweredAfterMs + 16_000);
		expect(calls.length).toBe(before + 1);
		line.stop();
	});

	it("waits for nothing where no answer is due: an acknowledgement has none", async () => {
		const { world, calls, line } = openLine();
		await world.run(100);
		line.publish("ack", Buffer.of(0));
		await world.run(unansweredAfterMs + 10_000);
		expect(calls).toHaveLength(1);
	});

	it("stays as long as something arrives now and then", async () => {
		const { world, calls, line } = openLine();
		for (let minute = 0; minute < 60; minute++) {
			await world.run(60_000);
			calls[0]!.arrived("t", Buffer.of(0));
		}
		expect(calls).toHaveLength(1);
		line.stop();
		await world.run(2 * silentAfterMs);
		expect(calls).toHaveLength(1);
	});
});
