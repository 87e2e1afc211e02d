import { describe, expect, it } from "vitest";
import { startHqLine } from "../../../src/hq/line/line.ts";
import type { HqRepository } from "../../../src/link/hq/repository.ts";

describe("what an older build parked", () => {
	it("is tried again a minute later when head office's disk was full at the start", async () => {
		const alarms: { ms: number; call(): void }[] = [];
		let tries = 0;
		const store = {
			async unpark() {
				tries += 1;
				if (tries === 1) throw new Error("disk-full");
				return 3;
			},
			stores: async () => [],
			onNews: () => () => {},
		} as unknown as HqRepository;
		const line = await startHqLine({
			url: "",
			tenant: "t",
			store,
			random: () => 0.5,
			connect: () => ({ publish() {}, hangUp() {}, listenTo: async () => {} }),
			clock: { nowMs: () => 0, after: (ms, call) => (alarms.push({ ms, call }), () => {}) },
		});
		await new Promise(setImmediate);
		alarms.find(({ ms }) => ms === 60_000)!.call();
		await new Promise(setImmediate);
		expect(tries).toBe(2);
		await line.stop();
	});
});
