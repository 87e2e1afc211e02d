import { describe, expect, it } from "vitest";
import { openRateLimit, waitMs } from "../../../src/link/machine/rate-limit.ts";
import { type Reconnect, stepReconnect } from "../../../src/link/machine/reconnect.ts";
import {
	batchBytes,
	type Outgoing,
	openSender,
	type Row,
	type SenderEffect,
	type SenderEvent,
	stepSender,
	usualWindow,
} from "../../../src/link/machine/sender.ts";
import { canonicalText } from "../../../src/words/basics/canonical-text.ts";
import { genesis, nextHash } from "../../../src/words/basics/chain.ts";

const epoch = "e".repeat(16);

function rowsOf(count: number, filler = ""): Row[] {
	let hash = genesis;
	return Array.from({ length: count }, (_, index) => {
		const text = canonicalText({ n: index + 1, filler });
		hash = nextHash(hash, text);
		return { seq: index + 1, hash, text };
	});
}

/** A sender over a list of rows, with its messages collected. */
function talk(rows: Row[], limits = { messagesPerSecond: 1_000, bytesPerSecond: 10_000_000 }) {
	const sender = openSender();
	const rateLimit = openRateLimit(limits, 0);
	const sent: Outgoing[] = [];
	const effects: SenderEffect[] = [];
	let wakeAtMs: number | undefined;
	const apply = (event: SenderEvent, nowMs: number): void => {
		const result = stepSender(sender, event, { nowMs, jitter: 0, rateLimit });
		wakeAtMs = result.wakeAtMs;
		effects.push(...result.effects);
		for (const effect of result.effects) {
			if (effect.effect === "send") sent.push(effect.batch);
			if (effect.effect === "read")
				apply({ type: "rows", read: effect.read, rows: rows.filter((row) => row.seq > effect.after).slice(0, effect.limit) }, nowMs);
		}
	};
	apply({ type: "begin", epoch, position: 0, hash: genesis }, 0);
	return { sender, sent, effects, apply, wakeAtMs: () => wakeAtMs };
}

const ackOf = (row: Row): SenderEvent => ({ type: "ack", epoch, upTo: row.seq, hash: row.hash });

