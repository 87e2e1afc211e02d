import { describe, expect, it } from "vitest";
import { noLog } from "../../../src/link/run/clock.ts";
import { type ConnectionEvents, keepConnected, silentAfterMs } from "../../../src/link/run/keep-connected.ts";
import { openWorld } from "./world.ts";

function openLine() {
	const world = openWorld(1);
	const calls: ConnectionEvents[] = [];
	const lost: string[] = [];
	const line = keepConnected({
		clock: world,
		dice: world.dice,
		log: noLog,
		call(events) {
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
