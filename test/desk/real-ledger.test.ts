import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DeskLedger } from "../../src/desk/ledger-view.ts";
import { buildDesk } from "../../src/desk/server.ts";
import type { StoreLedger } from "../../src/flows/flows.ts";
import { readBook } from "../../src/ledger/book.ts";
import { openForReading } from "../../src/ledger/file/open.ts";
import { LedgerRefusal } from "../../src/ledger/ledger.ts";
import { packScans } from "../../src/words/scan.ts";
import { article, fromHq, noon, openTestStore, price } from "../support/store.ts";
import { deskOptions } from "./options.ts";

/** Fails to compile the day the ledger no longer has what the desk reads. */
const deskSees = (ledger: StoreLedger): DeskLedger => ledger;

const store = openTestStore();
const connection = openForReading(store.directory);
const ledger = {
	read: readBook(connection),
	now: () => ({ wall: noon }),
	bells: { on: () => () => {} },
	do: async (flow: never, args: never) => {
		try {
			return store.do(flow, args);
		} catch (error) {
			const [, code, said] = /^\w+: ([\w-]+): (.*)$/.exec((error as Error).message)!;
			throw new LedgerRefusal(code!, said!);
		}
	},
} as unknown as StoreLedger;
let desk: Awaited<ReturnType<typeof buildDesk>>;

beforeAll(async () => {
	store.do("setIdentity", { store: "0204", tenant: "demo", locale: "en" });
	fromHq(store, "catalog", [article("A1", { gtin: "03850334043641" }), price("A1", 1, 99)]);
	desk = await buildDesk({
		...deskOptions(),
		ledger: deskSees(ledger),
		status: () => ({ connected: true, lastContact: noon, offlineDaysLeft: 40 }),
		pictures: { png: () => undefined, faces: ["regular", "shelf"] },
		actions: { testDevice: async () => ({ ok: true, what: "" }), restartDevice: async () => {} },
		explain: (alarm) => ({ what: `It is ${alarm.code}.`, do: "Look at it." }),
	});
});
afterAll(async () => {
	await desk.stop();
	connection.close();
	store.close();
});

const get = async (url: string) => (await desk.app.inject({ url })).json();
const post = async (url: string, payload: object) => {
	const answer = await desk.app.inject({ method: url.includes("/labels/") ? "PUT" : "POST", url, payload });
	return [answer.statusCode, answer.json()];
};

