/** What the ledger's writer keeps in memory for the next scan: a recall, a setting, a freeze counts from the statement that writes it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkDigitOf } from "../../drivers/scanner/gs1/gtin.ts";
import { rcnPresets } from "../../drivers/scanner/gs1/rcn.ts";
import { flows } from "../../src/flows/flows.ts";
import type { ScanReading } from "../../src/flows/scan-reading.ts";
import { liftStop, stopSale } from "../../src/flows/stock/stop-sale.ts";
import { type Book, createWriter, LedgerRefusal, type Writer } from "../../src/ledger/ledger.ts";
import type { Moment } from "../../src/words/time.ts";
import { moment, noon } from "../support/store.ts";

const gtin = "04006381333931";
const stop = { id: "r1", gtin, reason: "glass", at: noon };
const refuse = (): never => {
	throw new LedgerRefusal("changed-my-mind", "nothing of this call counts");
};
const withTests = {
	...flows,
	recall: (book: Book, _: object, now: Moment) => stopSale(book, stop, now),
	lift: (book: Book, _: object, now: Moment) => liftStop(book, { id: "r1", at: noon }, now),
	/** Also scans, so that what it wrote is in memory when it is undone. */
	recallAndRefuse(book: Book, _: object, now: Moment) {
		stopSale(book, stop, now);
		flows.recordScans(book, scan, now);
		refuse();
	},
	liftAndRefuse(book: Book, _: object, now: Moment) {
		liftStop(book, { id: "r1", at: noon }, now);
		flows.recordScans(book, scan, now);
		refuse();
	},
	readAndRefuse(book: Book, reading: ScanReading, now: Moment) {
		flows.keepScanReading(book, reading);
		flows.recordScans(book, scan, now);
		refuse();
	},
	freezeAndRefuse(book: Book, _: object, now: Moment) {
		flows.freezePrices(book, { reason: null }, now);
		flows.recordScans(book, scan, now);
		refuse();
	},
};
const scan = { scans: [{ device: "hand-1", code: "4006381333931", symbologySource: "guess" as const }] };

let directory: string;
let writer: Writer;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "gondola-test-"));
	writer = createWriter(directory, withTests);
});
afterEach(() => {
	writer.close();
	rmSync(directory, { recursive: true, force: true });
});

type Step = keyof typeof withTests | [keyof typeof withTests, object];

/** Runs the calls in one transaction; "recordScans" scans the article. Answers what each scan found that counts, in order. */
function together(...steps: Step[]) {
	const before = writer.book.events.last();
	writer.run(
		steps.map((step, n) => {
			const [flow, args] = typeof step === "string" ? [step, step === "recordScans" ? scan : {}] : step;
			return { n, flow, args, now: moment(noon) };
		}),
	);
	const scans = writer.book.events.after(before, 1_000).filter((event) => event.type === "article.scanned");
	return scans.map((event) => ("stop" in event ? "stopped" : "free"));
}

