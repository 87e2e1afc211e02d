import { describe, expect, it } from "vitest";
import { type Arrived, holdMs, mostHeld, openReceiver, type ReceiverEvent, stepReceiver } from "../../../src/link/machine/receiver.ts";
import { crcOfTexts } from "../../../src/link/protocol/crc32c.ts";
import { canonicalText } from "../../../src/words/basics/canonical-text.ts";
import { genesis, nextHash } from "../../../src/words/basics/chain.ts";

const epoch = "e".repeat(16);
const records = Array.from({ length: 400 }, (_, index) => ({ n: index + 1 }));
const hashes = records.reduce<string[]>((chain, record) => [...chain, nextHash(chain.at(-1)!, canonicalText(record))], [genesis]);

function messageOf(from: number, to: number): Arrived {
	const slice = records.slice(from - 1, to);
	return { epoch, from, n: slice.length, prevHash: hashes[from - 1]!, records: slice, crc32c: crcOfTexts(slice.map(canonicalText)) };
}

function listening(position = 0) {
	const receiver = openReceiver();
	const apply = (event: ReceiverEvent, nowMs = 0) => stepReceiver(receiver, event, nowMs);
	apply({ type: "begin", epoch, position, hash: hashes[position]! });
	const committed = (to: number, nowMs = 0) => apply({ type: "committed", epoch, position: to, hash: hashes[to]!, rejected: [] }, nowMs);
	return { receiver, apply, committed, hear: (data: Arrived, nowMs = 0) => apply({ type: "data", data }, nowMs) };
}

describe("a stream's receiver", () => {
	it("acknowledges after the commit, not before", () => {
		const { hear, committed } = listening();
		const heard = hear(messageOf(1, 5));
		expect(heard.effects.map((effect) => effect.effect)).toEqual(["commit"]);
		expect(committed(5).effects).toEqual([{ effect: "ack", epoch, upTo: 5, hash: hashes[5], rejected: [] }]);
	});

	it("acknowledges again what it knows, and commits only the new part of an overlap", () => {
		const { hear } = listening(5);
		expect(hear(messageOf(1, 5)).effects).toEqual([{ effect: "ack", epoch, upTo: 5, hash: hashes[5], rejected: [] }]);
		expect(hear(messageOf(3, 8)).effects).toMatchObject([
			{ effect: "commit", batch: { from: 6, upTo: 8, hash: hashes[8], records: [{ seq: 6 }, { seq: 7 }, { seq: 8 }] } },
		]);
	});

	it("holds what is early for two seconds, then asks for what is missing, ever slower", () => {
		const { hear, apply } = listening();
		expect(hear(messageOf(6, 10), 100)).toEqual({ effects: [], wakeAtMs: 100 + holdMs });
		const first = apply({ type: "tick" }, 100 + holdMs);
		expect(first.effects).toEqual([{ effect: "nak", epoch, have: 0, why: "gap" }]);
		expect(apply({ type: "tick" }, first.wakeAtMs! - 1).effects).toEqual([]);
		const second = apply({ type: "tick" }, first.wakeAtMs!);
		expect(second.effects.length).toBe(1);
		expect(second.wakeAtMs! - first.wakeAtMs!).toBe(2 * holdMs);
	});

	it("commits held messages together once the gap is filled", () => {
		const { hear } = listening();
		hear(messageOf(11, 15));
		hear(messageOf(6, 10));
		expect(hear(messageOf(1, 5)).effects).toMatchObject([{ effect: "commit", batch: { from: 1, upTo: 15, hash: hashes[15] } }]);
	});

	it("holds no more than 64 messages", () => {
		const { hear, receiver } = listening();
		for (let from = 2; from < 2 + 100; from++) hear(messageOf(from, from));
		expect(receiver.held.length).toBe(mostHeld);
		expect(receiver.held[0]!.from).toBe(2);
	});

	it("drops a damaged message and asks for it again", () => {
		const { hear } = listening();
		const { effects } = hear({ ...messageOf(1, 5), records: [{ n: 1 }, { n: 2 }, { n: 33 }, { n: 4 }, { n: 5 }] });
		expect(effects).toEqual([{ effect: "nak", epoch, have: 0, why: "gap" }]);
	});

	it("says fork for another past, also inside an overlap", () => {
		const { hear } = listening(5);
		expect(hear({ ...messageOf(6, 8), prevHash: "f".repeat(32) }).effects).toMatchObject([
			{ effect: "nak", why: "fork" },
			{ effect: "greet" },
		]);
		expect(hear({ ...messageOf(4, 8), prevHash: "f".repeat(32) }).effects).toMatchObject([
			{ effect: "nak", why: "fork" },
			{ effect: "greet" },
		]);
	});

	it("keeps data that came before the greeting which explains it", () => {
		const receiver = openReceiver();
		expect(stepReceiver(receiver, { type: "data", data: messageOf(1, 5) }, 0).effects).toMatchObject([{ effect: "greet" }]);
		expect(stepReceiver(receiver, { type: "begin", epoch, position: 0, hash: genesis }, 10).effects).toMatchObject([
			{ effect: "commit", batch: { upTo: 5 } },
		]);
	});

	it("counts what the sender no longer has, and goes on", () => {
		const { hear } = listening(5);
		const { effects } = hear({
			...messageOf(11, 12),
			from: 6,
			n: 7,
			prevHash: hashes[5]!,
			leap: { to: 10, hash: hashes[10]!, why: "no-longer-held", record: records[9] },
		});
		expect(effects).toMatchObject([
			{
				effect: "commit",
				batch: { from: 6, upTo: 12, hash: hashes[12], lost: [{ from: 6, to: 9 }], records: [{ seq: 10 }, { seq: 11 }, { seq: 12 }] },
			},
		]);
	});

	it("forgets a commit that failed, and takes the message when it comes again", () => {
		const { hear, apply, committed } = listening();
		hear(messageOf(1, 5));
		expect(apply({ type: "failed" }).effects).toEqual([]);
		expect(hear(messageOf(1, 5)).effects.map((effect) => effect.effect)).toEqual(["commit"]);
		expect(committed(5).effects.map((effect) => effect.effect)).toEqual(["ack"]);
	});

	it("does not take a commit of the old epoch for a position in the new one", () => {
		const { hear, apply, receiver } = listening();
		hear(messageOf(1, 5));
		apply({ type: "begin", epoch: "0".repeat(16), position: 0, hash: genesis });
		apply({ type: "committed", epoch, position: 5, hash: hashes[5]!, rejected: [] });
		expect(receiver.at).toMatchObject({ epoch: "0".repeat(16), position: 0 });
	});
});
