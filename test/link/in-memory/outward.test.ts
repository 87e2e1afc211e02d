import { describe, expect, it } from "vitest";
import { openRateLimit, usualRate } from "../../../src/link/machine/rate-limit.ts";
import { noLog } from "../../../src/link/run/clock.ts";
import { runSendStream } from "../../../src/link/run/send-stream.ts";
import { genesis } from "../../../src/words/basics/chain.ts";
import { openWorld } from "./world.ts";

describe("what the other side has", () => {
	it("is noted again when the disk refused it: on a quiet line no further acknowledgement would bring it", async () => {
		const world = openWorld(1);
		const noted: number[] = [];
		let full = true;
		const sending = runSendStream({
			stream: "facts",
			clock: world,
			dice: world.dice,
			rateLimit: openRateLimit(usualRate, 0),
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
		sending.apply({ type: "begin", epoch: "e".repeat(16), position: 0, hash: genesis });
		await world.run(100);
		sending.apply({ type: "ack", epoch: "e".repeat(16), upTo: 1, hash: "1".repeat(32) });
		await world.run(10_000);
		expect(noted).toEqual([]);
		full = false;
		await world.run(10_000);
		expect(noted).toEqual([1]);
		sending.stop();
	});
});