describe("a recall", () => {
	it("counts for the next scan of the same transaction, and no more after it is lifted", () => {
		expect(together("recordScans", "recall", "recordScans", "lift", "recordScans")).toEqual(["free", "stopped", "free"]);
	});

	it("counts for the scans of later transactions", () => {
		expect(together("recordScans")).toEqual(["free"]);
		expect(together("recall")).toEqual([]);
		expect(together("recordScans", "recordScans")).toEqual(["stopped", "stopped"]);
		expect(together("lift")).toEqual([]);
		expect(together("recordScans")).toEqual(["free"]);
	});

	it("that was refused, alone or among others, stops nothing", () => {
		expect(together("recallAndRefuse")).toEqual([]);
		expect(together("recordScans")).toEqual(["free"]);
		expect(together("recordScans", "recallAndRefuse", "recordScans")).toEqual(["free", "free"]);
		// From here on each call has a savepoint.
		expect(together("recordScans", "recallAndRefuse", "recordScans")).toEqual(["free", "free"]);
	});

	it("goes on where its end was refused", () => {
		together("recall");
		expect(together("liftAndRefuse", "recordScans")).toEqual(["stopped"]);
		expect(together("liftAndRefuse", "recordScans")).toEqual(["stopped"]);
		expect(together("recordScans")).toEqual(["stopped"]);
	});

	it("does not count where the disk failed before its commit", () => {
		const broken = { ...withTests, breakDisk: () => refuseDisk() };
		const own = mkdtempSync(join(tmpdir(), "gondola-test-"));
		const failing = createWriter(own, broken);
		const run = (...names: string[]) =>
			failing.run(names.map((flow, n) => ({ n, flow, args: flow === "recordScans" ? scan : {}, now: moment(noon) }))).answers;
		expect(run("recordScans", "recall", "recordScans", "breakDisk").map((answer) => !answer.ok && answer.code)).toContain("disk-failed");
		// Asked outside of any transaction: nothing began anew in between.
		expect(failing.book.stopSales.of(undefined, gtin)).toEqual([]);
		expect(run("recordScans").every((answer) => answer.ok)).toBe(true);
		expect(failing.book.events.recent(1)[0]).not.toHaveProperty("stop");
		failing.close();
		rmSync(own, { recursive: true });
	});

	it("that another program wrote into the file counts from the next transaction on", () => {
		together("recordScans");
		const other = new Database(join(directory, "ledger.db"));
		other.prepare("INSERT INTO stop_sale (id, gtin, lot, reason, at) VALUES ('x', ?, NULL, 'glass', ?)").run(gtin, noon);
		other.close();
		expect(together("recordScans")).toEqual(["stopped"]);
	});
});

function refuseDisk(): never {
	throw Object.assign(new Error("disk I/O error"), { code: "SQLITE_IOERR_WRITE" });
}

describe("how codes are read", () => {
	const code = `281234001500${checkDigitOf("281234001500")}`;
	const weighed = { scans: [{ ...scan.scans[0]!, code }] };
	const reading: ScanReading = { store: {}, devices: { "hand-1": { variableMeasure: rcnPresets.de, checkVariableMeasure: false } } };
	/** The weights that the scans of a transaction found. */
	const weights = (...steps: Step[]) => {
		const before = writer.book.events.last();
		together(...steps);
		const scans = writer.book.events.after(before, 1_000).filter((event) => event.type === "article.scanned" && event.code === code);
		return scans.map((event) => (event as { milligrams?: number }).milligrams);
	};
	const read: Step = ["recordScans", weighed];

	it("changes between two scans of one transaction, and stays changed", () => {
		expect(weights(read, ["keepScanReading", reading], read)).toEqual([undefined, 1_500_000]);
		expect(weights(read)).toEqual([1_500_000]);
		expect(weights(["keepScanReading", { store: {}, devices: {} }], read)).toEqual([undefined]);
	});

	it("is as before where the change was refused", () => {
		together(["readAndRefuse", reading]);
		expect(weights(read)).toEqual([undefined]);
		expect(weights(read, ["readAndRefuse", reading], read)).toEqual([undefined, undefined]);
		expect(weights(read, ["readAndRefuse", reading], read)).toEqual([undefined, undefined]);
	});
});

describe("a freeze of prices", () => {
	it("counts from the call that makes it to the one that ends it, and not where it was refused", () => {
		const isFrozen = (): boolean => writer.book.priceHolds.frozen() !== undefined;
		expect(isFrozen()).toBe(false);
		together("freezePrices");
		expect(isFrozen()).toBe(true);
		together("thawPrices");
		expect(isFrozen()).toBe(false);
		together("freezeAndRefuse");
		expect(isFrozen()).toBe(false);
		together("recordScans", "freezeAndRefuse", "recordScans");
		expect(isFrozen()).toBe(false);
	});
});
