import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { riseWaitOf } from "../../../src/hq/catalog/rise-wait.ts";
import { type Hq, startHq } from "../../../src/hq/service.ts";
import type { CatalogRecord } from "../../../src/words/streams/catalog.ts";
import { ask } from "../ask.ts";
import { storeWriter } from "../open-book.ts";

describe("how long a rise waits for labels, as a push says it", () => {
	it.each([
		["0", 0],
		[0, 0],
		["90", 90_000],
		[90, 90_000],
		["90s", 90_000],
		["10m", 600_000],
		["2h", 7_200_000],
		["30d", 2_592_000_000],
		["PT10M", 600_000],
		["PT1H30M", 5_400_000],
		["P1DT1S", 86_401_000],
	])("reads %s", (asked, ms) => expect(riseWaitOf(asked)).toBe(ms));

	it.each(["", "-1", -1, "1.5h", "10 m", "31d", "P", "PT", "P1Y", "P1DT", "ten", "1e3", "9999999999"])("refuses %s", (asked) =>
		expect(riseWaitOf(asked)).toBe(undefined),
	);
});

describe("rises at head office", () => {
	let hq: Hq;
	let says: Awaited<ReturnType<typeof storeWriter>>["says"];
	beforeAll(async () => {
		hq = await startHq({ port: 0, tenant: "test" });
		for (const id of ["r1", "r2"]) await send("POST", "/api/v1/stores", { id });
		({ says } = await storeWriter(hq.repositories, "r1"));
	}, 120_000);
	afterAll(() => hq.stop());

	const send = (method: string, path: string, body?: unknown, type?: string) => ask(hq.url + path, method, body, type);
	const push = (id: string, amountMinor: number, more: object = {}) =>
		send("POST", "/api/v1/pushes", { id, stores: "all", changes: [{ sku: "a", amountMinor, currency: "EUR", name: "A" }], ...more });
	const prices = async () =>
		(await hq.repositories.link.downAfter("r1", "catalog", 0, 10_000))
			.map(({ record }) => record as CatalogRecord)
			.flatMap((record) => ("price" in record ? [record.price] : []));
	const at = async (id: string) =>
		((await send("GET", `/api/v1/pushes/${id}`)).body["stores"] as { store: string; waiting: number; wentOn: number }[]).map(
			({ store, waiting, wentOn }) => [store, waiting, wentOn],
		);

	it("carries the push's wait with each price, from JSON and from a file; without one nothing is said", async () => {
		expect((await push("p1", 100)).status).toBe(202);
		expect((await push("p2", 110, { riseWaitsAtMost: "2h" })).status).toBe(202);
		const file = "sku,name,amount,currency\na,A,1.20,EUR\n";
		expect((await send("POST", "/api/v1/pushes?id=p3&riseWaitsAtMost=0", file, "text/csv")).status).toBe(202);
		expect((await prices()).map(({ push: id, riseWaitsMs }) => [id, riseWaitsMs])).toEqual([
			["p1", undefined],
			["p2", 7_200_000],
			["p3", 0],
		]);
	});

	it("refuses what is no duration, names the field, and takes nothing", async () => {
		for (const wrong of ["soon", -1, "31d", 1.5, null, {}])
			expect(await push("p4", 130, { riseWaitsAtMost: wrong })).toMatchObject({
				status: 400,
				body: { errors: [{ path: "riseWaitsAtMost" }] },
			});
		expect((await send("GET", "/api/v1/pushes/p4")).status).toBe(404);
	});

	it("takes the same push with another wait for another push", async () => {
		expect((await push("p2", 110, { riseWaitsAtMost: "PT2H" })).status).toBe(202);
		expect(await push("p2", 110, { riseWaitsAtMost: "1h" })).toMatchObject({ status: 409, body: { code: "push-differs" } });
	});

	it("counts for each store which rises wait, and which were charged before the labels showed them", async () => {
		const { version } = (await prices()).find(({ push: id }) => id === "p2")!;
		const waits = { amountMinor: 110, chargedMinor: 100, currency: "EUR", until: "2026-03-02T12:00:00.000Z" };
		await says({ type: "price.rise-waits", sku: "a", version, push: "p2", ...waits });
		expect(await at("p2")).toEqual([
			["r1", 1, 0],
			["r2", 0, 0],
		]);
		await says({ type: "price.rise-ended", sku: "a", version, push: "p2", because: "went-on" });
		expect(await at("p2")).toEqual([
			["r1", 0, 1],
			["r2", 0, 0],
		]);
		const third = (await prices()).find(({ push: id }) => id === "p3")!.version;
		await says(
			{ type: "price.rise-waits", sku: "a", version: third, push: "p3", ...waits },
			{ type: "price.rise-ended", sku: "a", version: third, push: "p3", because: "shown" },
		);
		expect(await at("p3")).toEqual([
			["r1", 0, 0],
			["r2", 0, 0],
		]);
	});
});