describe("the desk on a real ledger", () => {
	it("answers what the till charges, by barcode", async () => {
		expect(await get("/api/v1/prices/3850334043641")).toMatchObject({ sku: "A1", amountMinor: 99, version: 1, until: null });
	});

	it("records a movement once, and refuses its id for another", async () => {
		const movement = { id: "m-1", sku: "A1", quantity: 5, reason: "receive", occurredAt: noon };
		expect(await post("/api/v1/stock/movements", movement)).toMatchObject([201, { duplicate: false, stock: { onHand: 5 } }]);
		expect(await post("/api/v1/stock/movements", movement)).toMatchObject([200, { duplicate: true, stock: { onHand: 5 } }]);
		expect(await post("/api/v1/stock/movements", { ...movement, quantity: 6 })).toMatchObject([409, { code: "movement-differs" }]);
		expect(await get("/api/v1/stock/A1")).toMatchObject({ onHand: 5, available: 5, movements: [{ id: "m-1" }] });
	});

	it("answers a print job's id for another printer with 409", async () => {
		store.do("recordDevice", { id: "till-1", family: "printer", protocol: "escpos", address: "", state: "well" });
		const job = { id: "slip-1", document: "Milk | 0.99" };
		expect(await post("/api/v1/print-jobs", job)).toMatchObject([201, { printer: "till-1" }]);
		expect(await post("/api/v1/print-jobs", { ...job, printer: "till-1" })).toMatchObject([200, { printer: "till-1" }]);
		expect(await post("/api/v1/print-jobs", { ...job, printer: "till-2" })).toMatchObject([409, { code: "print-job-differs" }]);
	});

	it("answers a till that asks again for a job that was moved", async () => {
		for (const id of ["till-1", "till-3", "till-4"])
			store.do("recordDevice", { id, family: "printer", protocol: "escpos", address: "", state: "well" });
		const job = { id: "slip-moved", printer: "till-3", document: "Milk | 0.99" };
		expect(await post("/api/v1/print-jobs", job)).toMatchObject([201, { printer: "till-3" }]);
		expect(await post("/api/v1/print-jobs/slip-moved/move", { printer: "till-4" })).toMatchObject([200, { printer: "till-4" }]);
		expect(await post("/api/v1/print-jobs", job)).toMatchObject([200, { printer: "till-4" }]);
		expect(await post("/api/v1/print-jobs", { ...job, printer: "till-4" })).toMatchObject([200, { printer: "till-4" }]);
		expect(await post("/api/v1/print-jobs", { ...job, printer: "till-1" })).toMatchObject([409, { code: "print-job-differs" }]);
		expect(await post("/api/v1/print-jobs", { ...job, document: "Milk | 9.99" })).toMatchObject([409, { code: "print-job-differs" }]);
	});

	it("refuses a quantity that head office would not take", async () => {
		for (const quantity of [1e12 + 1, -1e12 - 1, Number.MAX_SAFE_INTEGER]) {
			const movement = { id: "m-huge", sku: "A1", quantity, reason: "correction", occurredAt: noon };
			expect(await post("/api/v1/stock/movements", movement)).toMatchObject([400, { code: "bad-field" }]);
		}
	});

	it("binds a label, lists it and tells its events", async () => {
		const heard = { accessPoint: "ap", hwType: 1, firmware: 1, batteryMillivolts: null, rssi: null, temperatureCelsius: null };
		store.do("recordCheckIns", { checkIns: [{ label: "L1", at: noon, ...heard }] });
		expect(await post("/api/v1/labels/L1", { sku: "A1" })).toMatchObject([200, { id: "L1", sku: "A1" }]);
		expect(await post("/api/v1/labels/L2", { sku: "NONE" })).toMatchObject([404, { code: "article-unknown" }]);
		expect((await get("/api/v1/labels")).items).toMatchObject([{ id: "L1" }]);
		expect((await get("/api/v1/events?newest=50")).items.map((each: { type: string }) => each.type)).toContain("label.bound");
	});

	it("refuses a face that the store does not have, names those it has, and changes nothing (case L4)", async () => {
		const before = await get("/api/v1/labels/L1");
		const refused = { code: "face-unknown", detail: expect.stringContaining("regular, shelf") };
		expect(await post("/api/v1/labels/L1", { sku: "A1", face: "nonesuch" })).toMatchObject([409, refused]);
		expect(await get("/api/v1/labels/L1")).toEqual(before);
		expect(await post("/api/v1/labels/L1", { sku: "A1", face: "shelf" })).toMatchObject([200, { face: "shelf" }]);
	});

	it("puts an alarm of codes and facts into words", async () => {
		store.do("raiseAlarm", { code: "scale-silent", subject: "scale-1", facts: { device: "scale-1" } });
		expect((await get("/api/v1/alarms")).items).toMatchObject([{ level: "RED", what: "It is scale-silent.", do: "Look at it." }]);
		expect(await post("/api/v1/alarms/scale-silent:scale-1/acknowledge", {})).toMatchObject([200, { acknowledgedAt: noon }]);
		expect(await get("/api/v1/status")).toMatchObject({ store: "0204", alarms: { red: 1 }, labels: { total: 1 } });
	});

	it("shows every scan that was acknowledged in a storm to whoever asks for events", async () => {
		const scans = Array.from({ length: 3 }, (_, n) => ({ device: "hand-1", code: "3850334043641", sourceId: `storm-${n}` }));
		for (const scan of scans) store.do("takeScans", { packed: packScans([scan]), isStorm: true });
		const seen = (await get("/api/v1/events?newest=50")).items.map((each: { sourceId?: string }) => each.sourceId);
		expect(seen).toEqual(expect.arrayContaining(["storm-0", "storm-1", "storm-2"]));
	});

	it("is measured", async () => {
		expect((await desk.app.inject({ url: "/metrics" })).payload).toMatch(/^gondola_facts_waiting [1-9]/m);
	});

	it("says what head office lent of a campaign, what was redeemed and is left, and nothing left once it was ended", async () => {
		const from = "2026-03-01T00:00:00.000Z";
		const coupon = { id: "spring", code: "SPRING", what: "amount", amountMinor: 50, from, until: "2026-03-20T00:00:00.000Z", total: 90 };
		const lease = { id: "spring:1", coupon: "spring", quantity: 5, expiresAt: "2026-03-09T00:00:00.000Z", inc: 1 };
		fromHq(store, "stock", [
			{ type: "coupon", coupon },
			{ type: "coupon-lease", lease },
		]);
		const redemption = { id: "r1", code: "SPRING", till: "till-1" };
		expect(await post("/api/v1/coupons/redeem", redemption)).toMatchObject([200, { accepted: true, worth: 50 }]);
		const [listed] = (await get("/api/v1/coupons")).items;
		expect(listed).toMatchObject({ ...coupon, lent: 5, used: 1, left: 4, leases: [{ id: "spring:1", used: 1, isClosed: false }] });
		fromHq(store, "stock", [{ type: "coupon-ended", coupon: "spring", at: noon }]);
		const [ended] = (await get("/api/v1/coupons")).items;
		expect(ended).toMatchObject({ endedAt: noon, used: 1, left: 0, leases: [{ isClosed: true }] });
		const refused = await post("/api/v1/coupons/redeem", { ...redemption, id: "r2" });
		expect(refused).toMatchObject([200, { accepted: false, code: "coupon-ended" }]);
	});

	it("says what points are worth, and how many are lent", async () => {
		const rule = { id: "p1", currency: "EUR", minorPerPoint: 100, pointMinor: 1, from: "2026-03-01T00:00:00.000Z" };
		const lease = { id: "l1", member: "pseudonym-1", points: 40, expiresAt: "2026-03-09T00:00:00.000Z", inc: 1, shown: 0 };
		fromHq(store, "stock", [
			{ type: "points-rule", rule },
			{ type: "points-balance", member: "pseudonym-1", balance: 90, at: noon, lease },
		]);
		expect(await get("/api/v1/points")).toEqual({ rules: [rule], leases: { members: 1, lent: 40, used: 0, left: 40 } });
	});

	it("predicts that an order will not be ready in time, by how long lines take here", async () => {
		const lines = [{ sku: "A1", quantity: 1, substitution: "none" }];
		const placed = { kind: "pickup", at: noon, by: "x", lines, takes: [], codeHash: "0".repeat(64) };
		const orders = [
			{ id: "o1", readyBy: "2026-03-02T12:10:00.000Z" },
			{ id: "o2", readyBy: "2026-03-02T12:00:30.000Z" },
			{ id: "o3", readyBy: "2026-03-02T11:59:00.000Z" },
		];
		fromHq(
			store,
			"stock",
			orders.map((each) => ({ type: "order", order: { ...placed, ...each } })),
		);
		for (const { id } of orders) store.do("actOnOrder", { order: id, act: { act: "accept" } });
		const due = (await get("/api/v1/orders?state=open")).items.map((each: { due: object }) => each.due);
		expect(due).toEqual([
			{ clock: "readyBy", at: orders[0]!.readyBy, standing: "in-time" },
			{ clock: "readyBy", at: orders[1]!.readyBy, standing: "will-be-late" },
			{ clock: "readyBy", at: orders[2]!.readyBy, standing: "late" },
		]);
	});
});
