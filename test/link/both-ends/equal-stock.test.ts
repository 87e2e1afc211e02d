import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../support/until.ts";
import { type Box, openPair, type Pair } from "./pair.ts";

const first = "2026-03-01T08:00:00.000Z";

describe("the stock of a store and of HQ (case H3)", () => {
	const root = mkdtempSync(join(tmpdir(), "gondola-stock-"));
	const disk = join(root, "disk");
	let pair: Pair;
	let box: Box;
	let moves = 0;
	const bend = (sql: string): void => {
		const db = new Database(join(disk, "ledger.db"));
		db.exec(sql);
		db.close();
	};
	const move = (sku: string, quantity: number, reason = "correction", id = `m${++moves}`): void =>
		void box.do("recordMovement", { id, sku, quantity, reason, occurredAt: new Date().toISOString() });
	const compare = async () => (await pair.session().command("stock.compare", {}, 20_000)).out;
	const hereOf = (sku: string) => box.writer.book.stock.onHand(sku)?.onHand;
	const thereOf = async (sku: string) => (await pair.hq.stock("s1", sku)).onHand;
	const alarmsHere = () =>
		box.writer.book.alarms
			.list()
			.filter(({ clearedAt }) => clearedAt === null)
			.map(({ code, subject, facts }) => ({ code, subject, facts }));
	const alarmsThere = async () =>
		(await pair.hq.standingAlarms({ each: 20, most: 200 })).map(({ code, store, subject, facts }) => ({ code, store, subject, facts }));

	beforeAll(async () => {
		pair = await openPair();
		const changes = Array.from({ length: 60 }, (_, n) => ({
			sku: `sku${n}`,
			amountMinor: 100 + n,
			currency: "EUR",
			kind: "regular" as const,
			article: { name: `Article ${n}` },
		}));
		await pair.hq.acceptPush({ id: "p1", stores: ["s1"], rejected: [], changes });
		box = pair.box(disk);
		await eventually(() => expect(box.ledger.read.link.dn("catalog")?.position).toBe(120));
		for (let n = 0; n < 60; n += 1)
			box.do("recordMovement", { id: `start${n}`, sku: `sku${n}`, quantity: 10, reason: "count", occurredAt: first });
		await eventually(async () => expect(await thereOf("sku59")).toBe(10));
	}, 120_000);
	afterAll(async () => {
		await pair.close();
		rmSync(root, { recursive: true, force: true });
	});

	it("is equal while goods move on both sides", async () => {
		move("sku1", -3);
		await pair.hq.moveStock("s1", { id: "hq1", sku: "sku2", quantity: 24, reason: "receive", occurredAt: new Date().toISOString() });
		expect(await compare()).toMatchObject({ comparison: "equal", differing: 0 });
		expect(alarmsHere()).toEqual([]);
	});

	it("is an alarm at both ends, with the article's name, where a bit flipped in the store; a count ends it", async () => {
		bend("UPDATE on_hand SET on_hand = on_hand + 64 WHERE sku = 'sku7'");
		expect(await compare()).toMatchObject({ comparison: "differs", differing: 1 });
		expect(alarmsHere()).toMatchObject([{ code: "stock-differs", subject: "sku7", facts: { name: "Article 7", here: "74", there: "10" } }]);
		expect(await alarmsThere()).toMatchObject([
			{ code: "stock-differs", store: "s1", subject: "sku7", facts: { name: "Article 7", ours: "10", theirs: "74" } },
		]);
		move("sku7", 11, "count");
		expect(alarmsHere()).toEqual([]);
		await eventually(async () => expect(await alarmsThere()).toEqual([]));
		expect(await compare()).toMatchObject({ comparison: "equal" });
		expect(hereOf("sku7")).toBe(11);
		expect(await thereOf("sku7")).toBe(11);
	});

	it("is an alarm where HQ lost a movement, or all of an article, or the store did", async () => {
		await pair.db.transaction((tx) => tx.query("UPDATE on_hand SET on_hand = on_hand - 1 WHERE sku = 'sku8'"));
		await pair.db.transaction((tx) => tx.query("DELETE FROM on_hand WHERE sku = 'sku9'"));
		bend("DELETE FROM on_hand WHERE sku = 'sku10'; UPDATE on_hand SET counted_at = '2026-03-02T08:00:00.000Z' WHERE sku = 'sku11'");
		expect(await compare()).toMatchObject({ comparison: "differs", differing: 4 });
		expect(alarmsHere().map(({ subject, facts }) => [subject, facts["here"], facts["there"]])).toEqual(
			expect.arrayContaining([
				["sku8", "10", "9"],
				["sku9", "10", "0"],
				["sku10", "0", "10"],
				["sku11", "10", "10"],
			]),
		);
		expect((await pair.hq.stockDifferences({ store: "s1", after: "", limit: 10 })).map(({ subject }) => subject).sort()).toEqual([
			"sku10",
			"sku11",
			"sku8",
			"sku9",
		]);
		for (const sku of ["sku8", "sku9", "sku10", "sku11"]) move(sku, 12, "count");
		expect(await compare()).toMatchObject({ comparison: "equal" });
		await eventually(async () => expect(await alarmsThere()).toEqual([]));
	});

	it("is compared by itself soon after a start", async () => {
		box.stop();
		box = pair.box(disk, {}, true);
		bend("UPDATE on_hand SET on_hand = 1 WHERE sku = 'sku12'");
		await eventually(() => expect(alarmsHere()).toMatchObject([{ code: "stock-differs", subject: "sku12" }]));
		move("sku12", 10, "count");
	}, 60_000);

	it("is never called different for goods that only one end has heard of yet", async () => {
		let isHeldBack = true;
		pair.tap = (direction, channel) => !(isHeldBack && direction === "up" && channel === "data");
		move("sku20", -2);
		const asked = compare();
		await eventually(() => expect(box.ledger.read.link.up("facts").last).toBeGreaterThan(box.ledger.read.link.up("facts").acked));
		isHeldBack = false;
		pair.tap = () => true;
		expect(await asked).toMatchObject({ comparison: "equal" });
		expect(await thereOf("sku20")).toBe(8);
	}, 60_000);

	it("says that a movement of HQ's and one of the store's under the same id differ, at both ends (case H3)", async () => {
		pair.tap = () => false;
		await pair.hq.moveStock("s1", { id: "x", sku: "sku30", quantity: 24, reason: "receive", occurredAt: first });
		box.do("recordMovement", { id: "x", sku: "sku30", quantity: 22, reason: "receive", occurredAt: new Date().toISOString() });
		pair.tap = () => true;
		pair.restartHq();
		await eventually(async () => expect(await thereOf("sku30")).toBe(32));
		await eventually(() =>
			expect(alarmsHere()).toMatchObject([
				{ code: "movement-differs", subject: "x", facts: { name: "Article 30", here: "22 (receive)", there: "24 (receive)" } },
			]),
		);
		expect(await alarmsThere()).toMatchObject([{ code: "movement-differs", store: "s1", subject: "x", facts: { name: "Article 30" } }]);
		expect(hereOf("sku30")).toBe(32);
		expect(await compare()).toMatchObject({ comparison: "equal" });
		expect(await pair.hq.acknowledgeAlarm("movement-differs:s1:x", "ana")).toBe(true);
		expect(await alarmsThere()).toEqual([]);
	}, 60_000);

	it("of a box that lost everything is one alarm for the rest, and a list at HQ", async () => {
		bend("DELETE FROM on_hand");
		expect(await compare()).toMatchObject({ comparison: "differs", differing: 60 });
		const codes = alarmsHere().map(({ code }) => code);
		expect(codes.filter((code) => code === "stock-differs")).toHaveLength(20);
		expect(alarmsHere()).toContainEqual({ code: "stock-differs-widely", subject: "stock", facts: expect.objectContaining({ count: 60 }) });
		const listed = await pair.hq.standingAlarms({ each: 20, most: 200 });
		expect(listed.filter(({ code }) => code === "stock-differs")).toHaveLength(20);
		expect(listed.some(({ more }) => more === 40)).toBe(true);
	});
});
