/** Everything test/hq says of head office's book and of its retention, on PostgreSQL as well as embedded. */
import { afterAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/hq/database/database.ts";
import { openRepositories } from "../../src/hq/repositories.ts";
import { storeWriter } from "../hq/open-book.ts";
import { until } from "../support/until.ts";
import { openPostgres } from "./support/postgres.ts";
import { openRoom, whereIs } from "./support/program.ts";

const missing = ["postgres", "initdb", "setpriv"].find((program) => !whereIs(program));
if (missing) {
	console.log(`\n!!!!!! NOT RUN on PostgreSQL: ${missing} is not installed here !!!!!!\n`);
	describe("head office's book on PostgreSQL", () => {
		it("does what it does embedded", (context) => context.skip(`${missing} is not installed here`));
	});
} else {
	const room = openRoom();
	const postgres = await openPostgres(room);
	process.env["GONDOLA_PG_URL"] = await postgres.database("book");
	await import("../hq/book.test.ts");
	await import("../hq/retention/retention.test.ts");
	await import("../hq/retention/killed.test.ts");

	describe("head office on PostgreSQL", () => {
		afterAll(async () => {
			await postgres.stop();
			room.clear();
		});

		it("goes on when the database was away, and keeps every commit it told", async () => {
			const db = await openDatabase({ url: await postgres.database("away") });
			await db.transaction((tx) => tx.query("CREATE TABLE told (n integer)"));
			let told = 0;
			let isEnough = false;
			const tell = async (): Promise<void> => {
				for (let n = 1; !isEnough; n += 1) {
					try {
						await db.transaction((tx) => tx.query("INSERT INTO told VALUES ($1)", [n]));
						told += 1;
					} catch {
						await new Promise((resolve) => setTimeout(resolve, 50));
					}
				}
			};
			const telling = Promise.all([tell(), tell(), tell(), tell()]);
			await until(() => told > 20, "some commits");
			await postgres.kill();
			await postgres.start();
			const before = told;
			await until(() => told > before + 20, "commits after the restart");
			isEnough = true;
			await telling;
			const [row] = await db.query<{ n: number }>("SELECT count(*)::integer AS n FROM told");
			// One whose answer was lost with the connection may be there although nobody was told.
			expect(row!.n).toBeGreaterThanOrEqual(told);
			await db.close();
		});

		it("takes facts while a push is being written, which holds every store's stream", async () => {
			const db = await openDatabase({ url: await postgres.database("busy") });
			const book = openRepositories(db, "t");
			const stores = Array.from({ length: 12 }, (_, n) => `b${n}`);
			for (const store of stores) await book.enroll(store);
			const changes = [{ sku: "milk", amountMinor: 129, currency: "EUR", kind: "regular" as const, article: {} }];
			await book.acceptPush({ id: "p", stores, changes, rejected: [] });
			const writer = await storeWriter(book, "b0");
			let moved = 0;
			let moving: Promise<unknown> = Promise.resolve();
			await db.transaction(async (push) => {
				await push.query("SELECT 1 FROM down_stream FOR UPDATE");
				moving = Promise.all(
					stores.map(async (store) => {
						const { catalog } = (await book.link.load(store))!.dn;
						await book.link.downAfter(store, "catalog", 0, 10);
						await book.link.moveDown(store, "catalog", catalog!.epoch, catalog!.last, catalog!.hash);
						moved += 1;
					}),
				);
				await writer.says({ type: "receipt.voided", job: "j1", printer: "r1" });
				expect(moved).toBe(0);
			});
			await moving;
			expect((await book.push("p")).stores.map(({ stored, sent }) => [stored, sent])).toEqual(stores.map(() => [1, 1]));
			await db.close();
		}, 120_000);

		it("lets processes that start together take turns making its tables", async () => {
			const url = await postgres.database("together");
			const opened = await Promise.all(Array.from({ length: 12 }, () => openDatabase({ url, connections: 2 })));
			expect(await opened[0]!.query("SELECT count(*)::integer AS n FROM shard_lease")).toEqual([{ n: 256 }]);
			await Promise.all(opened.map((db) => db.close()));
		});
	});
}
