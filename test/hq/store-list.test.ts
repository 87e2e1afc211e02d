import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Db } from "../../src/hq/database/database.ts";
import { migrate } from "../../src/hq/database/migrations.ts";
import type { Repositories } from "../../src/hq/repositories.ts";
import { databases, openedBook, storeWriter } from "./open-book.ts";

describe.each(databases)("the list of stores, $kind", ({ open }) => {
	let db: Db;
	let book: Repositories;
	beforeEach(async () => {
		({ db, book } = await openedBook(open));
		for (const id of ["s1", "s2"]) await book.enroll(id);
	});
	afterEach(() => db.close());

	const raised = (code: string, subject: string, level: "RED" | "YELLOW" | "BLUE") =>
		({ type: "alarm.raised", alarm: `${code}:${subject}`, level, code, subject }) as const;
	const cleared = (code: string, subject: string, level: "RED" | "YELLOW" | "BLUE") =>
		({ type: "alarm.cleared", alarm: `${code}:${subject}`, level, code, subject }) as const;
	const listed = async (id: string) => (await book.stores("", 10)).find((store) => store.id === id)!;

	it("counts the alarms that stand, as the store raises and clears them", async () => {
		const s1 = await storeWriter(book, "s1");
		await s1.says(raised("port-lost", "scale-1", "RED"), raised("battery-low", "A1", "YELLOW"), raised("battery-low", "A2", "YELLOW"));
		expect((await listed("s1")).alarms).toEqual({ red: 1, yellow: 2, blue: 0 });
		await s1.says(cleared("port-lost", "scale-1", "RED"), { type: "alarm.acknowledged", alarm: "battery-low:A1", by: "mara" });
		expect((await listed("s1")).alarms).toEqual({ red: 0, yellow: 2, blue: 0 });
		expect((await book.storeAlarms("s1")).map(({ id, acknowledgedAt }) => [id, acknowledgedAt !== null])).toEqual([
			["battery-low:A1", true],
			["battery-low:A2", false],
		]);
		// In one batch, and back again: the last word counts.
		await s1.says(
			cleared("battery-low", "A1", "YELLOW"),
			raised("battery-low", "A1", "YELLOW"),
			raised("x", "y", "BLUE"),
			cleared("x", "y", "BLUE"),
		);
		expect((await book.storeAlarms("s1")).find(({ id }) => id === "battery-low:A1")).toMatchObject({ acknowledgedAt: null });
		expect((await listed("s1")).alarms).toEqual({ red: 0, yellow: 2, blue: 0 });
	});

	it("tells the alarms of all stores by code", async () => {
		for (const id of ["s1", "s2"]) await (await storeWriter(book, id)).says(raised("port-lost", "scale-1", "RED"));
		expect(await book.alarmsByCode()).toMatchObject([{ code: "port-lost", level: "RED", alarms: 2, stores: 2, first: ["s1", "s2"] }]);
	});

	it("keeps what the sentences of alarms name, and of many alarms only what all of them say", async () => {
		const [s1, s2] = [await storeWriter(book, "s1"), await storeWriter(book, "s2")];
		await s1.says({ ...raised("price-held", "1001", "YELLOW"), facts: { sku: "1001", percent: 80 } });
		expect(await book.storeAlarms("s1")).toMatchObject([{ facts: { sku: "1001", percent: 80 } }]);
		expect(await book.alarmsByCode()).toMatchObject([{ subject: "1001", facts: { percent: 80 } }]);
		await s2.says({ ...raised("price-held", "1001", "YELLOW"), facts: { sku: "1001", percent: 90 } });
		expect(await book.alarmsByCode()).toMatchObject([{ alarms: 2, subject: "1001", facts: null }]);
		// A store of an older build sends no facts.
		await s2.says(raised("price-held", "1001", "YELLOW"));
		expect(await book.storeAlarms("s2")).toMatchObject([{ facts: null }]);
		expect(await book.alarmsByCode()).toMatchObject([{ alarms: 2, subject: "1001", facts: null }]);
	});

	it("tells how many labels show what counts, and counts again when the store says more", async () => {
		const s1 = await storeWriter(book, "s1");
		const shown = { upToVersion: 1, amountMinor: 100, currency: "EUR", version: 1, priceVersion: 1, picture: "x" } as const;
		await s1.says(
			{ type: "label.bound", label: "A1", sku: "1", face: null } as never,
			{ type: "label.bound", label: "A2", sku: "2", face: null } as never,
			{ type: "label.shown", label: "A1", sku: "1", ...shown } as never,
		);
		expect((await listed("s1")).labels).toEqual({ total: 2, shown: 1, pending: 1, failed: 0 });
		await s1.says({ type: "label.failed", label: "A2", sku: "2", upToVersion: 1, why: "battery" } as never);
		expect((await listed("s1")).labels).toEqual({ total: 2, shown: 1, pending: 0, failed: 1 });
		expect((await listed("s2")).labels).toEqual({ total: 0, shown: 0, pending: 0, failed: 0 });
	});
});

it("alarms that stood before the table came are found among the facts", async () => {
	const { db, book } = await openedBook(databases[0]!.open);
	try {
		await book.enroll("s1");
		const alarm = { type: "alarm.raised", level: "RED", code: "port-lost" } as const;
		await (await storeWriter(book, "s1")).says(
			{ ...alarm, alarm: "port-lost:a", subject: "a" },
			{ ...alarm, alarm: "port-lost:b", subject: "b" },
			{ ...alarm, type: "alarm.cleared", alarm: "port-lost:a", subject: "a" },
		);
		await db.transaction(async (tx) => {
			for (const statement of ["DROP TABLE store_alarm", "DELETE FROM migration WHERE n >= 16"]) await tx.query(statement);
		});
		// The tables of later migrations are still there.
		await migrate(db, 16);
		// By hand: this build reads columns that are younger than the table.
		expect(await db.query("SELECT id FROM store_alarm WHERE store = 's1'")).toEqual([{ id: "port-lost:b" }]);
	} finally {
		await db.close();
	}
});
