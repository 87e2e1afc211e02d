import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Hq, startHq } from "../../src/hq/service.ts";
import type { MovementReason } from "../../src/words/stock.ts";
import { type Box, openPair, type Pair } from "../link/both-ends/pair.ts";
import { eventually } from "../support/until.ts";

const gtin = "4006381333931";
const at = "2026-03-01T08:00:00.000Z";

describe("stock at head office's door", () => {
	let hq: Hq;
	beforeAll(async () => {
		hq = await startHq({ port: 0, tenant: "test" });
		await send("/api/v1/stores", { id: "h1" });
		const changes = ["pen", "ink", "cup"].map((sku, i) => ({
			sku,
			amountMinor: 100,
			currency: "EUR",
			name: sku,
			...(i === 0 && { gtin }),
		}));
		expect(await send("/api/v1/pushes", { id: "p", stores: "all", changes })).toMatchObject({ status: 202, body: { accepted: 3 } });
	}, 120_000);
	afterAll(() => hq.stop());

	async function send(path: string, body?: unknown) {
		const headers = { "content-type": "application/json" };
		const answer = await fetch(hq.url + path, body === undefined ? {} : { method: "POST", headers, body: JSON.stringify(body) });
		return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
	}
	const move = (id: string, quantity: number, reason: MovementReason, more: object = {}) =>
		send("/api/v1/stores/h1/stock/movements", { id, sku: "pen", quantity, reason, occurredAt: at, ...more });
	const onHand = async (sku = "pen"): Promise<unknown> => (await send(`/api/v1/stores/h1/stock/${sku}`)).body["onHand"];
	const sent = async (): Promise<number> => (await hq.repositories.link.downAfter("h1", "stock", 0, 1_000)).length;

	it("recalls no lot that can be on no code: it would stop nothing", async () => {
		const recall = (id: string, lot: string) => send("/api/v1/recalls", { id, gtin, lot, reason: "glass" });
		for (const lot of ["", " ", "L 7", "\u202eL7", "Größe", "x".repeat(21)])
			expect(await recall("r-bad", lot), lot).toMatchObject({ status: 400, body: { code: "bad-field" } });
		expect(await recall("r-good", "L7/a-2_(b)")).toMatchObject({ status: 201 });
	});

	it("takes one id with one content, whatever else differs (case H3)", async () => {
		expect(await move("m1", 24, "receive", { reference: "note 7" })).toMatchObject({ status: 201 });
		const before = await sent();
		for (const other of [
			{ quantity: 22 },
			{ sku: "ink" },
			{ reason: "return" },
			{ occurredAt: "2026-03-01T09:00:00Z" },
			{ reference: "note 8" },
		])
			expect(await move("m1", 24, "receive", { reference: "note 7", ...other })).toMatchObject({
				status: 409,
				body: { code: "movement-differs" },
			});
		expect(await move("m1", 24, "receive", { reference: "note 7" })).toMatchObject({ status: 200, body: { quantity: 24, sku: "pen" } });
		expect([await onHand(), await sent()]).toEqual([24, before]);
	});

	it("refuses a count from the future; a clock may run a little ahead (case H12)", async () => {
		const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
		for (const occurredAt of ["2099-01-01T00:00:00Z", inMs(3_600_000)])
			expect(await move("m-future", 50, "count", { sku: "ink", occurredAt })).toMatchObject({
				status: 400,
				body: { code: "count-in-future" },
			});
		expect(await onHand("ink")).toBe(0);
		expect(await move("m-ahead", 7, "count", { sku: "ink", occurredAt: inMs(60_000) })).toMatchObject({ status: 201 });
		expect(await onHand("ink")).toBe(7);
	});

	it("counts a movement that is dated ahead from when it came (case H12)", async () => {
		const late = { sku: "cup", occurredAt: "2099-01-01T00:00:00Z" };
		const before = Number(await onHand("cup"));
		const booked = await move("m-late", 4, "receive", late);
		expect(booked).toMatchObject({ status: 201 });
		expect(Date.parse(String(booked.body["occurredAt"]))).toBeLessThanOrEqual(Date.now());
		expect(await onHand("cup")).toBe(before + 4);
		expect(await move("m-late", 4, "receive", late)).toMatchObject({ status: 200 });
		expect(await move("m-late", 5, "receive", late)).toMatchObject({ status: 409 });
		const soon = new Date(Date.now() + 1_000).toISOString();
		expect(await move("m-counted", 9, "count", { sku: "cup", occurredAt: soon })).toMatchObject({ status: 201 });
		expect(await onHand("cup")).toBe(9);
	});

	it("books nothing on an article that nobody knows; a GTIN is its article (case H13)", async () => {
		const [before, records] = [await onHand(), await sent()];
		const unknown = { status: 404, body: { code: "article-unknown" } };
		expect(await move("m-ghost", 5, "receive", { sku: "ghost" })).toMatchObject(unknown);
		expect(await send("/api/v1/stores/h1/grants", { id: "g-ghost", sku: "ghost", wanted: 1 })).toMatchObject(unknown);
		expect(await send("/api/v1/orders", { id: "o-ghost", store: "h1", lines: [{ sku: "ghost", quantity: 1 }] })).toMatchObject(unknown);
		expect(await sent()).toBe(records);
		expect(await move("m-gtin", 2, "receive", { sku: gtin })).toMatchObject({ status: 201, body: { sku: "pen" } });
		expect(await move("m-gtin", 2, "receive")).toMatchObject({ status: 200 });
		expect(await onHand()).toBe(Number(before) + 2);
		expect(await send("/api/v1/stores/h1/grants", { id: "g-gtin", sku: gtin, wanted: 1 })).toMatchObject({ body: { sku: "pen" } });
	});

	it.each([
		["sale", 5],
		["receive", -5],
		["waste", 4],
		["shrinkage", 1],
		["pick", 1],
		["return", -1],
		["put-back", -1],
		["count", -1],
	] as const)("refuses %s of %i: the quantity goes the wrong way (case H17)", async (reason, quantity) => {
		const before = await onHand();
		expect(await move(`sign-${reason}`, quantity, reason)).toMatchObject({ status: 400, body: { code: "movement-sign" } });
		expect(await onHand()).toBe(before);
		expect(await move(`sign-${reason}`, -quantity, reason, { occurredAt: "2026-02-01T08:00:00Z" })).toMatchObject({ status: 201 });
	});

	it("asks for a grant under one id with one content", async () => {
		const ask = (wanted: number, more = {}) => send("/api/v1/stores/h1/grants", { id: "g1", sku: "pen", wanted, ...more });
		expect(await ask(2)).toMatchObject({ status: 202 });
		expect(await ask(2)).toMatchObject({ status: 200, body: { id: "g1", wanted: 2 } });
		for (const other of [{ wanted: 9 }, { sku: "ink" }, { expiresAt: "2099-01-01T00:00:00Z" }])
			expect(await ask(2, other)).toMatchObject({ status: 409, body: { code: "id-reused" } });
	});
});

