import { type Db, openDatabase } from "../../src/hq/database/database.ts";
import { openRepositories, type Repositories } from "../../src/hq/repositories.ts";
import type { EventBody } from "../../src/words/event.ts";

export interface OpenedBook {
	kind: string;
	db: Db;
	book: Repositories;
}

/**
 * Embedded and in memory; on a PostgreSQL as well where GONDOLA_PG_URL names one to play with (its tables in schema public are
 * dropped).
 */
export const databases: { kind: string; open: () => Promise<Db> }[] = [
	{ kind: "embedded", open: () => openDatabase({ memory: true }) },
	...(process.env["GONDOLA_PG_URL"]
		? [
				{
					kind: "postgres",
					async open() {
						const url = process.env["GONDOLA_PG_URL"]!;
						const before = await openDatabase({ url });
						await before.query("DROP SCHEMA public CASCADE");
						await before.query("CREATE SCHEMA public");
						await before.close();
						return openDatabase({ url });
					},
				},
			]
		: []),
];

export const clockAt = "2026-03-01T08:00:00.000Z";

export async function openedBook(open: () => Promise<Db>): Promise<{ db: Db; book: Repositories }> {
	const db = await open();
	return { db, book: openRepositories(db, "test", () => clockAt) };
}

const epoch = "00000000000000aa";

/** A store's facts, as the line brings them: dense numbers, one batch a call. */
export async function storeWriter(book: Repositories, store: string) {
	await book.link.openUpEpoch(store, "facts", epoch, { position: 0, hash: "0".repeat(32) });
	let seq = 0;
	return {
		async says(...bodies: (EventBody & { id?: string })[]) {
			const from = seq + 1;
			const records = bodies.map((body) => {
				seq += 1;
				return { seq, hash: "1".repeat(32), record: { id: `${store}-1-${epoch}-${seq}`, seq, at: clockAt, quality: "synced", ...body } };
			});
			return book.link.acceptUp(store, { inc: 1, stream: "facts", epoch, from, upTo: seq, hash: "1".repeat(32), records });
		},
		async acknowledges(upTo?: number) {
			const { catalog } = (await book.link.load(store))!.dn;
			await book.link.moveDown(store, "catalog", catalog!.epoch, upTo ?? catalog!.last, catalog!.hash);
		},
	};
}
