import { describe, expect, it } from "vitest";
import { openPace, usualPace } from "../../src/link/machine/rate-limit.ts";
import { genesis } from "../../src/link/protocol/chain.ts";
import { noLog } from "../../src/link/run/clock.ts";
import { runOutward } from "../../src/link/run/send-stream.ts";
import { openWorld } from "./world.ts";

describe("what the other side has", () => {
	it("is noted again when the disk refused it: on a quiet line no further acknowledgement would bring it", async () => {
		const world = openWorld(1);
		const noted: number[] = [];
		let full = true;
		const outward = runOutward({
			stream: "facts",
			clock: world,
			dice: world.dice,
			pace: openPace(usualPace, 0),
			log: noLog,
			session: () => "s",
			read: (after) => (after < 1 ? [{ seq: 1, hash: "1".repeat(32), record: { n: 1 } }] : []),
			publish() {},
			greet() {},
			async moved({ position }) {
				if (full) throw new Error("disk full");
				noted.push(position);
			},
		});
		outward.happen({ type: "begin", epoch: "e".repeat(16), position: 0, hash: genesis });
		await world.run(100);
		outward.happen({ type: "ack", epoch: "e".repeat(16), upTo: 1, hash: "1".repeat(32) });
		await world.run(10_000);
		expect(noted).toEqual([]);
		full = false;
		await world.run(10_000);
		expect(noted).toEqual([1]);
		outward.stop();
	});
});
