import { deflateSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { judgeDocument } from "../../drivers/printer/receipt/limits.ts";
import { openTestStore, type TestStore } from "../support/store.ts";

let store: TestStore;
beforeEach(() => {
	store = openTestStore();
	for (const id of ["bar", "kitchen"])
		store.do("recordDevice", { id, family: "printer", protocol: "esc-pos", address: "10.0.0.7:9100", state: "well" });
	store.do("queuePrint", { id: "r-1", printer: "bar", document: "Milch | 1.29" });
});
afterEach(() => store.close());

const job = (id = "r-1") => store.book.jobs.get(id)!;
const types = () => store.book.events.after(0, 100).flatMap(({ type }) => (type.startsWith("receipt.") ? [type.slice(8)] : []));
const alarms = () => store.book.alarms.list().flatMap(({ code, clearedAt }) => (clearedAt === null ? [code] : []));
const restarted = (): void => {
	store.do("startPrint", { id: "r-1" });
	store.do("recordInDoubt", { id: "r-1", why: "power-cut" });
};

describe("a receipt in the hands of a person (case R6)", () => {
	it("is cancelled once while it waits, and not printed any more", () => {
		store.do("cancelPrint", { id: "r-1" });
		store.do("cancelPrint", { id: "r-1" });
		expect(job()).toMatchObject({ state: "failed", why: "cancelled" });
		expect(store.do("startPrint", { id: "r-1" })).toEqual({ started: false });
		expect([types(), alarms()]).toEqual([["queued", "cancelled"], []]);
	});

	it("is moved to another printer once, and the first one does not start it", () => {
		store.do("movePrint", { id: "r-1", printer: "kitchen" });
		store.do("movePrint", { id: "r-1", printer: "kitchen" });
		expect(store.do("startPrint", { id: "r-1", printer: "bar" })).toEqual({ started: false });
		expect(store.do("startPrint", { id: "r-1", printer: "kitchen" })).toEqual({ started: true });
		expect(types()).toEqual(["queued", "moved"]);
		expect(store.refused("movePrint", { id: "r-1", printer: "nowhere" })).toBe("printer-unknown");
	});

	it("is copied once it is printed, and marked as a copy", () => {
		expect(store.refused("copyPrint", { id: "r-1" })).toBe("print-job-busy");
		store.do("startPrint", { id: "r-1" });
		store.do("recordPrinted", { id: "r-1", confirmed: true });
		store.do("copyPrint", { id: "r-1" });
		store.do("copyPrint", { id: "r-1" });
		expect(job()).toMatchObject({ state: "queued", copy: 2 });
	});

	it("is left alone while it is being printed or in doubt", () => {
		store.do("startPrint", { id: "r-1" });
		for (const flow of ["cancelPrint", "copyPrint"] as const) expect(store.refused(flow, { id: "r-1" })).toBe("print-job-busy");
		store.do("recordInDoubt", { id: "r-1", why: "no-answer" });
		expect(store.refused("cancelPrint", { id: "r-1" })).toBe("print-job-busy");
		store.do("recordSlipVoid", { id: "r-1" });
		store.do("movePrint", { id: "r-1", printer: "kitchen" });
		expect(job()).toMatchObject({ state: "queued", printer: "kitchen", copy: 2 });
		expect(alarms()).toEqual([]);
	});

	it("raises an alarm when it failed, until it is asked for again or cancelled", () => {
		store.do("startPrint", { id: "r-1" });
		store.do("failPrint", { id: "r-1", why: "a receipt is at most 1500 mm long" });
		expect([job().state, alarms()]).toEqual(["failed", ["receipt-failed"]]);
		store.do("requeuePrint", { id: "r-1" });
		expect([job().state, alarms()]).toEqual(["queued", []]);
	});
});

describe("a receipt during which this program ended", () => {
	it("twice has failed, is said, and is not tried again", () => {
		restarted();
		expect(job().state).toBe("in-doubt");
		store.do("requeuePrint", { id: "r-1" });
		store.do("recordVoided", { id: "r-1" });
		restarted();
		expect([job().state, alarms()]).toEqual(["failed", ["receipt-failed"]]);
		expect(store.book.jobs.open("bar")).toEqual([]);
	});

	it("twice has failed, also when its slip was marked void in between", () => {
		restarted();
		store.do("recordSlipVoid", { id: "r-1" });
		store.do("requeuePrint", { id: "r-1" });
		store.do("startPrint", { id: "r-1" });
		store.do("unstartPrint", { id: "r-1", why: "port-missing" });
		restarted();
		expect(job().state).toBe("failed");
	});

	it("twice has its slip marked void, once, before another receipt is printed", () => {
		restarted();
		store.do("requeuePrint", { id: "r-1" });
		store.do("recordVoided", { id: "r-1" });
		restarted();
		expect(store.book.jobs.unmarked("bar")?.id).toBe("r-1");
		store.do("recordSlipVoid", { id: "r-1" });
		expect([job().state, store.book.jobs.unmarked("bar"), types().at(-1)]).toEqual(["failed", undefined, "voided"]);
	});

	it("has its slip marked void though newer receipts were printed before its copy was begun", () => {
		store.do("startPrint", { id: "r-1" });
		store.do("recordPrinted", { id: "r-1", confirmed: true });
		store.do("queuePrint", { id: "r-2", printer: "bar", document: "Brot | 2.49" });
		store.do("startPrint", { id: "r-2" });
		store.do("recordPrinted", { id: "r-2", confirmed: true });
		store.do("copyPrint", { id: "r-1" });
		restarted();
		expect(store.book.jobs.unmarked("bar")?.id).toBe("r-1");
		for (const id of ["r-3", "r-4"]) store.do("queuePrint", { id, printer: "bar", document: "Salz | 0.59" });
		store.do("startPrint", { id: "r-4" });
		store.do("recordInDoubt", { id: "r-4", why: "no-answer" });
		store.do("requeuePrint", { id: "r-4" });
		expect(store.book.jobs.open("bar").map(({ id, state }) => `${id} ${state}`)).toEqual(["r-4 void", "r-3 queued"]);
	});

	it("once, and then lost its line, is in doubt as any other", () => {
		restarted();
		store.do("requeuePrint", { id: "r-1" });
		store.do("recordVoided", { id: "r-1" });
		store.do("startPrint", { id: "r-1" });
		store.do("recordInDoubt", { id: "r-1", why: "line-lost" });
		expect(job()).toMatchObject({ state: "in-doubt", why: "line-lost" });
	});
});

/** A PNG that says of itself how large it is; what follows the header does not matter to the judge. */
function png(width: number, height: number): string {
	const head = Buffer.alloc(33);
	head.write("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "latin1");
	head.writeUInt32BE(width, 16);
	head.writeUInt32BE(height, 20);
	head[24] = 8;
	return Buffer.concat([head, deflateSync(Buffer.alloc(1_000))]).toString("base64");
}

describe("a document that asks for too much", () => {
	it.each([
		["a picture of ten thousand million dots", `{image:${png(100_000, 100_000)}}`],
		["the same under its short name, behind another property", `{w:20;i: ${png(60_000, 60_000)} }`],
		["a picture without width", `{i:${png(0, 10)}}`],
		["a picture that is none", "{image:R0lGODlhAQABAIAAAAAAAP==}"],
		["900,000 lines", "\n".repeat(60_000)],
		["a thousand bar codes", "{code:1;option:qrcode}\n".repeat(1_000)],
		["many pictures", `{i:${png(10, 10)}}\n`.repeat(9)],
	])("is refused before it is queued: %s", (_, document) => {
		expect(store.refused("queuePrint", { id: "r-2", printer: "bar", document })).toBe("print-document-unfit");
		expect(store.book.jobs.get("r-2")).toBeUndefined();
	});

	it("does not stand in the way of its sale: the receipt has failed, and is said", () => {
		const document = `{image:${png(100_000, 100_000)}}`;
		const line = { sku: "", code: "4006381333931", quantity: 1, amountMinor: 129 };
		store.do("recordSale", { id: "s-1", till: "till-1", at: "2026-03-02T12:00:00.000Z", lines: [line], receipt: { document } } as never);
		const failed = store.book.jobs.recent(1)[0];
		expect([failed?.state, failed?.why]).toEqual(["failed", expect.stringContaining("100000 × 100000")]);
		expect(alarms()).toContain("receipt-failed");
	});

	it("is let through when it is a usual receipt with a logo", () => {
		expect(judgeDocument(`{image:${png(384, 120)}}\n^^^Shop\nMilch | 1.29\n{code:4006381333931;option:ean}`)).toBeUndefined();
	});
});
