import { afterEach, beforeEach, expect, it } from "vitest";
import { lookForPending } from "../../src/floor/labels/waiting.ts";
import type { StoreLedger } from "../../src/flows/flows.ts";
import { article, fromHq, moment, noon, openTestStore, price, type TestStore } from "../support/store.ts";

let store: TestStore;
beforeEach(() => {
	store = openTestStore();
	fromHq(store, "catalog", [article("100"), article("200"), price("100", 1, 199)]);
	store.do("activateDue", {});
});
afterEach(() => store.close());

const later = "2026-03-02T13:00:00.000Z";
const labelOf = (n: number): string => n.toString(16).toUpperCase().padStart(16, "0");
const open = () => store.book.alarms.list().map(({ code, subject }) => `${code} ${subject}`);
const bind = (n: number, sku: string | null) => store.do("bindLabel", { label: labelOf(n), sku, hwType: 1 });
const look = () => {
	const ledger = {
		now: () => moment(later),
		read: store.book,
		do: async (flow: "raiseAlarm", args: Parameters<TestStore["do"]>[1]) => store.do(flow, args as never, later),
	} as unknown as StoreLedger;
	return lookForPending({ ledger, options: { pendingMinutes: 30 } });
};

it("labels that wait too long are named, at most twenty at a time; whoever is taken off its article makes room for the next", async () => {
	for (let n = 0; n < 45; n += 1) bind(n, "100");
	await look();
	expect(open()).toHaveLength(20);
	for (let n = 0; n < 20; n += 1) bind(n, null);
	expect(open()).toEqual([]);
	await look();
	expect(open()).toEqual(Array.from({ length: 20 }, (_, n) => `label-pending-long ${labelOf(n + 20)}`));
	for (let n = 20; n < 40; n += 1) bind(n, null);
	// A restart forgets nothing: the open alarms stand in the ledger.
	await look();
	await look();
	expect(open()).toHaveLength(5);
});

it("an article without a price is an alarm until the label shows one, and not while the label belongs to no article", () => {
	bind(1, "200");
	expect(open()).toEqual([`label-without-price ${labelOf(1)}`]);
	bind(1, null);
	expect(open()).toEqual([]);
	bind(1, "200");
	fromHq(store, "catalog", [price("200", 1, 50)]);
	store.do("activateDue", {});
	const { version } = store.book.labels.tasks("", 1)[0]!;
	store.do("recordDrawn", { label: labelOf(1), version, hwType: 1, dataType: 0x20, picture: "0".repeat(16), bytes: new Uint8Array([1]) });
	for (const flow of ["recordSent", "recordDownloaded", "recordShown"] as const) store.do(flow, { label: labelOf(1), version });
	expect(open()).toEqual([]);
});

it("invented labels with empty batteries make no alarms and no facts, and at most two hundred rows", () => {
	const last = store.book.events.last();
	const none = { firmware: null, rssi: null, temperatureCelsius: null };
	const checkIns = Array.from({ length: 3_000 }, (_, n) => ({
		...{ label: labelOf(n), at: noon, accessPoint: "ap", hwType: 1, batteryMillivolts: 1_900 },
		...none,
	}));
	store.do("recordCheckIns", { checkIns });
	expect(store.book.events.last()).toBe(last);
	expect(open()).toEqual([]);
	expect(store.book.labels.list({ after: "", limit: 1_000 })).toHaveLength(200);
	// One that is bound says so.
	bind(7, "100");
	store.do("recordCheckIns", { checkIns: [{ ...checkIns[7]!, at: later }] });
	expect(open()).toContain(`label-battery-low ${labelOf(7)}`);
});
