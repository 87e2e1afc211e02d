import { describe, expect, it } from "vitest";
import { openPace, waitMs } from "../../src/link/machine/rate-limit.ts";
import { type Connecting, stepConnecting } from "../../src/link/machine/reconnect.ts";
import {
	batchBytes,
	type Outgoing,
	openSender,
	type Row,
	type SenderAct,
	type SenderHappening,
	stepSender,
	usualWindow,
} from "../../src/link/machine/sender.ts";
import { canonicalText, genesis, nextHash } from "../../src/link/protocol/chain.ts";

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
	const pace = openPace(limits, 0);
	const sent: Outgoing[] = [];
	const acts: SenderAct[] = [];
	let wakeAtMs: number | undefined;
	const happen = (happening: SenderHappening, nowMs: number): void => {
		const result = stepSender(sender, happening, { nowMs, jitter: 0, pace });
		wakeAtMs = result.wakeAtMs;
		acts.push(...result.acts);
		for (const act of result.acts) {
			if (act.act === "send") sent.push(act.batch);
			if (act.act === "read")
				happen({ type: "rows", read: act.read, rows: rows.filter((row) => row.seq > act.after).slice(0, act.limit) }, nowMs);
		}
	};
	happen({ type: "begin", epoch, position: 0, hash: genesis }, 0);
	return { sender, sent, acts, happen, wakeAtMs: () => wakeAtMs };
}

const ackOf = (row: Row): SenderHappening => ({ type: "ack", epoch, upTo: row.seq, hash: row.hash });

describe("a stream's sender", () => {
	it("has at most eight messages out and goes on with each acknowledgement", () => {
		const rows = rowsOf(5_000);
		const { sent, happen } = talk(rows);
		expect(sent.length).toBe(usualWindow);
		happen(ackOf(rows[sent[0]!.n - 1]!), 50);
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
		const { sent, happen, wakeAtMs } = talk(early);
		expect(sent.length).toBe(1);
		early.push(rows[1]!);
		happen({ type: "news" }, 10);
		early.push(rows[2]!);
		happen({ type: "news" }, 20);
		expect(sent.length).toBe(1);
		happen({ type: "tick" }, wakeAtMs()!);
		expect(sent.map((batch) => batch.n)).toEqual([1, 2]);
		expect(wakeAtMs()).toBeLessThanOrEqual(2_000);
	});

	it("sends again after two seconds without an answer, one message at a time, ever slower", () => {
		const { sent, happen, wakeAtMs } = talk(rowsOf(2_000));
		const first = sent.length;
		const waits: number[] = [];
		let nowMs = 0;
		for (let n = 0; n < 8; n++) {
			waits.push(wakeAtMs()! - nowMs);
			nowMs = wakeAtMs()!;
			happen({ type: "tick" }, nowMs);
		}
		expect(sent.length).toBe(first + 8);
		expect(sent.slice(first).every((batch) => batch.from === 1)).toBe(true);
		expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
	});

	it("goes back where the other side says something is missing", () => {
		const rows = rowsOf(1_000);
		const { sent, happen } = talk(rows);
		const count = sent.length;
		happen({ type: "nak", epoch, have: 200, why: "gap" }, 10);
		expect(sent[count]).toMatchObject({ from: 201, prevHash: rows[199]!.hash });
	});

	it("moves its position only by an acknowledgement of the same past", () => {
		const rows = rowsOf(10);
		const { sender, acts, happen } = talk(rows);
		happen({ type: "ack", epoch, upTo: 10, hash: "f".repeat(32) }, 10);
		happen({ type: "ack", epoch: "0".repeat(16), upTo: 10, hash: rows[9]!.hash }, 10);
		happen({ type: "ack", epoch, upTo: 11, hash: rows[9]!.hash }, 10);
		expect(sender.acked).toBe(0);
		expect(acts.some((act) => act.act === "greet")).toBe(true);
		happen(ackOf(rows[9]!), 20);
		expect(sender.acked).toBe(10);
	});

	it("takes an acknowledgement of what it sent before a late greeting moved it back", () => {
		const rows = rowsOf(3_000);
		const { sender, happen } = talk(rows);
		happen(ackOf(rows[799]!), 10);
		happen({ type: "begin", epoch, position: 200, hash: rows[199]!.hash }, 20);
		expect(sender.acked).toBe(200);
		happen(ackOf(rows[2_399]!), 30);
		expect(sender.acked).toBe(2_400);
	});

	it("asks to compare when the other side acknowledges what only a life before this one can have sent", () => {
		const rows = rowsOf(3_000);
		const { sender, acts, happen } = talk(rows);
		happen({ type: "tick" }, 2_001);
		happen(ackOf(rows[2_399]!), 2_010);
		expect(sender.acked).toBe(0);
		expect(acts.at(-1)).toMatchObject({ act: "greet" });
		happen({ type: "begin", epoch, position: 2_400, hash: rows[2_399]!.hash }, 2_020);
		expect(sender.acked).toBe(2_400);
	});

	it("leaps over numbers that no longer exist", () => {
		const { sent, happen } = talk(rowsOf(10).filter((row) => row.seq < 3 || row.seq > 6));
		happen({ type: "tick" }, 250);
		expect(sent.map(({ from, n, leap }) => [from, n, leap])).toEqual([
			[1, 2, false],
			[3, 8, true],
		]);
	});

	it("keeps to its pace", () => {
		const { sent, wakeAtMs } = talk(rowsOf(5_000), { messagesPerSecond: 4, bytesPerSecond: 10_000 });
		expect(sent.length).toBe(4);
		expect(wakeAtMs()).toBe(250);
		const pace = openPace({ messagesPerSecond: 50, bytesPerSecond: 1_000 }, 0);
		pace.bytes -= 3_000;
		expect(waitMs(pace, 0)).toBeGreaterThan(2_000);
		expect(waitMs(pace, 2_100)).toBe(0);
	});
});

describe("calling the broker", () => {
	it("waits a random part of a span that doubles from one second to five minutes", () => {
		let line: Connecting = { at: "calling", failures: 0 };
		const spans: number[] = [];
		for (let n = 0; n < 11; n++) {
			const failed = stepConnecting(line, "failed", { nowMs: 0, jitter: 1 });
			spans.push(failed.wakeAtMs!);
			line = stepConnecting(failed.line, "timer", { nowMs: failed.wakeAtMs!, jitter: 0.5 }).line;
		}
		expect(spans).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * 1_000));
		expect(stepConnecting({ at: "calling", failures: 9 }, "failed", { nowMs: 0, jitter: 0.1 }).wakeAtMs).toBe(30_000);
	});

	it("forgets its failures when HQ answers, not when the broker admits", () => {
		const open = stepConnecting({ at: "calling", failures: 5 }, "opened", { nowMs: 0, jitter: 1 }).line;
		expect(stepConnecting(open, "lost", { nowMs: 0, jitter: 1 }).wakeAtMs).toBe(32_000);
		const proved = stepConnecting(open, "proved", { nowMs: 0, jitter: 1 }).line;
		expect(stepConnecting(proved, "lost", { nowMs: 0, jitter: 1 }).wakeAtMs).toBe(1_000);
	});
});
