import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Hq, startHq } from "../../../src/hq/service.ts";
import type { CatalogRecord, ConfigRecord } from "../../../src/words/streams/catalog.ts";
import { ask } from "../ask.ts";
import { storeWriter } from "../open-book.ts";

describe("groups of stores", () => {
	let hq: Hq;
	beforeAll(async () => {
		hq = await startHq({ port: 0, tenant: "test" });
		for (const id of ["g1", "g2", "g3"]) await send("POST", "/api/v1/stores", { id });
	}, 120_000);
	afterAll(() => hq.stop());

	const send = (method: string, path: string, body?: unknown, type?: string) => ask(hq.url + path, method, body, type);
	const setGroups = (store: string, ...groups: string[]) => send("PUT", `/api/v1/stores/${store}/groups`, { groups });
	const push = (id: string, amountMinor: number, to: object, sku = "milk") =>
		send("POST", "/api/v1/pushes", { id, ...to, changes: [{ sku, amountMinor, currency: "EUR", name: sku }] });
	const records = async <R>(store: string, stream: "catalog" | "config"): Promise<R[]> =>
		(await hq.repositories.link.downAfter(store, stream, 0, 10_000)).map((row) => row.record as R);
	const pricesOf = async (store: string, sku = "milk") =>
		(await records<CatalogRecord>(store, "catalog")).flatMap((each) =>
			each.type === "price" && each.price.sku === sku ? [each.price.amountMinor] : [],
		);
	const said = async (store: string) =>
		(await records<ConfigRecord>(store, "config")).flatMap(({ setting }) => (setting.name === "storeGroups" ? [setting] : []));

	it("are set for a store, told to it as one setting with a version, and the same again changes nothing", async () => {
		const first = await setGroups("g1", "north", "pilot", "north");
		expect(first).toMatchObject({ status: 200, body: { store: "g1", groups: ["north", "pilot"], caughtUp: { push: null }, staying: 0 } });
		expect(await said("g1")).toEqual([{ name: "storeGroups", value: '["north","pilot"]', version: first.body["version"] }]);
		expect((await setGroups("g1", "pilot", "north")).body["version"]).toBe(first.body["version"]);
		expect(await said("g1")).toHaveLength(1);
		await setGroups("g2", "north");
		expect((await send("GET", "/api/v1/groups")).body).toEqual({
			items: [
				{ group: "north", stores: ["g1", "g2"] },
				{ group: "pilot", stores: ["g1"] },
			],
		});
		expect((await send("GET", "/api/v1/stores/g1/groups")).body).toMatchObject({ groups: ["north", "pilot"], changedBy: "system:anybody" });
		expect((await send("GET", "/api/v1/stores/g3/groups")).body).toMatchObject({ groups: [], version: 0 });
	});

	it("are refused where they are no names, or the store is none, and nothing changes", async () => {
		for (const wrong of [
			["North"],
			[""],
			["a b"],
			["all"],
			["x".repeat(33)],
			"north",
			null,
			[7],
			Array.from({ length: 25 }, (_, i) => `g${i}`),
		])
			expect((await send("PUT", "/api/v1/stores/g1/groups", { groups: wrong })).status).toBe(400);
		expect((await send("PUT", "/api/v1/stores/g1/groups", { groups: [], more: 1 })).status).toBe(400);
		expect(await setGroups("nowhere", "north")).toMatchObject({ status: 404, body: { code: "store-unknown" } });
		expect((await send("PUT", "/api/v1/stores/g1/settings/storeGroups", { value: "[]" })).status).toBe(400);
		expect((await send("GET", "/api/v1/stores/g1/groups")).body).toMatchObject({ groups: ["north", "pilot"] });
	});

	it("take a push, in JSON and as a file; it says which group it is for", async () => {
		expect(await push("north-1", 100, { group: "north" })).toMatchObject({ status: 202, body: { accepted: 1 } });
		const file = "sku,name,amount,currency\nmilk,milk,1.10,EUR\n";
		expect((await send("POST", "/api/v1/pushes?id=north-2&group=north", file, "text/csv")).status).toBe(202);
		expect([await pricesOf("g1"), await pricesOf("g2"), await pricesOf("g3")]).toEqual([[100, 110], [100, 110], []]);
		const { body } = await send("GET", "/api/v1/pushes/north-1");
		expect([body["group"], (body["stores"] as { store: string }[]).map(({ store }) => store)]).toEqual(["north", ["g1", "g2"]]);
		expect(
			(
				await send("POST", "/api/v1/pushes?dryRun=true", {
					id: "d",
					group: "pilot",
					changes: [{ sku: "milk", amountMinor: 9, currency: "EUR" }],
				})
			).body,
		).toMatchObject({ stores: 1 });
	});

	it("refuse a push to a group without stores, to a group and stores, and to neither", async () => {
		expect(await push("x", 1, { group: "nroth" })).toMatchObject({
			status: 422,
			body: { code: "group-empty", detail: expect.stringContaining("north") },
		});
		expect(await push("x", 1, { group: "north", stores: "all" })).toMatchObject({ status: 400, body: { errors: [{ path: "stores" }] } });
		expect(await push("x", 1, {})).toMatchObject({ status: 400, body: { errors: [{ path: "stores" }] } });
		expect((await send("POST", "/api/v1/pushes?id=x&group=north&stores=g1", "sku,amount,currency\nmilk,1,EUR\n", "text/csv")).status).toBe(
			400,
		);
		expect((await send("GET", "/api/v1/pushes/x")).status).toBe(404);
	});

	it("bring a store that joins up to date, with what counts for the group and nothing that is older than what it has", async () => {
		await push("bread-old", 200, { group: "north" }, "bread");
		await push("bread-all", 180, { stores: "all" }, "bread");
		const joined = await setGroups("g3", "north");
		expect(joined.body).toMatchObject({ caughtUp: { push: "g3~catch-up", changes: 1 } });
		expect([await pricesOf("g3"), await pricesOf("g3", "bread")]).toEqual([[110], [180]]);
		expect((await send("POST", "/api/v1/stores/g3/catch-up", {})).body).toMatchObject({ push: null });
	});

	it("leave a store that leaves with what it has, say how much, and send it nothing more", async () => {
		const { says } = await storeWriter(hq.repositories, "g2");
		const { version } = (await records<CatalogRecord>("g2", "catalog")).flatMap((each) =>
			each.type === "price" && each.price.push === "north-2" ? [each.price] : [],
		)[0]!;
		await says({
			type: "price.activated",
			sku: "milk",
			version,
			kind: "regular",
			amountMinor: 110,
			currency: "EUR",
			push: "north-2",
			labels: 0,
		});
		expect((await setGroups("g2")).body).toMatchObject({ groups: [], staying: 1 });
		await push("north-3", 120, { group: "north" });
		expect([(await pricesOf("g2")).at(-1), (await pricesOf("g3")).at(-1)]).toEqual([110, 120]);
		expect((await said("g2")).at(-1)).toMatchObject({ value: "[]" });
	});

	it("give the same answer to the same push, whoever belongs to the group by then", async () => {
		expect(await push("north-3", 120, { group: "north" })).toMatchObject({ status: 202, body: { accepted: 1 } });
		expect(await push("north-3", 120, { stores: ["g1", "g3"] })).toMatchObject({ status: 409, body: { code: "push-differs" } });
	});
});
