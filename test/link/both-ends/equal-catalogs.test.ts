import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Config } from "../../../src/config/schema.ts";
import { withSettings } from "../../../src/daemon/settings.ts";
import { addToSums, bucketOf, differing, openSums, textsOfSums } from "../../../src/link/protocol/buckets.ts";
import { noLog } from "../../../src/link/run/clock.ts";
import { unparkKnown } from "../../../src/link/store/parked.ts";
import { livePrices } from "../../../src/words/prices/live-prices.ts";
import type { Price } from "../../../src/words/prices/price.ts";
import { eventually } from "../../support/until.ts";
import { type Box, openPair, type Pair } from "./pair.ts";

const price = (version: number, from: string, more: Partial<Price> = {}): Price => ({
	sku: "1",
	version,
	kind: "regular",
	amountMinor: version,
	currency: "EUR",
	from,
	...more,
});
const at = "2026-03-01T00:00:00.000Z";

describe("a price that may still count", () => {
	it("is one to come, one whose end is to come, or the newest of its kind without an end", () => {
		const prices = [
			price(1, "2026-01-01T00:00:00.000Z"),
			price(2, "2026-02-01T00:00:00.000Z"),
			price(3, "2026-04-01T00:00:00.000Z"),
			price(4, "2026-01-01T00:00:00.000Z", { until: "2026-02-01T00:00:00.000Z" }),
			price(5, "2026-01-01T00:00:00.000Z", { until: "2026-05-01T00:00:00.000Z" }),
			price(6, "2026-01-01T00:00:00.000Z", { kind: "clearance" }),
		];
		expect(livePrices(prices, at).map(({ version }) => version)).toEqual([2, 3, 5, 6]);
		expect(livePrices(prices, "2026-06-01T00:00:00.000Z").map(({ version }) => version)).toEqual([3, 6]);
	});
});

describe("the sum of a bucket", () => {
	it("does not depend on order, and tells in which bucket a row differs", () => {
		const articles = Array.from({ length: 500 }, (_, n) => ({ sku: `sku${n}`, version: 1, name: `Article ${n}` }));
		const sumsOf = (rows: typeof articles) => {
			const sums = openSums();
			for (const article of rows) addToSums(sums, article.sku, article, []);
			return sums;
		};
		expect(differing(sumsOf(articles), textsOfSums(sumsOf(articles.toReversed())))).toEqual([]);
		const other = articles.map((article) => (article.sku === "sku7" ? { ...article, name: "Article 8" } : article));
		expect(differing(sumsOf(articles), textsOfSums(sumsOf(other)))).toEqual([bucketOf("sku7")]);
	});
});

describe("a setting from HQ", () => {
	it("lies over the store's configuration, and is ignored where it makes no sense", () => {
		const configured = { locale: "de", limits: { ledgerMegabytes: 500 } } as Config;
		expect(withSettings(configured, { locale: "zh-CN", timeZone: "Asia/Shanghai", "limits.ledgerMegabytes": 900 })).toMatchObject({
			config: { locale: "zh-CN", timeZone: "Asia/Shanghai", limits: { ledgerMegabytes: 900 } },
			ignored: [],
		});
		expect(withSettings(configured, { locale: 7, timeZone: "Mars/Olympus", "limits.ledgerMegabytes": -1, constructor: "x" })).toEqual({
			config: configured,
			ignored: ["locale", "timeZone", "limits.ledgerMegabytes", "constructor"],
		});
	});
});

