import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { maskCards } from "../../../drivers/scanner/payment-card.ts";
import type { Port } from "../../../drivers/transport/port.ts";
import { createTap, type TapOptions } from "../../../drivers/transport/tap.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

async function tapped(options: Partial<TapOptions> = {}) {
	let nowMs = 0;
	let hear: (bytes: Uint8Array) => void = () => {};
	const tap = createTap({ mask: maskCards, nowMs: () => nowMs, ...options });
	const port: Port = {
		name: "cable",
		write: () => Promise.resolve(),
		onBytes: (listener) => {
			hear = listener;
		},
		onClosed: () => {},
		close: () => Promise.resolve(),
	};
	const open = await tap.over(() => Promise.resolve(port))();
	open.onBytes(() => {});
	return {
		tap,
		hear: (text: string | Uint8Array) => hear(typeof text === "string" ? Buffer.from(text, "latin1") : text),
		write: (text: string) => void open.write(Buffer.from(text, "latin1")),
		pass(ms: number) {
			nowMs += ms;
			vi.advanceTimersByTime(ms);
		},
		texts: (after = 0) => tap.read(after).items.map(({ direction, bytes }) => `${direction[0]} ${Buffer.from(bytes).toString("latin1")}`),
	};
}

describe("what passes on a cable", () => {
	it("is told once somebody reads, cut where the line falls silent or the direction changes", async () => {
		const on = await tapped();
		on.hear("before\r");
		expect(on.texts()).toEqual([]);
		on.hear("40063");
		on.pass(50);
		on.hear("81333931\r");
		on.write("S\r\n");
		on.hear("x");
		on.pass(250);
		expect(on.texts()).toEqual(["r 4006381333931\r", "s S\r\n", "r x"]);
		const { next } = on.tap.read(0);
		on.hear("y");
		on.pass(250);
		expect(on.texts(next)).toEqual(["r y"]);
	});

	it("is forgotten when nobody reads any more", async () => {
		const on = await tapped();
		on.tap.read(0);
		on.hear("a");
		on.pass(16_000);
		on.hear("b");
		on.pass(250);
		expect(on.texts()).toEqual([]);
	});

	it("never shows a payment card, in pieces, with parity or across the largest step", async () => {
		const card = "4111111111111111";
		const on = await tapped();
		on.tap.read(0);
		on.hear(`%B${card.slice(0, 7)}`);
		on.hear(`${card.slice(7)}^\r`);
		on.pass(250);
		on.hear(Uint8Array.from(Buffer.from(card), (byte) => byte | 0x80));
		on.pass(250);
		on.hear(`${"x".repeat(4_090)}${card}${"y".repeat(100)}`);
		on.pass(250);
		const seen = on.tap.read(0).items.map(({ bytes }) => Buffer.from(bytes.map((byte) => byte & 0x7f)).toString("latin1"));
		expect(seen.join("")).not.toContain(card);
		expect(seen[0]).toBe("%B411111******1111^\r");
		expect(seen.join("").replaceAll(/[^*]/g, "")).toHaveLength(18);
	});

	it("is bounded, and says what was lost", async () => {
		const on = await tapped({ areMessages: true });
		on.tap.read(0);
		for (let n = 0; n < 3_000; n++) on.hear(new Uint8Array(64));
		const { items, lost } = on.tap.read(1);
		expect(items.length).toBeLessThanOrEqual(1_024);
		expect(lost).toBe(3_000 - items.length - 1);
	});
});
