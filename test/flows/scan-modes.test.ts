import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { scanReadingOf } from "../../src/daemon/scan-inspection.ts";
import { noteRecord } from "../../src/link/protocol/events.ts";
import { article, fromHq, noon, openTestStore, price, type TestStore } from "../support/store.ts";

const label = "0000021A2B3C4D5E";
const secondsLater = (n: number): string => new Date(Date.parse(noon) + n * 1_000).toISOString();

let store: TestStore;
beforeEach(() => {
	store = openTestStore();
	fromHq(store, "catalog", [
		article("MILK", { gtin: "04006381333931" }),
		price("MILK", 1, 129),
		article("BREAD"),
		price("BREAD", 1, 249),
		article("CHEESE", { gtin: "02812340000002", weighed: true }),
	]);
	store.do("recordCheckIns", {
		checkIns: [{ label, at: noon, hwType: 1, batteryMillivolts: 3_000, rssi: -50, accessPoint: "ap" }],
	} as never);
});
afterEach(() => store.close());

const settings = (device: string): void =>
	void store.do("keepScanReading", scanReadingOf(parseConfig(`store: a\nscanning: { variableMeasure: de }\ndevices:\n  - ${device}`)));
const scanner = (more: string): void => settings(`{ id: hand-1, family: scanner, port: /dev/ttyS0, ${more} }`);

/** What the clerk is told of a scan, as head office's door accepts it; undefined where the scan is only a question. */
function acted(code: string, at = noon, more: { sourceId?: string; device?: string } = {}) {
	const before = store.book.events.recent(1)[0]?.seq ?? 0;
	store.do("recordScans", { scans: [{ device: "hand-1", code, symbologySource: "guess", ...more }] }, at);
	const news = store.book.events.recent(20).filter((event) => event.seq > before && event.type === "scan.acted");
	for (const event of news) expect(noteRecord.safeParse(event).error).toBeUndefined();
	return news.map((event) => {
		const { did, sku, label: shown, order, quantity, why } = event as Extract<typeof event, { type: "scan.acted" }>;
		return JSON.parse(JSON.stringify({ did, sku, label: shown, order, quantity, why })) as object;
	});
}
const onHand = (sku: string): number => store.book.stock.onHand(sku)?.onHand ?? 0;

describe("a scanner that nobody set to more", () => {
	it("only looks up, whatever mode code is scanned", () => {
		scanner("aim: auto");
		expect(acted("GONDOLA-MODE-COUNT")).toEqual([]);
		expect(acted("4006381333931")).toEqual([]);
		expect(onHand("MILK")).toBe(0);
	});
});

describe("a mode code", () => {
	it("switches a scanner that may be switched, until nothing is scanned for a time", () => {
		scanner("modes: [receive], modeSeconds: 60");
		expect(acted("GONDOLA-MODE-RECEIVE")).toEqual([{ did: "mode" }]);
		expect(acted("4006381333931", secondsLater(50))).toEqual([{ did: "received", sku: "MILK", quantity: 1 }]);
		expect(acted("4006381333931", secondsLater(100))).toHaveLength(1);
		expect(store.do("tendScanModes", {}, secondsLater(150))).toBe(1);
		expect(store.do("tendScanModes", {}, secondsLater(161))).toBe(0);
		expect(acted("4006381333931", secondsLater(170))).toEqual([]);
		expect(onHand("MILK")).toBe(2);
	});

	it("is refused where the configuration does not allow it, and by a shopper's price checker anyway", () => {
		scanner("modes: [receive]");
		expect(acted("GONDOLA-MODE-COUNT")).toEqual([{ did: "refused", why: "mode-not-allowed" }]);
		expect(acted("GONDOLA-MODE-RECEIVE", noon, { device: "checker-1" })).toEqual([]);
	});

	it("is over after the clock was set, and goes on after a restart", () => {
		scanner("modes: [receive]");
		acted("GONDOLA-MODE-RECEIVE");
		store.reopen();
		expect(acted("4006381333931")).toMatchObject([{ did: "received" }]);
		expect(acted("4006381333931", secondsLater(-7_200))).toEqual([{ did: "ended" }]);
	});
});

describe("binding", () => {
	it("takes a label, then its article, in any spelling of the label's number", () => {
		scanner("mode: bind");
		expect(acted("00:00:02:1a:2b:3c:4d:5e")).toEqual([{ did: "waits", label }]);
		expect(acted("4006381333931")).toEqual([{ did: "bound", label, sku: "MILK" }]);
		expect(store.book.labels.get(label)?.sku).toBe("MILK");
		expect(acted("BREAD")).toEqual([{ did: "refused", sku: "BREAD", why: "label-first" }]);
		expect(store.book.labels.get(label)?.sku).toBe("MILK");
	});

	it("knows no label that never checked in, and forgets one that waited too long", () => {
		scanner("mode: bind");
		expect(acted("00000000000000FF")).toEqual([{ did: "refused", why: "label-unknown" }]);
		acted(label);
		expect(acted("4006381333931", secondsLater(121))).toEqual([{ did: "ended" }, { did: "refused", sku: "MILK", why: "label-first" }]);
	});
});

