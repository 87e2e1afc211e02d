import { expect, it } from "vitest";
import { openRepositories } from "../../src/hq/repositories.ts";
import { acceptUp } from "../../src/hq/streams/facts.ts";
import { clockAt, databases, openedBook } from "./open-book.ts";

const epoch = "00000000000000aa";
const hash = "1".repeat(32);
const lines = [{ sku: "pen", quantity: 2 }];

it.each(databases)("a store hears of goods on their way though head office stopped in between ($kind)", async ({ open }) => {
	const { db, book } = await openedBook(open);
	try {
		for (const store of ["s1", "s2"]) {
			await book.enroll(store);
			await book.link.openUpEpoch(store, "facts", epoch, { position: 0, hash: "0".repeat(32) });
		}
		await book.acceptPush({
			...{ id: "first", stores: "all", rejected: [], by: { kind: "user", name: "pia" } },
			changes: [{ sku: "pen", amountMinor: 100, currency: "EUR", kind: "regular", article: { name: "Pen" } }],
		});
		await book.planTransfer({ id: "t1", from: "s1", to: "s2", lines }, "user:pia");
		const says = (store: string, type: string) => ({
			...{ inc: 1, stream: "facts" as const, epoch, from: 1, upTo: 1, hash },
			records: [
				{
					seq: 1,
					hash,
					record: { id: `${store}-1`, seq: 1, at: clockAt, quality: "synced", type, transfer: "t1", from: "s1", to: "s2", lines },
				},
			],
		});
		const heardBy = async (store: string): Promise<string[]> => {
			const rows = await book.link.downAfter(store, "stock", 0, 100);
			return rows.map(({ record }) => (record as { type: string }).type);
		};
		// Only what is committed with the fact: head office stops before anything else.
		await acceptUp(db, "s1", says("s1", "transfer.sent"));
		expect(await heardBy("s2")).toEqual(["transfer"]);

		await openRepositories(db, "test", () => clockAt).begin();
		expect(await heardBy("s2")).toEqual(["transfer", "transfer-sent"]);

		await acceptUp(db, "s2", says("s2", "transfer.received"));
		await openRepositories(db, "test", () => clockAt).begin();
		await openRepositories(db, "test", () => clockAt).begin();
		expect(await heardBy("s1")).toEqual(["transfer", "transfer-received"]);
		expect(await heardBy("s2")).toEqual(["transfer", "transfer-sent"]);
	} finally {
		await db.close();
	}
});
