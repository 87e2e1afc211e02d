import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { labelPrinterOptions } from "../../drivers/printer/options.ts";
import { createClock } from "../../src/daemon/clock.ts";
import { openStoreLedger } from "../../src/daemon/ledger.ts";
import { createLog } from "../../src/daemon/log.ts";
import { startDrawing } from "../../src/faces/drawing/pool.ts";
import { tendLabelPrinter } from "../../src/floor/labels/label-printers.ts";
import { openLabelPile } from "../../src/sim/printer/label-pile.ts";
import { type LabelPrinterSettings, startLabelPrinter } from "../../src/sim/printer/label-printer.ts";
import { startTimeline } from "../../src/sim/timeline.ts";
import { article, price } from "../support/store.ts";
import { until } from "../support/until.ts";

/** The real tender on a real ledger, before a virtual label printer. The pile of labels is the judge. */
async function shop(settings: Partial<LabelPrinterSettings> = {}, options: object = {}) {
	const folder = mkdtempSync(join(tmpdir(), "gondola-paper-"));
	const pile = openLabelPile(folder);
	const timeline = startTimeline();
	const printer = await startLabelPrinter({ id: "label-printer-1", millimetresPerSecond: 500, bootMs: 50, ...settings }, pile, timeline);
	const ledger = await openStoreLedger(folder, createClock().now);
	const drawing = startDrawing({ workers: 1 });
	const configured = labelPrinterOptions.parse({
		id: "label-printer-1",
		protocol: "zpl",
		host: "127.0.0.1",
		tcpPort: printer.port,
		...options,
	});
	const start = () => tendLabelPrinter(ledger, configured, drawing, createLog("silent"));
	let tender = start();
	onTestFinished(async () => {
		await tender.stop();
		await printer.stop();
		timeline.stop();
		await drawing.stop();
		await ledger.close();
		rmSync(folder, { recursive: true, force: true });
	});
	await ledger.do("setIdentity", { store: "0204", tenant: "demo", locale: "de" });
	let position = 0;
	/** Head office's next records, put in force at once. */
	const fromHq = async (...records: object[]): Promise<void> => {
		const batch = { stream: "catalog", epoch: "00000000000000e1", from: position + 1, records: records.map((record) => ({ record })) };
		position += records.length;
		await ledger.do("acceptDown", { ...batch, hash: "f".repeat(32) } as never);
		await ledger.do("activateDue", {});
	};
	await fromHq(article("A1", { gtin: "03850334043641" }), price("A1", 1, 99), article("A2"), price("A2", 1, 249));
	await until(() => ledger.read.devices.get("label-printer-1")?.protocol === "zpl", "the printer is known");
	const state = (id: string): string | undefined => ledger.read.jobs.get(id)?.state;
	return {
		pile,
		printer,
		ledger,
		fromHq,
		state,
		print: (id: string, sku = "A1") => ledger.do("queuePaperLabel", { id, article: sku }),
		is: (id: string, ...states: string[]) => until(() => states.includes(state(id) ?? ""), `job ${id} is ${states.join(" or ")}`),
		whole: () => pile.labels().filter(({ state }) => state === "whole"),
		due: () => ledger.read.paperLabels.due({ after: "", limit: 10 }).map(({ sku }) => sku),
		restart: () => tender.restart(),
		/** The program ends and starts again. */
		async startAgain() {
			await tender.stop();
			tender = start();
		},
	};
}