describe("a price audit", () => {
	it("says whether the article's labels show what counts", () => {
		scanner("mode: audit");
		expect(acted("4006381333931")).toEqual([{ did: "audited", sku: "MILK", quantity: 0, why: "no-label" }]);
		store.do("bindLabel", { label, sku: "MILK" });
		expect(acted("4006381333931")).toEqual([{ did: "audited", sku: "MILK", quantity: 1, label, why: "label-not-shown" }]);
		expect(acted("nonsense")).toEqual([{ did: "refused", why: "article-unknown" }]);
	});
});

describe("receiving", () => {
	it("books each scan once, a weighed one with its weight, and none whose weight is in doubt or missing", () => {
		scanner("mode: receive");
		expect(acted("4006381333931", noon, { sourceId: "1" })).toHaveLength(1);
		expect(acted("4006381333931", noon, { sourceId: "1" })).toEqual([]);
		expect(onHand("MILK")).toBe(1);
		expect(acted("02812340000002")).toEqual([{ did: "refused", sku: "CHEESE", why: "unit-unclear" }]);
		expect(acted("2812345007501")).toEqual([{ did: "refused", sku: "CHEESE", why: "code-doubtful" }]);
		expect(onHand("CHEESE")).toBe(0);
	});
});

describe("counting", () => {
	it("counts the same article until another code comes, and sets what is on hand", () => {
		scanner("mode: count");
		store.do("recordMovement", { id: "m", sku: "MILK", quantity: 40, reason: "receive", occurredAt: noon });
		for (let n = 1; n <= 3; n++) expect(acted("4006381333931")).toEqual([{ did: "counting", sku: "MILK", quantity: n }]);
		expect(onHand("MILK")).toBe(40);
		expect(acted("BREAD")).toEqual([
			{ did: "counted", sku: "MILK", quantity: 3 },
			{ did: "counting", sku: "BREAD", quantity: 1 },
		]);
		expect(onHand("MILK")).toBe(3);
		expect(acted("GONDOLA-DONE")).toEqual([{ did: "counted", sku: "BREAD", quantity: 1 }]);
		expect(acted("GONDOLA-DONE")).toEqual([{ did: "refused", why: "nothing-counted" }]);
	});

	it("that nobody ended is not made, and says so", () => {
		scanner("mode: count");
		acted("4006381333931");
		store.do("tendScanModes", {}, secondsLater(121));
		const said = store.book.events.recent(2).map((event) => event.type === "scan.acted" && [event.did, event.why, event.quantity]);
		expect(said).toEqual([
			["refused", "count-not-ended", 1],
			["ended", undefined, undefined],
		]);
		expect(onHand("MILK")).toBe(0);
	});
});

describe("picking", () => {
	const place = (id: string): void => {
		const order = {
			id,
			kind: "pickup",
			at: noon,
			by: "user:shop",
			lines: [{ sku: "MILK", quantity: 2, substitution: "none" }],
			takes: [{ grant: "gMILK", sku: "MILK", quantity: 2 }],
			codeHash: createHash("sha256").update(`${id}:123456`).digest("hex"),
		};
		fromHq(store, "stock", [{ type: "order", order }]);
		store.do("actOnOrder", { order: id, act: { act: "accept" } });
	};
	const picked = (id: string): number => store.book.orders.get(id)!.lines[0]!.picked;

	it("goes to the only order that needs the article; of two, to the one whose code was scanned", () => {
		store.do("recordMovement", { id: "m", sku: "MILK", quantity: 40, reason: "count", occurredAt: noon });
		fromHq(store, "stock", [{ type: "grant-ask", sku: "MILK", wanted: 10, grant: "gMILK", expiresAt: "2026-03-09T13:00:00.000Z" }]);
		scanner("mode: pick");
		expect(acted("4006381333931")).toEqual([{ did: "refused", sku: "MILK", why: "not-ordered" }]);
		place("o1");
		expect(acted("4006381333931")).toEqual([{ did: "picked", sku: "MILK", order: "o1" }]);
		place("o2");
		// The order in hand goes on.
		expect(acted("4006381333931")).toEqual([{ did: "picked", sku: "MILK", order: "o1" }]);
		place("o3");
		store.do("tendScanModes", {}, secondsLater(121));
		expect(acted("4006381333931", secondsLater(122))).toEqual([{ did: "refused", sku: "MILK", why: "order-first" }]);
		expect(acted("o3", secondsLater(123))).toEqual([{ did: "waits", order: "o3" }]);
		acted("4006381333931", secondsLater(124));
		expect([picked("o1"), picked("o2"), picked("o3")]).toEqual([2, 0, 1]);
	});
});
