import { describe, expect, it } from "vitest";
import { sentence } from "../../src/desk/cockpit/language/event-words.ts";
import { formats } from "../../src/desk/cockpit/language/format.ts";
import { sayIn } from "../../src/desk/cockpit/language/words.ts";
import { languages, sayFrom } from "../../src/desk/cockpit/shared/languages.ts";
import { groupAlarms } from "../../src/desk/cockpit/state/alarm-groups.ts";
import { slipFacts } from "../../src/desk/cockpit/state/slip.ts";
import { shelfBoard } from "../../src/desk/routes/shelves.ts";
import { receiptOf } from "../../src/flows/receipts/receipt-document.ts";
import type { Alarm } from "../../src/words/alarm.ts";
import { moment, noon, openTestStore } from "../support/store.ts";
import { fakeLedger } from "./fake-ledger.ts";

const alarm = (code: string, subject: string, second: number, level: Alarm["level"] = "RED"): Alarm => ({
	id: `${code}:${subject}`,
	level,
	code,
	subject,
	what: `${subject} is away.`,
	do: "Look.",
	healsByItself: true,
	since: new Date(Date.parse("2026-03-02T12:00:00Z") + second * 1_000).toISOString(),
	count: 1,
	acknowledgedAt: null,
});

describe("alarms on the page", () => {
	it("of six cables pulled at once are one group that names them all (case P24)", () => {
		const pulled = [1, 2, 3, 4, 5, 6].map((n) => alarm(n % 2 ? "port-missing" : "port-lost", `usb-${n}`, n));
		const other = alarm("label-out-of-contact", "A1", 3, "YELLOW");
		const groups = groupAlarms([...pulled, other]);
		expect(groups.map(({ cause, alarms }) => [cause, alarms.length])).toEqual([
			["cables", 6],
			["single", 1],
		]);
	});

	it("that began an hour apart, or are of one device, have no common cause (case P24)", () => {
		expect(groupAlarms([0, 3_600, 7_200].map((second) => alarm("port-missing", `usb-${second}`, second)))).toHaveLength(3);
		expect(groupAlarms(["port-missing", "port-lost", "device-silent"].map((code) => alarm(code, "scale-1", 1)))).toHaveLength(3);
	});

	it("of base stations and printers on the network are a switch; of many labels one line; each decision stays its own (case P24)", () => {
		const switched = ["base-station-silent", "host-unreachable", "host-refused"].map((code, n) => alarm(code, `net-${n}`, n));
		const waiting = Array.from({ length: 20 }, (_, n) => alarm("label-pending-long", `A${n}`, 600 * n, "YELLOW"));
		const doubts = Array.from({ length: 5 }, (_, n) => alarm("printer-in-doubt", `r-${n}`, n));
		const groups = groupAlarms([...doubts, ...switched, ...waiting]);
		expect(groups.map(({ cause, alarms }) => `${cause} ${alarms.length}`)).toEqual([...Array(5).fill("single 1"), "network 3", "kind 20"]);
	});
});

