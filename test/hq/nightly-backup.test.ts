import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proveBackup, restore } from "../../src/hq/backup/backup.ts";
import { type NightlyOptions, provedBackups, tendBackups } from "../../src/hq/backup/nightly.ts";
import type { Db } from "../../src/hq/database/database.ts";
import { openRepositories, type Repositories } from "../../src/hq/repositories.ts";
import { startHq } from "../../src/hq/service.ts";
import { eventually } from "../support/until.ts";
import { ask } from "./ask.ts";
import { databases } from "./open-book.ts";

describe.each(databases)("a nightly backup of head office ($kind)", ({ open }) => {
	const root = mkdtempSync(join(tmpdir(), "gondola-hq-nightly-"));
	let db: Db;
	let book: Repositories;
	beforeAll(async () => {
		db = await open();
		book = openRepositories(db, "test");
		await book.enroll("n1");
		const changes = [{ sku: "1", amountMinor: 99, currency: "EUR", kind: "regular" as const, article: { name: "Tea" } }];
		await book.acceptPush({ id: "before", stores: "all", changes, rejected: [] });
	}, 120_000);
	afterAll(async () => {
		await db.close();
		rmSync(root, { recursive: true, force: true });
	});
	const alarms = async () => (await book.standingAlarms({ each: 20, most: 20 })).map(({ id }) => id);
	const oneLook = async (more: Partial<NightlyOptions>, reported: unknown[] = []) =>
		tendBackups(db, { folder: join(root, "kept"), at: "03:00", keep: 2, prove: proveBackup, startsAfterMs: 0, ...more }, (error) => {
			reported.push(error);
		});

	it("is made, proved, and a head office goes on from it (the drill)", async () => {
		const folder = join(root, "kept");
		const stop = await oneLook({});
		const [kept] = await eventually(() => {
			const found = provedBackups(folder);
			expect(found).toHaveLength(1);
			return found;
		});
		await stop();
		expect(await alarms()).toEqual([]);

		const dataDir = join(root, "drill", "database");
		expect(await restore(join(folder, kept!.file), { dataDir })).toMatchObject({ rows: kept!.rows });
		const hq = await startHq({ port: 0, tenant: "test", dataDir });
		expect((await ask(`${hq.url}/api/v1/pushes/before`, "GET")).body).toMatchObject({ id: "before", changes: 1 });
		const again = { id: "after", stores: "all", changes: [{ sku: "1", amountMinor: 89, currency: "EUR" }] };
		expect(await ask(`${hq.url}/api/v1/pushes`, "POST", again)).toMatchObject({ status: 202, body: { accepted: 1 } });
		await hq.stop();
	}, 240_000);

	it("that cannot be proved is no backup, but an alarm that ends by itself", async () => {
		const folder = join(root, "bad");
		const reported: unknown[] = [];
		const halt = await oneLook({ folder, prove: () => Promise.reject(new Error("a row of store differs")) }, reported);
		await eventually(async () => expect(await alarms()).toEqual([`hq-backup-old::${hostname()}`]));
		await halt();
		expect(reported).toHaveLength(1);
		expect([provedBackups(folder), readdirSync(folder)]).toEqual([[], []]);

		const mended = await oneLook({ folder });
		await eventually(async () => expect(await alarms()).toEqual([]));
		await mended();
		expect(provedBackups(folder)).toHaveLength(1);
	}, 240_000);

	it("is an alarm where its folder cannot be made, and never takes a file for a backup that is none", async () => {
		const folder = join(root, "a-file");
		writeFileSync(folder, "");
		const stop = await oneLook({ folder: join(folder, "below") });
		await eventually(async () => expect(await alarms()).toEqual([`hq-backup-old::${hostname()}`]));
		await stop();
		const odd = join(root, "kept");
		writeFileSync(join(odd, "gondola-hq-20990101T000000Z.gz"), "no backup");
		writeFileSync(join(odd, "gondola-hq-20990102T000000Z.gz.proof.json"), "{}");
		expect(provedBackups(odd)).toHaveLength(1);
		expect(existsSync(join(odd, "gondola-hq-20990101T000000Z.gz"))).toBe(true);
	}, 240_000);
});