describe("a store and HQ that talk", () => {
	const root = mkdtempSync(join(tmpdir(), "gondola-equal-"));
	const disk = join(root, "disk");
	let pair: Pair;
	let box: Box;
	let danced = 0;
	const commands = { dance: async () => ({ danced: ++danced }) };
	const ask = (name: string, args: Record<string, unknown> = {}) => pair.session().command(name, args, 5_000);
	/** As a worn disk would, behind the ledger's back. */
	const bend = (sql: string): void => {
		const db = new Database(join(disk, "ledger.db"));
		db.exec(sql);
		db.close();
	};

	beforeAll(async () => {
		pair = await openPair();
		const changes = Array.from({ length: 300 }, (_, n) => ({
			sku: `sku${n}`,
			amountMinor: 100 + n,
			currency: "EUR",
			kind: "regular" as const,
			article: { name: `Article ${n}` },
		}));
		await pair.hq.acceptPush({ id: "p1", stores: ["s1"], rejected: [], changes });
		box = pair.box(disk, commands);
		await eventually(() => expect(box.ledger.read.link.dn("catalog")?.position).toBe(600));
		box.do("activateDue", {});
	}, 120_000);
	afterAll(async () => {
		await pair.close();
		rmSync(root, { recursive: true, force: true });
	});

	it("find the rows that differ, fetch only their buckets and put them right", async () => {
		expect((await ask("catalog.compare")).out).toMatchObject({ comparison: "equal", buckets: 0 });
		bend(
			"UPDATE price SET amount_minor = 1 WHERE sku = 'sku7'; DELETE FROM price WHERE sku = 'sku8'; UPDATE article SET body = " +
				"replace(body, 'Article 9\"', 'Article X\"') WHERE sku = 'sku9'",
		);
		expect((await ask("catalog.compare")).out).toMatchObject({ comparison: "mended", buckets: 3, rows: 3 });
		expect(box.writer.book.prices.of("sku7")).toMatchObject([{ amountMinor: 107 }]);
		expect(box.writer.book.prices.of("sku8")).toMatchObject([{ amountMinor: 108 }]);
		expect(box.writer.book.articles.bySku("sku9")?.name).toBe("Article 9");
		expect((await ask("catalog.compare")).out).toMatchObject({ comparison: "equal" });
	});

	it("compare at the first welcome after a crash, and not an hour later", async () => {
		bend("UPDATE price SET amount_minor = 1 WHERE sku = 'sku7'");
		box.stop();
		box = pair.box(disk, commands, true);
		await eventually(() => expect(box.writer.book.prices.of("sku7")).toMatchObject([{ amountMinor: 107 }]));
		box.stop();
		box = pair.box(disk, commands);
		await eventually(() => expect(box.end.status().state).toBe("talking"));
	});

	it("fetch the catalog whole when most of it differs", async () => {
		bend("UPDATE price SET amount_minor = 1");
		expect((await ask("catalog.compare")).out).toMatchObject({ comparison: "too-many" });
		await eventually(() => expect(box.writer.book.prices.of("sku200")).toMatchObject([{ amountMinor: 300 }]));
	});

	it("answer what HQ asks: ping, status, diagnostics, resend, a label drawn anew", async () => {
		expect(await ask("ping")).toMatchObject({ code: "done", out: { quality: "synced" } });
		expect(await ask("status")).toMatchObject({
			out: { build: "test", line: { connected: true }, up: { facts: { waiting: expect.any(Number) } } },
		});
		expect(await ask("diagnostics")).toMatchObject({ out: { down: { catalog: { position: 600 } }, alarms: expect.any(Array) } });
		expect(await ask("resend", { stream: "facts" })).toMatchObject({ code: "done" });
		expect(await ask("resend", { stream: "gossip" })).toMatchObject({ code: "stream-unknown" });
		box.do("bindLabel", { label: "00000000000000A1", sku: "sku1" });
		const before = box.writer.book.labels.get("00000000000000A1")!.desired;
		expect(await ask("labels.refresh", { label: "00000000000000A1" })).toMatchObject({ code: "done", out: { version: 2 } });
		expect(box.writer.book.labels.get("00000000000000A1")!.desired).not.toEqual(before);
		expect(await ask("labels.refresh", { label: "nobody" })).toMatchObject({ code: "label-unknown" });
	});

	it("do a command once, also when the box was started anew before HQ heard the answer", async () => {
		let answers = 0;
		pair.tap = (direction, channel) => !(direction === "up" && channel === "res" && ++answers === 1);
		const asked = ask("dance");
		await eventually(() => expect(answers).toBe(1));
		box.stop();
		box = pair.box(disk, commands);
		expect(await asked).toMatchObject({ code: "done", out: { danced: 1 } });
		expect(danced).toBe(1);
		pair.tap = () => true;
	}, 120_000);

	it("keep a store's settings by version, and take one back", async () => {
		await pair.hq.setSetting("s1", "locale", "zh-CN");
		await pair.hq.setSetting("s1", "limits.ledgerMegabytes", 900);
		await pair.hq.setSetting("s1", "locale", "hr");
		await eventually(() => expect(box.writer.book.settings.values()).toMatchObject({ locale: "hr", "limits.ledgerMegabytes": 900 }));
		await pair.hq.setSetting("s1", "locale", null);
		await eventually(() => expect(box.writer.book.settings.values()).not.toHaveProperty("locale"));
		expect(box.writer.book.settings.values()).toMatchObject({ "limits.ledgerMegabytes": 900 });
		await expect(pair.hq.setSetting("s1", "no such name", 1)).rejects.toMatchObject({ code: "bad-field" });
		for (const [name, value] of [
			["locale", "klingon"],
			["locale", "de_AT"],
			["timeZone", "Mars/Base"],
			["limits.ledgerMegabytes", 5],
			["desk.port", 8080],
		] as const)
			await expect(pair.hq.setSetting("s1", name, value)).rejects.toMatchObject({ code: "bad-field" });
	});

	it("do after an upgrade what an older build had put aside", async () => {
		const record = { type: "article", article: { sku: "parked", name: "Late", version: 9_000 } };
		bend(`INSERT INTO parked VALUES ('catalog', 'e', 3, 'article', '${JSON.stringify(record)}'), ('catalog', 'e', 4, 'from-tomorrow', '{"type":"from-tomorrow"}'),
			('catalog', 'e', 5, 'price', '{"type":"price"}')`);
		expect(await unparkKnown(box.ledger, noLog)).toBe(2);
		expect(box.writer.book.articles.bySku("parked")?.name).toBe("Late");
		expect(box.ledger.read.parked!.page(undefined, 10)).toMatchObject([{ seq: 4 }]);
		expect(await unparkKnown(box.ledger, noLog)).toBe(0);

		const fact = {
			id: "s1-1-aa-1",
			seq: 1,
			at,
			quality: "synced",
			type: "stock.moved",
			movement: { id: "mp", sku: "milk", quantity: 4, reason: "receive", occurredAt: at, origin: "store" },
		};
		await pair.db.query(
			"INSERT INTO parked (store, stream, epoch, seq, body) VALUES ('s1', 'facts', 'e', 1, $1), ('s1', 'facts', 'e', 2, " +
				'\'{"type":"from-tomorrow"}\')',
			[JSON.stringify(fact)],
		);
		expect(await pair.hq.link.unpark!()).toBe(1);
		expect((await pair.hq.stock("s1", "milk")).onHand).toBe(4);
		expect(await pair.hq.link.unpark!()).toBe(0);
	});
});
