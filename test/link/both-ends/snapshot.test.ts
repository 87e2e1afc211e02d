import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appendDown, keepRecords, takeNumbers } from "../../../src/hq/streams/down.ts";
import { chunkWireBytes, cutChunks, manifestOf, readSnapshotId } from "../../../src/link/protocol/snapshot.ts";
import { canonicalText } from "../../../src/words/basics/canonical-text.ts";
import { openTestStore } from "../../support/store.ts";
import { eventually } from "../../support/until.ts";
import { type Box, openPair, type Pair } from "./pair.ts";

const from = "2026-01-01T00:00:00.000Z";
const id = "00000000000000aa-50000-1767225600000";

describe("a snapshot's chunks", () => {
	it("stay below 48 KiB on the wire, also when the records hardly compress", () => {
		const noise = (n: number): string => Array.from({ length: 40 }, (_, k) => Math.imul(n * 40 + k + 1, 0x9e3779b1).toString(36)).join("");
		const texts = Array.from({ length: 2_000 }, (_, n) => canonicalText({ n, noise: noise(n) }));
		const chunks = cutChunks(texts);
		expect(chunks.flat()).toEqual(texts);
		expect(chunks.length).toBeGreaterThan(Math.floor(texts.join("").length / 4 / chunkWireBytes));
		expect(readSnapshotId(id)).toEqual({ epoch: "00000000000000aa", baseSeq: 50_000, atMs: 1_767_225_600_000 });
	});
});

describe("a snapshot of 50,000 prices", () => {
	it("is applied in less than three seconds, and takes the place of what was there", () => {
		const store = openTestStore();
		const texts = Array.from({ length: 50_000 }, (_, n) => [
			{ type: "article", article: { sku: `sku${n}`, version: n + 1, name: `Article ${n}`, gtin: String(n).padStart(14, "0") } },
			{
				type: "price",
				price: { sku: `sku${n}`, version: n + 60_001, kind: "regular", amountMinor: 100 + n, currency: "EUR", from, push: "p1" },
			},
		])
			.flat()
			.map((record) => JSON.stringify(record));
		const chunks = Array.from({ length: 50 }, (_, n) => texts.slice(n * 2_000, (n + 1) * 2_000));
		store.do("beginSnapshot", manifestOf(id, "ab".repeat(16), chunks));
		chunks.forEach((chunk, n) => store.do("takeChunk", { id, chunk: n, records: chunk.map((text) => JSON.parse(text) as never) }));
		expect(store.book.prices.of("sku7")).toEqual([]);
		store.do("swapSnapshot", { id });
		expect(store.book.prices.of("sku49999")[0]?.amountMinor).toBe(50_099);
		expect(store.book.articles.find("00000000049999")?.sku).toBe("sku49999");
		expect(store.book.link.dn("catalog")).toMatchObject({ position: 50_000 });
		store.close();
	}, 120_000);

	it("is refused while a chunk is missing, and kept over a restart until it comes", () => {
		const store = openTestStore();
		const chunks = [0, 1, 2].map((n) => [
			canonicalText({ type: "price", price: { sku: `sku${n}`, version: 1, kind: "regular", amountMinor: 1, currency: "EUR", from } }),
		]);
		store.do("beginSnapshot", manifestOf(id, "ab".repeat(16), chunks));
		for (const chunk of [0, 2]) store.do("takeChunk", { id, chunk, records: [JSON.parse(chunks[chunk]![0]!) as never] });
		store.reopen();
		expect(store.refused("swapSnapshot", { id })).toBe("snapshot-incomplete");
		expect([...store.book.snapshots.pending("catalog")!.have]).toEqual([0, 2]);
		store.do("takeChunk", { id, chunk: 1, records: [JSON.parse(chunks[1]![0]!) as never] });
		store.do("swapSnapshot", { id });
		expect(store.book.prices.skus("", 10)).toEqual(["sku0", "sku1", "sku2"]);
		store.close();
	});
});

/** Straight into a store's stream: a year of pushes in one second. */
async function tellStore(pair: Pair, records: object[]): Promise<void> {
	await pair.db.transaction(async (tx) => {
		const first = await takeNumbers(tx, records.length);
		const numbered = records.map((record, n) => ({ n: first + n, text: canonicalText(record) }));
		await keepRecords(tx, numbered);
		await appendDown(tx, "s1", "catalog", numbered);
	});
}

