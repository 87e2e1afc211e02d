import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashWithin } from "../../../src/hq/streams/chain-reader.ts";
import { cutStream } from "../../../src/hq/streams/segments.ts";
import { eventually } from "../../support/until.ts";
import { type Box, openPair, type Pair } from "./pair.ts";

const root = mkdtempSync(join(tmpdir(), "gondola-pasts-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const moves = (box: Box, from: number, to: number): void => {
	for (let n = from; n <= to; n++) {
		box.do("recordMovement", { id: `m${n}`, sku: "milk", quantity: 1, reason: "receive", occurredAt: "2026-03-01T08:00:00.000Z" });
	}
};

const settled = (box: Box): Promise<void> =>
	eventually(() => {
		const { last, acked } = box.ledger.read.link.up("facts");
		expect([acked, box.end.status().connected]).toEqual([last, true]);
	});

describe("a box that came back from a copy of its disk", () => {
	let pair: Pair;
	let box: Box;
	const disk = join(root, "disk");
	const copy = join(root, "copy");
	const onHand = async (): Promise<number> => (await pair.hq.stock("s1", "milk")).onHand;

	beforeAll(async () => {
		pair = await openPair();
		await pair.hq.acceptPush({
			id: "p1",
			stores: ["s1"],
			rejected: [],
			changes: [{ sku: "milk", amountMinor: 99, currency: "EUR", kind: "regular", article: {} }],
		});
		box = pair.box(disk);
		await eventually(() => expect(box.writer.book.articles.bySku("milk")).toBeDefined());
		moves(box, 1, 40);
		await settled(box);
	}, 120_000);
	afterAll(() => pair.close());

	it("parts from HQ's session where both agreed, and nothing of either is lost", async () => {
		box.stop();
		cpSync(disk, copy, { recursive: true });
		box = pair.box(disk);
		moves(box, 41, 60);
		await settled(box);
		box.stop();
		const { epoch, position } = (await pair.hq.link.load("s1"))!.up.facts!;

		box = pair.box(copy);
		// Before the two have spoken: ids that HQ knows, for other movements.
		moves(box, 101, 105);
		await settled(box);
		expect(box.ledger.read.link.up("facts").epoch).not.toBe(epoch);
		expect(await onHand()).toBe(65);
		const [fork] = await pair.hq.forks("s1");
		expect(fork).toMatchObject({ stream: "facts", epoch, to: position });
		const facts = await pair.hq.facts("s1", { after: 0, limit: 1_000, type: "stock.moved" });
		expect(facts).toHaveLength(65);
	});

	it("goes on after a restore that opened a new epoch, without sending twice what HQ has", async () => {
		box.do("openUpEpoch", {});
		box.stop();
		box = pair.box(copy);
		moves(box, 106, 110);
		await settled(box);
		expect(await onHand()).toBe(70);
		expect((await pair.hq.link.load("s1"))!.up.facts).toMatchObject({
			epoch: box.ledger.read.link.up("facts").epoch,
			position: box.ledger.read.link.up("facts").last,
		});
	});

	it("tells HQ the end of its stream when HQ has lost it", async () => {
		const before = (await pair.hq.link.load("s1"))!.dn.catalog!;
		await pair.db.transaction(async (tx) => {
			const hash = await hashWithin(tx, "s1", "catalog", before.last - 1);
			await cutStream(tx, "s1", "catalog", before.last - 1, hash!);
		});
		pair.restartHq();
		await eventually(() => {
			const mark = box.ledger.read.link.dn("catalog")!;
			expect([mark.position, mark.epoch === before.epoch]).toEqual([before.last, false]);
		});
	});
});