describe("a stream's sender", () => {
	it("has at most eight messages out and goes on with each acknowledgement", () => {
		const rows = rowsOf(5_000);
		const { sent, apply } = talk(rows);
		expect(sent.length).toBe(usualWindow);
		apply(ackOf(rows[sent[0]!.n - 1]!), 50);
		expect(sent.length).toBe(usualWindow + 1);
	});

	it("cuts messages at 200 records and 48 KiB", () => {
		expect(talk(rowsOf(900)).sent[0]!.rows.length).toBe(200);
		for (const batch of talk(rowsOf(900, "x".repeat(2_000))).sent) {
			expect(batch.rows.reduce((sum, row) => sum + row.text.length + 1, 0)).toBeLessThanOrEqual(batchBytes);
		}
	});

	it("sends a lone record at once, and the next ones together after 250 ms", () => {
		const rows = rowsOf(3);
		const early = rows.slice(0, 1);
		const { sent, apply, wakeAtMs } = talk(early);
		expect(sent.length).toBe(1);
		early.push(rows[1]!);
		apply({ type: "news" }, 10);
		early.push(rows[2]!);
		apply({ type: "news" }, 20);
		expect(sent.length).toBe(1);
		apply({ type: "tick" }, wakeAtMs()!);
		expect(sent.map((batch) => batch.n)).toEqual([1, 2]);
		expect(wakeAtMs()).toBeLessThanOrEqual(2_000);
	});

	it("sends again after two seconds without an answer, one message at a time, ever slower", () => {
		const { sent, apply, wakeAtMs } = talk(rowsOf(2_000));
		const first = sent.length;
		const waits: number[] = [];
		let nowMs = 0;
		for (let n = 0; n < 8; n++) {
			waits.push(wakeAtMs()! - nowMs);
			nowMs = wakeAtMs()!;
			apply({ type: "tick" }, nowMs);
		}
		expect(sent.length).toBe(first + 8);
		expect(sent.slice(first).every((batch) => batch.from === 1)).toBe(true);
		expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
	});

	it("goes back where the other side says something is missing", () => {
		const rows = rowsOf(1_000);
		const { sent, apply } = talk(rows);
		const count = sent.length;
		apply({ type: "nak", epoch, have: 200, why: "gap" }, 10);
		expect(sent[count]).toMatchObject({ from: 201, prevHash: rows[199]!.hash });
	});

	it("moves its position only by an acknowledgement of the same past", () => {
		const rows = rowsOf(10);
		const { sender, effects, apply } = talk(rows);
		apply({ type: "ack", epoch, upTo: 10, hash: "f".repeat(32) }, 10);
		apply({ type: "ack", epoch: "0".repeat(16), upTo: 10, hash: rows[9]!.hash }, 10);
		apply({ type: "ack", epoch, upTo: 11, hash: rows[9]!.hash }, 10);
		expect(sender.acked).toBe(0);
		expect(effects.some((effect) => effect.effect === "greet")).toBe(true);
		apply(ackOf(rows[9]!), 20);
		expect(sender.acked).toBe(10);
	});

	it("takes an acknowledgement of what it sent before a late greeting moved it back", () => {
		const rows = rowsOf(3_000);
		const { sender, apply } = talk(rows);
		apply(ackOf(rows[799]!), 10);
		apply({ type: "begin", epoch, position: 200, hash: rows[199]!.hash }, 20);
		expect(sender.acked).toBe(200);
		apply(ackOf(rows[2_399]!), 30);
		expect(sender.acked).toBe(2_400);
	});

	it("asks to compare when the other side acknowledges what only a life before this one can have sent", () => {
		const rows = rowsOf(3_000);
		const { sender, effects, apply } = talk(rows);
		apply({ type: "tick" }, 2_001);
		apply(ackOf(rows[2_399]!), 2_010);
		expect(sender.acked).toBe(0);
		expect(effects.at(-1)).toMatchObject({ effect: "greet" });
		apply({ type: "begin", epoch, position: 2_400, hash: rows[2_399]!.hash }, 2_020);
		expect(sender.acked).toBe(2_400);
	});

	it("leaps over numbers that no longer exist", () => {
		const { sent, apply } = talk(rowsOf(10).filter((row) => row.seq < 3 || row.seq > 6));
		apply({ type: "tick" }, 250);
		expect(sent.map(({ from, n, leap }) => [from, n, leap])).toEqual([
			[1, 2, false],
			[3, 8, true],
		]);
	});

	it("keeps to its pace", () => {
		const { sent, wakeAtMs } = talk(rowsOf(5_000), { messagesPerSecond: 4, bytesPerSecond: 10_000 });
		expect(sent.length).toBe(4);
		expect(wakeAtMs()).toBe(250);
		const rateLimit = openRateLimit({ messagesPerSecond: 50, bytesPerSecond: 1_000 }, 0);
		rateLimit.bytes.tokens -= 3_000;
		expect(waitMs(rateLimit, 0)).toBeGreaterThan(2_000);
		expect(waitMs(rateLimit, 2_100)).toBe(0);
	});
});

describe("calling the broker", () => {
	it("waits a random part of a span that doubles from one second to five minutes", () => {
		let line: Reconnect = { at: "connecting", failures: 0 };
		const spans: number[] = [];
		for (let n = 0; n < 11; n++) {
			const failed = stepReconnect(line, "failed", { nowMs: 0, jitter: 1 });
			spans.push(failed.wakeAtMs!);
			line = stepReconnect(failed.line, "timer", { nowMs: failed.wakeAtMs!, jitter: 0.5 }).line;
		}
		expect(spans).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * 1_000));
		expect(stepReconnect({ at: "connecting", failures: 9 }, "failed", { nowMs: 0, jitter: 0.1 }).wakeAtMs).toBe(30_000);
	});

	it("forgets its failures when HQ answers, not when the broker admits", () => {
		const open = stepReconnect({ at: "connecting", failures: 5 }, "opened", { nowMs: 0, jitter: 1 }).line;
		expect(stepReconnect(open, "lost", { nowMs: 0, jitter: 1 }).wakeAtMs).toBe(32_000);
		const proved = stepReconnect(open, "proved", { nowMs: 0, jitter: 1 }).line;
		expect(stepReconnect(proved, "lost", { nowMs: 0, jitter: 1 }).wakeAtMs).toBe(1_000);
	});
});