describe("stock at both ends", () => {
	const root = mkdtempSync(join(tmpdir(), "gondola-both-ends-"));
	let pair: Pair;
	let box: Box;
	beforeAll(async () => {
		pair = await openPair("s1");
		await pair.hq.acceptPush({
			id: "p",
			stores: "all",
			rejected: [],
			changes: ["milk", "rice"].map((sku) => ({ sku, amountMinor: 100, currency: "EUR", kind: "regular", article: { name: sku } })),
		});
		box = pair.box(join(root, "store"));
		await eventually(() => expect(box.writer.book.articles.find("rice")).toBeDefined());
	}, 120_000);
	afterAll(async () => {
		await pair.close();
		rmSync(root, { recursive: true, force: true });
	});
	const receive = (id: string, quantity: number, sku = "milk") => ({ id, sku, quantity, reason: "receive", occurredAt: at }) as const;
	const both = async (sku: string): Promise<unknown[]> => [
		(await pair.hq.stock("s1", sku)).onHand,
		box.writer.book.stock.onHand(sku)?.onHand,
	];

	it("have one outcome of an id that was given twice while they could not speak, and say so at both (case H3)", async () => {
		pair.tap = () => false;
		await pair.hq.moveStock("s1", receive("count-me", 24));
		await pair.hq.moveStock("s1", receive("other", 3));
		box.do("recordMovement", receive("count-me", 22));
		expect(await both("milk")).toEqual([27, 22]);
		box.stop();
		pair.tap = () => true;
		pair.restartHq();
		box = pair.box(join(root, "store"));
		await eventually(async () => expect(await both("milk")).toEqual([25, 25]));
		await eventually(async () =>
			expect(await pair.hq.deadLetters("s1", 10)).toMatchObject([
				{ code: "movement-differs", why: expect.stringMatching(/count-me .*24 of milk .*22 of milk/) },
			]),
		);
		await eventually(async () =>
			expect(await pair.hq.facts("s1", { after: 0, limit: 100, type: "record.refused" })).toMatchObject([{ code: "movement-differs" }]),
		);
	}, 120_000);

	it("an order from before the goods came is sold after they came, under its own id (case H14)", async () => {
		const order = { id: "web-1", store: "s1", lines: [{ sku: "rice", quantity: 2 }] };
		await eventually(async () => expect(pair.hq.takeOrder(order)).rejects.toMatchObject({ code: "grant-short" }));
		const asks = async (): Promise<unknown[]> =>
			(await pair.hq.link.downAfter("s1", "stock", 0, 100)).filter((row) => (row.record as { type: string }).type === "grant-ask");
		const given = () => pair.hq.facts("s1", { after: 0, limit: 100, type: "grant.given" });
		await eventually(async () => expect(await given()).toHaveLength(1));
		for (let n = 0; n < 3; n += 1) await expect(pair.hq.takeOrder(order)).rejects.toMatchObject({ code: "grant-short" });
		expect(await asks()).toHaveLength(1);
		box.do("recordMovement", receive("goods", 10, "rice"));
		await eventually(async () => expect((await pair.hq.stock("s1", "rice")).onHand).toBe(10));
		await eventually(async () => expect(await pair.hq.takeOrder(order)).toMatchObject({ created: true }));
		expect(await asks()).toHaveLength(2);
		await eventually(async () => expect(await both("rice")).toEqual([8, 8]));
	}, 120_000);
});