describe("a paper label", () => {
	it("comes out once, with what a shelf must say, and is called printed", async () => {
		const on = await shop();
		expect(await on.print("l1", "3850334043641")).toMatchObject({ duplicate: false, job: { sku: "A1", printer: "label-printer-1" } });
		expect(await on.print("l1")).toMatchObject({ duplicate: true });
		await expect(on.print("l1", "A2")).rejects.toMatchObject({ code: "print-job-differs" });
		await expect(on.print("l2", "A9")).rejects.toMatchObject({ code: "article-unknown" });
		await on.is("l1", "printed");
		expect(on.pile.labels()).toMatchObject([{ state: "whole", width: 456, rows: 256 }]);
		expect(JSON.parse(on.ledger.read.jobs.get("l1")!.document)).toMatchObject({ sku: "A1", amountMinor: 99, currency: "EUR" });
		const told = on.ledger.read.events.after(0, 1_000).filter(({ type }) => type === "paper-label.printed");
		expect(told).toMatchObject([{ job: "l1", sku: "A1", confirmed: true }]);
	});

	it("is due when its price changes, not before, and not any more once it is printed anew", async () => {
		const on = await shop();
		await on.print("l1");
		await on.is("l1", "printed");
		expect(on.due()).toEqual([]);
		await on.fromHq(price("A1", 2, 119), price("A2", 2, 259));
		expect(on.due()).toEqual(["A1"]);
		expect(await on.ledger.do("queueDueLabels", { id: "morning" })).toEqual({ queued: 1 });
		expect(await on.ledger.do("queueDueLabels", { id: "morning" })).toEqual({ queued: 0 });
		await on.is("morning-A1", "printed");
		expect(on.due()).toEqual([]);
		expect(on.whole()).toHaveLength(2);
		expect(on.whole()[0]!.sha256).not.toBe(on.whole()[1]!.sha256);
		await on.ledger.do("dropPaperLabel", { sku: "A1" });
		await on.fromHq(price("A1", 3, 129));
		expect(on.due()).toEqual([]);
	});

	it("that waited for paper says the price that counts when it is printed", async () => {
		const on = await shop();
		on.printer.paperOut();
		await until(() => on.ledger.read.devices.get("label-printer-1")?.detail.paper === "out", "the printer says that its paper is out");
		await on.print("l1");
		await on.fromHq(price("A1", 2, 119));
		on.printer.paperIn();
		await on.is("l1", "printed");
		expect(JSON.parse(on.ledger.read.jobs.get("l1")!.document)).toMatchObject({ amountMinor: 119 });
		expect([on.whole().length, on.due()]).toEqual([1, []]);
	});

	it.each([
		["reset", 40],
		["reset", 700],
		["half-close", 700],
		["half-close", 2_000],
	] as const)("is called printed only where it is out, though the link has a %s at byte %i", async (how, bytes) => {
		const on = await shop();
		await until(() => on.printer.facts().isConnected, "the gateway is connected");
		on.printer.failAfterBytes(bytes, how);
		await on.print("l1");
		await on.print("l2", "A2");
		await on.is("l2", "printed");
		await on.is("l1", "printed", "in-doubt");
		const alarms = (): string[] => on.ledger.read.alarms.list().map(({ code }) => code);
		if (on.state("l1") === "in-doubt") {
			expect([on.whole().length, alarms()]).toEqual([1, ["paper-label-in-doubt"]]);
			await on.ledger.do("requeuePrint", { id: "l1" });
			await on.is("l1", "printed");
		}
		expect(on.whole()).toHaveLength(2);
		expect(alarms()).not.toContain("paper-label-in-doubt");
	});

	it("that was in the printer when the program ended is settled by the printer's count", async () => {
		const on = await shop({ millimetresPerSecond: 20 });
		await on.print("l1");
		await on.is("l1", "printing");
		await on.startAgain();
		await on.is("l1", "printed", "in-doubt");
		await until(() => on.state("l1") === "printed", "the count says that it is out");
		expect(on.whole()).toHaveLength(1);
	});

	it("whose printer does not know its count is not printed, and somebody is told", async () => {
		const on = await shop({ withoutCount: true });
		await on.print("l1");
		await until(() => on.ledger.read.alarms.list().some(({ code }) => code === "label-printer-cannot-confirm"), "the alarm");
		expect([on.state("l1"), on.pile.labels()]).toEqual(["queued", []]);
	});

	it("goes to a label printer only, and a receipt never does", async () => {
		const on = await shop();
		await expect(on.ledger.do("queuePrint", { id: "r1", document: "Milk | 0.99" })).rejects.toMatchObject({ code: "printer-unknown" });
		await expect(on.ledger.do("queuePrint", { id: "r1", printer: "label-printer-1", document: "M" })).rejects.toMatchObject({
			code: "printer-unknown",
		});
		await on.ledger.do("recordDevice", { id: "printer-1", family: "printer", protocol: "esc-pos", address: "", state: "well" });
		await expect(on.ledger.do("queuePaperLabel", { id: "l1", article: "A1", printer: "printer-1" })).rejects.toMatchObject({
			code: "printer-unknown",
		});
		on.printer.pause();
		await on.print("l2");
		await expect(on.ledger.do("movePrint", { id: "l2", printer: "printer-1" })).rejects.toMatchObject({ code: "printer-unknown" });
	});
});
