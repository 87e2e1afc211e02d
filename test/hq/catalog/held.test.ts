import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Hq, startHq } from "../../../src/hq/service.ts";
import type { CatalogRecord } from "../../../src/words/streams/catalog.ts";

describe("guard rails at head office", () => {
	let hq: Hq;
	const tokens = { pricer: "", approver: "" };
	beforeAll(async () => {
		hq = await startHq({ port: 0, tenant: "test", people: { isDemo: true } });
		for (const role of ["pricer", "approver"] as const)
			tokens[role] = String((await send("POST", "/api/v1/tokens", { name: role, role })).body["token"]);
		for (const id of ["h1", "h2"]) await send("POST", "/api/v1/stores", { id });
	}, 120_000);
	afterAll(() => hq.stop());

	async function send(method: string, path: string, body?: unknown, by?: "pricer" | "approver") {
		const answer = await fetch(hq.url + path, {
			method,
			headers: {
				...(body !== undefined && { "content-type": "application/json" }),
				...(by && { authorization: `Bearer ${tokens[by]}` }),
			},
			...(body !== undefined && { body: JSON.stringify(body) }),
		});
		return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
	}
	const change = (sku: string, amountMinor: number, more = {}) => ({ sku, amountMinor, currency: "EUR", name: `Article ${sku}`, ...more });
	const push = (id: string, changes: object[], more: object = {}) =>
		send("POST", "/api/v1/pushes", { id, stores: "all", changes, ...more }, "pricer");
	const act = (id: string, verb: string, by: "pricer" | "approver" = "approver", body: object = {}) =>
		send("POST", `/api/v1/pushes/${encodeURIComponent(id)}/${verb}`, body, by);
	const records = async (store: string, sku: string): Promise<CatalogRecord[]> =>
		(await hq.repositories.link.downAfter(store, "catalog", 0, 10_000))
			.map((row) => row.record as CatalogRecord)
			.filter((record) => ("sku" in record ? record.sku : "price" in record ? record.price.sku : record.article.sku) === sku);
	const prices = async (store: string, sku: string) =>
		(await records(store, sku)).flatMap((record) => (record.type === "price" ? [record.price] : []));

	it("refuse a name that shows nothing in a push, and take a row of a file with one as a row without a name", async () => {
		for (const name of ["", "  ", "\u00a0", "\u200b", "\u3164"])
			expect(await push("blank", [change("b1", 100, { name })])).toMatchObject({
				status: 400,
				body: { code: "bad-field", errors: [{ path: "changes.0.name" }] },
			});
		expect((await send("PATCH", "/api/v1/articles/b1", { name: " \u200b" }, "pricer")).body).toMatchObject({ code: "bad-field" });
		const file = "sku,name,amount,currency\nb1, ,1.00,EUR\nb2,\u200b,1.00,EUR\nb3,Milk,1.00,EUR\n";
		const answer = await fetch(`${hq.url}/api/v1/pushes?id=blank-file`, {
			method: "POST",
			headers: { "content-type": "text/csv" },
			body: file,
		});
		expect(await answer.json()).toMatchObject({
			accepted: 1,
			held: [
				{ sku: "b1", code: "no-name" },
				{ sku: "b2", code: "no-name" },
			],
		});
	});

	it("hold what exceeds them, and let a second person release it, never the author (case P19)", async () => {
		await push("base", [change("a", 100), change("b", 100)]);
		const rows = [
			change("a", 201),
			change("b", 29),
			change("c", 100, { currency: "USD" }),
			change("d", 0),
			{ sku: "9999", amountMinor: 500, currency: "EUR" },
			change("e", 250),
		];
		const answer = await push("wild", rows);
		expect(answer).toMatchObject({
			status: 202,
			body: {
				accepted: 1,
				held: [
					{ sku: "a", code: "rise" },
					{ sku: "b", code: "cut" },
					{ sku: "c", code: "currency" },
					{ sku: "d", code: "amount-low" },
					{ sku: "9999", code: "no-name" },
				],
			},
		});
		expect((await push("wild", rows)).body).toEqual(answer.body);
		expect((await prices("h1", "a")).map((price) => price.amountMinor)).toEqual([100]);
		expect(await records("h1", "9999")).toEqual([]);
		expect((await send("GET", "/api/v1/pushes/wild")).body).toMatchObject({
			state: "held",
			held: 5,
			author: "token:pricer",
			approver: null,
			heldReasons: expect.arrayContaining([expect.objectContaining({ sku: "a", reason: expect.stringContaining("100 %") })]),
		});

		expect(await act("wild", "release", "pricer")).toMatchObject({ status: 403 });
		expect(await act("wild", "release")).toMatchObject({ status: 200, body: { moved: 5, held: 0, approver: "token:approver" } });
		const released = (await records("h2", "a")).at(-1);
		expect(released).toMatchObject({ type: "price", released: true, price: { amountMinor: 201, push: "wild" } });
		expect(await act("wild", "release")).toMatchObject({ status: 409, body: { code: "push-not-held" } });
		// The answer of the first time stays what it was.
		expect((await push("wild", rows)).body).toEqual(answer.body);
	});

	it("take back a row with a time by each store's clock that was released later than the rest", async () => {
		await push("late-base", [change("l1", 100), change("l2", 100)]);
		expect((await push("late", [change("l1", 101), change("l2", 20, { from: "2099-12-01" })])).body).toMatchObject({ accepted: 1 });
		expect(await act("late", "release")).toMatchObject({ status: 200, body: { moved: 1 } });
		const [last] = (await prices("h1", "l2")).slice(-1);
		expect(last).toMatchObject({ amountMinor: 20, push: "late" });
		expect(await act("late", "withdraw", "pricer")).toMatchObject({ status: 200 });
		expect((await records("h1", "l2")).at(-1)).toMatchObject({ type: "price-end", ends: last!.version });
		expect((await records("h2", "l1")).map(({ type }) => type)).toEqual(["article", "price", "price", "price-end", "price"]);
	});

	it("are not released by their author, whatever the author may do", async () => {
		await send("POST", "/api/v1/pushes", { id: "own", stores: "all", changes: [change("o", 0)] });
		expect(await send("POST", "/api/v1/pushes/own/release", {})).toMatchObject({ status: 409, body: { code: "own-push" } });
		expect(await prices("h1", "o")).toEqual([]);
		expect(await act("own", "release")).toMatchObject({ status: 200 });
		expect(await prices("h1", "o")).toMatchObject([{ amountMinor: 0 }]);
	});

	it("are settings with history that two persons change, for all stores or one", async () => {
		expect((await send("GET", "/api/v1/guard-rails")).body).toMatchObject({
			currencies: ["EUR"],
			minAmountMinor: 1,
			maxAmountMinor: null,
			maxRisePercent: 100,
			maxCutPercent: 70,
			clearance: { maxCutPercent: 90 },
			maxSharePerHourPercent: null,
			quietHours: null,
		});
		const proposed = await send("PUT", "/api/v1/guard-rails?store=h2", { maxAmountMinor: 1_000 }, "approver");
		expect(proposed.status).toBe(202);
		const path = `/api/v1/guard-rails/${proposed.body["proposal"]}/approve`;
		expect(await send("POST", path, {}, "approver")).toMatchObject({ status: 409, body: { code: "own-proposal" } });
		expect((await push("dear-1", [change("dear", 5_000)])).body).toMatchObject({ accepted: 1 });
		expect(await send("POST", `${path}?sure=true`)).toMatchObject({ status: 400, body: { errors: [{ path: "query.sure" }] } });
		expect(await send("POST", path, { sure: true })).toMatchObject({ status: 400, body: { code: "unknown-field" } });
		const bodyless = await fetch(hq.url + path, { method: "POST", headers: { "content-type": "application/json" } });
		expect([bodyless.status, await bodyless.json()]).toEqual([200, { proposal: proposed.body["proposal"] }]);
		expect((await push("dear-2", [change("dearer", 5_000)])).body).toMatchObject({
			accepted: 0,
			held: [{ sku: "dearer", store: "h2", code: "amount-high" }],
		});
		expect((await send("GET", "/api/v1/guard-rails?store=h2")).body).toMatchObject({
			maxAmountMinor: 1_000,
			maxRisePercent: 100,
			history: [{ rails: { maxAmountMinor: 1_000 }, by: "token:approver", approvedBy: "user:demo" }],
		});
		expect((await send("GET", "/api/v1/guard-rails")).body).toMatchObject({ maxAmountMinor: null });
		expect((await hq.repositories.link.downAfter("h2", "config", 0, 10)).at(-1)!.record).toMatchObject({
			type: "setting",
			setting: { name: "guardRails", value: expect.stringContaining('"maxAmountMinor":1000') },
		});
		expect(await send("PUT", "/api/v1/guard-rails", { maxRisePercent: -1 })).toMatchObject({ status: 400 });
		expect(await send("PUT", "/api/v1/guard-rails", { maxRise: 10 })).toMatchObject({ status: 400, body: { code: "unknown-field" } });
	});

	it("let a push be taken back before its time and after, with what was in force before (case H2)", async () => {
		await push("w-base", [change("w", 119)]);
		await push("w-later", [change("w", 150)], { effectiveAt: "2999-01-01T00:00:00Z" });
		expect((await send("GET", "/api/v1/pushes/w-later")).body).toMatchObject({ state: "scheduled" });
		const [, later] = await prices("h1", "w");
		expect(await act("w-later", "withdraw", "pricer")).toMatchObject({
			status: 200,
			body: { state: "withdrawn", moved: 1, restoredBy: null },
		});
		expect((await records("h1", "w")).at(-1)).toMatchObject({ type: "price-end", ends: later!.version, push: "w-later" });

		await push("w-wrong", [change("w", 200)]);
		const wrong = (await prices("h1", "w")).at(-1)!;
		const withdrawn = await act("w-wrong", "withdraw", "pricer");
		expect(withdrawn).toMatchObject({
			status: 200,
			body: { state: "withdrawn", restoredBy: "w-wrong~withdrawn", withdrawnBy: "token:pricer" },
		});
		const [end, back] = (await records("h1", "w")).slice(-2);
		expect(end).toMatchObject({ type: "price-end", ends: wrong.version });
		expect(back).toMatchObject({ type: "price", released: true, price: { amountMinor: 119 } });
		expect((back as { price: { version: number } }).price.version).toBeGreaterThan(wrong.version);
		// A second time changes nothing.
		const count = (await records("h1", "w")).length;
		expect(await act("w-wrong", "withdraw", "pricer")).toMatchObject({ status: 200, body: { moved: 0 } });
		expect((await records("h1", "w")).length).toBe(count);
		// What is held is taken back too, and cannot be released afterwards.
		await push("w-held", [change("w", 0)]);
		expect(await act("w-held", "withdraw", "pricer")).toMatchObject({ status: 200, body: { state: "withdrawn" } });
		expect(await act("w-held", "release")).toMatchObject({ status: 409, body: { code: "push-withdrawn" } });
	});

	it("judge what is in force, also after something was taken back or ends early (case H2)", async () => {
		await push("j-base", [change("j", 100)]);
		await push("j-up", [change("j", 190)]);
		await act("j-up", "withdraw", "pricer");
		expect((await push("j-more", [change("j", 201)])).body).toMatchObject({ accepted: 0, held: [{ code: "rise" }] });
		await push("j-sale", [change("j", 60, { kind: "promotion", until: "2999-01-01T00:00:00Z" })]);
		const sale = (await prices("h1", "j")).at(-1)!;
		expect(await act("j-sale", "end", "pricer")).toMatchObject({ status: 200, body: { moved: 1 } });
		expect((await records("h1", "j")).at(-1)).toMatchObject({ type: "price-end", ends: sale.version });
		expect(await act("j-base", "end", "pricer")).toMatchObject({ status: 422, body: { code: "push-rows-unknown" } });
	});

	it("stop what has not begun, and let it go on", async () => {
		await push("s-base", [change("s", 100)]);
		await push("s-later", [change("s", 120)], { effectiveAt: "2999-01-01T00:00:00Z" });
		expect(await act("s-later", "hold", "pricer")).toMatchObject({ status: 200, body: { state: "held", moved: 1 } });
		expect((await records("h1", "s")).at(-1)).toMatchObject({ type: "price-end" });
		expect(await act("s-later", "release")).toMatchObject({ status: 409, body: { code: "push-not-held" } });
		expect(await act("s-later", "resume", "pricer")).toMatchObject({ status: 200, body: { state: "scheduled", changes: 1 } });
		expect((await records("h1", "s")).at(-1)).toMatchObject({
			type: "price",
			price: { amountMinor: 120, from: "2999-01-01T00:00:00.000Z" },
		});
		expect(await act("s-base", "hold", "pricer")).toMatchObject({ status: 409, body: { code: "push-begun" } });
	});

	it("begin and end whole days, and at 06:00, in each store's own time (case H7)", async () => {
		await hq.db.query("UPDATE store SET time_zone = 'America/New_York' WHERE id = 'h1'");
		await hq.db.query("UPDATE store SET time_zone = 'Europe/Zagreb' WHERE id = 'h2'");
		await push("days", [change("z", 100, { kind: "promotion", from: "2026-12-01", until: "2026-12-07" })]);
		expect(await prices("h1", "z")).toMatchObject([{ from: "2026-12-01T05:00:00.000Z", until: "2026-12-08T05:00:00.000Z" }]);
		expect(await prices("h2", "z")).toMatchObject([{ from: "2026-11-30T23:00:00.000Z", until: "2026-12-07T23:00:00.000Z" }]);
		await push("six", [change("z6", 100)], { effectiveAt: "06:00" });
		for (const [store, timeZone] of [
			["h1", "America/New_York"],
			["h2", "Europe/Zagreb"],
		] as const) {
			const [price] = await prices(store, "z6");
			const wall = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" }).format(Date.parse(price!.from));
			expect(wall).toBe("06:00");
		}
		expect(await send("GET", "/api/v1/pushes/days")).toMatchObject({
			body: {
				stores: [
					{ store: "h1", changes: 1 },
					{ store: "h2", changes: 1 },
				],
			},
		});
		expect(await push("bad-day", [change("z", 100, { from: "2026-02-31" })])).toMatchObject({ status: 400, body: { code: "bad-field" } });
	});
});