describe("figures on the page", () => {
	it("of weighed goods are whole grams, and kilograms from one on, with a true minus (case P22)", () => {
		const { moved, grams } = formats("en");
		expect(moved(-618_800, "milligram")).toBe("−619 g");
		expect(moved(-376_028_000, "milligram")).toBe("−376.0 kg");
		expect(grams(376_028_000)).toBe("376.0 kg");
		expect(grams(999_600)).toBe("1.0 kg");
		expect(moved(-3, "piece")).toBe("−3");
	});

	it("stand with the form of the word that each language has for them", () => {
		const labels = (count: number | string) => languages.map((language) => sayIn(language)("labelCount", count));
		expect(labels(1)).toEqual(["1 label", "1 个价签", "1 Etikett", "1 etiketa"]);
		expect(labels(3)).toEqual(["3 labels", "3 个价签", "3 Etiketten", "3 etikete"]);
		expect(labels("12.480")).toEqual(["12.480 labels", "12.480 个价签", "12.480 Etiketten", "12.480 etiketa"]);
		const earned = { type: "points.earned", sale: "s1", member: "m", points: 1 } as never;
		expect(languages.map((language) => sentence(earned, language, formats(language)))).toEqual([
			"A member earned 1 point with sale s1",
			expect.stringContaining("1 积分"),
			expect.stringContaining("1 Punkt gesammelt"),
			expect.stringContaining("1 bod"),
		]);
		const table = { shown: ["{0|the only label|each of {0} labels}", "", "", ""] } as const;
		const say = sayFrom(table, "en");
		expect([say("shown", 1), say("shown", 48)]).toEqual(["the only label", "each of 48 labels"]);
	});

	it("are written as each language writes them (case P23)", () => {
		expect(languages.map((language) => formats(language).money(123_456, "EUR").replace(/\s/g, " "))).toEqual([
			"€1,234.56",
			"€1,234.56",
			"1.234,56 €",
			"1.234,56 €",
		]);
	});
});

describe("the clock of the page", () => {
	it("is the store's, wherever the browser is (case P23)", () => {
		const at = "2026-07-01T22:30:00.000Z";
		expect(formats("en", "Europe/Zagreb").clock(at)).toBe("00:30:00");
		expect(formats("en", "America/New_York").clock(at)).toBe("18:30:00");
	});
});

describe("the page's words", () => {
	it("are there in German and Croatian too, with the same facts in each (case P23)", () => {
		expect(languages.map((language) => sayIn(language)("alarms"))).toEqual(["Alarms", "告警", "Alarme", "Alarmi"]);
		expect(languages.map((language) => sayIn(language)("heardAgo", "5s"))).toEqual([
			"heard 5s ago",
			"5s前有联系",
			"zuletzt vor 5s gehört",
			"zadnji put prije 5s",
		]);
		const bound = { type: "label.bound", label: "A1", sku: "100", face: null, seq: 1, at: "2026-03-02T12:00:00.000Z" } as never;
		for (const language of languages) expect(sentence(bound, language, formats(language))).toMatch(/A1.*100/);
	});
});

describe("a weighing shelf", () => {
	it("whose scale is away says so with the time it was last heard, and does not look counted (case P13)", async () => {
		const ledger = fakeLedger();
		const board = shelfBoard(ledger, [
			{ id: "shelf-1", sku: null, scale: "scale-1" },
			{ id: "shelf-2", sku: null, scale: "scale-2" },
			{ id: "shelf-3", sku: null },
		]);
		const of = { family: "scale", protocol: "mt-sics", address: "x", trouble: null, since: ledger.clock.wall, detail: {} } as const;
		ledger.devices.set("scale-1", { ...of, id: "scale-1", state: "well", lastHeardAt: ledger.clock.wall });
		ledger.devices.set("scale-2", { ...of, id: "scale-2", state: "troubled", lastHeardAt: "2026-03-01T07:00:00.000Z" });
		const { json } = (await board.routes[0]!.run({} as never)) as unknown as { json: { items: { id: string; scale: object | null }[] } };
		expect(json.items.map(({ scale }) => scale)).toEqual([
			{ id: "scale-1", state: "well", lastHeardAt: ledger.clock.wall },
			{ id: "scale-2", state: "troubled", lastHeardAt: "2026-03-01T07:00:00.000Z" },
			null,
		]);
	});
});

describe("a receipt in doubt", () => {
	it("is known by its sum and till, read from the very document that was sent to the printer (case P10)", () => {
		const store = openTestStore();
		try {
			const lines = [{ sku: "100", quantity: 2, amountMinor: 398, name: "Milk" }];
			const document = receiptOf(store.book, { id: "s-1", till: "till-1", at: noon }, lines, moment(noon));
			expect(slipFacts(document)).toEqual({ sum: "€3.98", till: "till-1" });
			expect(slipFacts("a till's own form")).toEqual({});
		} finally {
			store.close();
		}
	});
});