describe("a new store and a long history", () => {
	const root = mkdtempSync(join(tmpdir(), "gondola-snapshot-"));
	let pair: Pair;
	let box: Box;
	const articles = 1_200;
	beforeAll(async () => {
		pair = await openPair();
		const records: object[] = [];
		for (let n = 0; n < articles; n++)
			records.push({ type: "article", article: { sku: `sku${n}`, version: n + 1, name: `Article number ${n * 7_919} of the range` } });
		for (let round = 1; round <= 3; round++) {
			for (let n = 0; n < articles; n++) {
				records.push({
					type: "price",
					price: {
						sku: `sku${n}`,
						version: round * articles + n + 1,
						kind: "regular",
						amountMinor: round * 100 + (n % 90),
						currency: "EUR",
						from: `2026-01-0${round}T00:00:00.000Z`,
					},
				});
			}
		}
		records.push({ type: "label", label: "00000000000000A1", sku: "sku5" });
		await tellStore(pair, records);
	}, 120_000);
	afterAll(async () => {
		await pair.close();
		rmSync(root, { recursive: true, force: true });
	});

	const arrived = (): Promise<void> =>
		eventually(() => {
			expect(box.ledger.read.link.dn("catalog")?.position).toBe(articles * 4 + 1);
		});

	it("meet in a snapshot, also when the box is killed and HQ restarted on the way", async () => {
		let chunks = 0;
		let data = 0;
		pair.tap = (direction, channel) => {
			if (direction === "dn" && channel === "res") chunks += 1;
			if (direction === "dn" && channel === "data") data += 1;
			// After manifest and first chunk the box hears nothing more.
			return !(direction === "dn" && channel === "res" && chunks > 2);
		};
		box = pair.box(join(root, "disk"));
		await eventually(() => expect(box.writer.book.snapshots.pending("catalog")?.have.size).toBe(1));
		const { id, chunks: all } = box.writer.book.snapshots.pending("catalog")!.manifest;
		box.stop();
		pair.restartHq();
		// No record of the catalog: the guard rails alone come as data.
		expect(data).toBeLessThanOrEqual(1);

		const asked: string[] = [];
		pair.tap = (direction, channel) => {
			if (direction === "up" && channel === "req") asked.push("req");
			return true;
		};
		box = pair.box(join(root, "disk"));
		expect(box.writer.book.snapshots.pending("catalog")?.manifest.id).toBe(id);
		await arrived();
		expect(box.writer.book.prices.of("sku7")).toMatchObject([{ version: 3 * articles + 8, amountMinor: 307 }]);
		expect(box.writer.book.labels.get("00000000000000A1")?.sku).toBe("sku5");
		// The chunk that was here is not asked for again, nor is a new manifest.
		expect(asked.length).toBeLessThan(all);
	}, 120_000);

	it("go on with records after it", async () => {
		await pair.hq.acceptPush({
			id: "next",
			stores: ["s1"],
			rejected: [],
			changes: [{ sku: "sku7", amountMinor: 777, currency: "EUR", kind: "regular", article: {} }],
		});
		await eventually(() => expect(box.writer.book.prices.of("sku7").at(-1)?.amountMinor).toBe(777));
	});
});

describe("pushes that were history before the store heard of them", () => {
	const root = mkdtempSync(join(tmpdir(), "gondola-history-"));
	let pair: Pair;
	afterAll(async () => {
		await pair.close();
		rmSync(root, { recursive: true, force: true });
	});

	it("count as never in force once the store has taken the catalog whole, and only once (case H1)", async () => {
		pair = await openPair();
		const skus = Array.from({ length: 700 }, (_, n) => `sku${n}`);
		const regular = (amountMinor: number) =>
			skus.map((sku) => ({ sku, amountMinor, currency: "EUR", kind: "regular" as const, article: {} }));
		const push = (id: string, changes: NonNullable<Parameters<typeof pair.hq.acceptPush>[0]["changes"]>) =>
			pair.hq.acceptPush({ id, stores: ["s1"], rejected: [], changes });
		await push("p1", [
			...regular(100),
			{
				sku: "sku1",
				amountMinor: 50,
				currency: "EUR",
				kind: "promotion",
				from: "2026-01-01T00:00:00.000Z",
				until: "2026-02-01T00:00:00.000Z",
				article: {},
			},
		]);
		await push("p2", regular(200));
		await push("p3", [
			...regular(300),
			{ sku: "sku2", amountMinor: 90, currency: "EUR", kind: "promotion", from: "2099-01-01T00:00:00.000Z", article: {} },
		]);
		const box = pair.box(join(root, "disk"));
		await eventually(() => expect(box.ledger.read.link.dn("catalog")?.position).toBeGreaterThan(2_000));
		for (let more = true; more; ) ({ more } = box.do("activateDue", {}) as { more: boolean });
		const counts = async () =>
			Promise.all(
				["p1", "p2", "p3"].map(async (id) => {
					const {
						changes,
						stores: [at],
					} = await pair.hq.push(id);
					return [changes, at!.stored, at!.active, at!.unlabelled, at!.neverInForce];
				}),
			);
		// What is still to come is not counted yet.
		const whole = [
			[701, 701, 0, 0, 701],
			[700, 700, 0, 0, 700],
			[701, 701, 700, 700, 0],
		];
		await eventually(async () => expect(await counts()).toEqual(whole));
		await pair.hq.link.snapshotTaken!("s1", 10_000);
		expect(await counts()).toEqual(whole);
	}, 120_000);
});
