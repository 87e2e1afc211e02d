import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Hq, startHq } from "../../../src/hq/service.ts";
import type { CatalogRecord, ConfigRecord } from "../../../src/words/streams/catalog.ts";
import { storeWriter } from "../open-book.ts";

describe("what a store holds by its own guard rails, at head office", () => {
	let hq: Hq;
	let says: Awaited<ReturnType<typeof storeWriter>>["says"];
	const tokens = { pricer: "", approver: "" };
	beforeAll(async () => {
		hq = await startHq({ port: 0, tenant: "test", people: { isDemo: true } });
		for (const role of ["pricer", "approver"] as const)
			tokens[role] = String((await send("POST", "/api/v1/tokens", { name: role, role })).body["token"]);
		for (const id of ["h1", "h2"]) await send("POST", "/api/v1/stores", { id });
		({ says } = await storeWriter(hq.repositories, "h1"));
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
	const push = (id: string, sku: string, amountMinor: number) =>
		send(
			"POST",
			"/api/v1/pushes",
			{ id, stores: "all", changes: [{ sku, amountMinor, currency: "EUR", name: `Article ${sku}` }] },
			"pricer",
		);
	const records = async <R>(store: string, stream: "catalog" | "config"): Promise<R[]> =>
		(await hq.repositories.link.downAfter(store, stream, 0, 10_000)).map((row) => row.record as R);
	const versionOf = async (id: string): Promise<number> =>
		(await records<CatalogRecord>("h1", "catalog")).flatMap((each) =>
			each.type === "price" && each.price.push === id ? [each.price.version] : [],
		)[0]!;
	const at = async (id: string, store: string) =>
		((await send("GET", `/api/v1/pushes/${id}`)).body["stores"] as { store: string }[]).find((each) => each.store === store);
	const reasons = [{ code: "rise" as const, reason: "The price rises from 100 to 150 minor units: more than 10 %." }];
	const held = (sku: string, version: number, id: string) =>
		({ type: "price.held", sku, version, kind: "regular", amountMinor: 150, currency: "EUR", push: id, reasons }) as const;
	const active = (sku: string, version: number, id: string) =>
		({ type: "price.activated", sku, version, kind: "regular", amountMinor: 150, currency: "EUR", push: id, labels: 0 }) as const;

	it("tells each store the rails in force, again when they change, and lets nobody set them alone", async () => {
		const rails = async (store: string) =>
			(await records<ConfigRecord>(store, "config")).flatMap(({ setting }) =>
				setting.name === "guardRails" ? [JSON.parse(String(setting.value)) as object] : [],
			);
		expect(await rails("h1")).toEqual([expect.objectContaining({ currencies: [], maxRisePercent: 100, minAmountMinor: 1 })]);
		await push("base", "a", 100);
		expect((await rails("h1")).at(-1)).toMatchObject({ currencies: ["EUR"] });
		await push("again", "a", 101);
		expect(await rails("h2")).toHaveLength(2);
		const { body } = await send("PUT", "/api/v1/guard-rails?store=h2", { maxAmountMinor: 5_000 }, "pricer");
		await send("POST", `/api/v1/guard-rails/${body["proposal"]}/approve`, {}, "approver");
		expect([(await rails("h1")).length, (await rails("h2")).at(-1)]).toMatchObject([2, { maxAmountMinor: 5_000 }]);
		expect(await send("PUT", "/api/v1/stores/h1/settings/guardRails", { value: "{}" })).toMatchObject({ status: 400 });
	});

	it("stands as held in that store, with the store's reason, until a second person releases it (case P19)", async () => {
		await push("rise", "a", 150);
		const version = await versionOf("rise");
		await says(held("a", version, "rise"));
		expect((await send("GET", "/api/v1/pushes/rise")).body).toMatchObject({
			state: "held",
			heldReasons: [{ sku: "a", store: "h1", ...reasons[0] }],
		});
		expect([await at("rise", "h1"), await at("rise", "h2")]).toMatchObject([
			{ held: 1, active: 0 },
			{ held: 0, active: 0 },
		]);
		expect(await send("POST", "/api/v1/pushes/rise/release", {}, "pricer")).toMatchObject({ status: 403 });
		expect(await send("POST", "/api/v1/pushes/rise/release", {}, "approver")).toMatchObject({ status: 200, body: { moved: 1 } });
		const released = {
			type: "price-release",
			sku: "a",
			releases: version,
			by: "token:approver",
			held: { sku: "a", version, amountMinor: 150 },
		};
		expect((await records<CatalogRecord>("h1", "catalog")).at(-1)).toMatchObject(released);
		expect((await records<CatalogRecord>("h2", "catalog")).some(({ type }) => type === "price-release")).toBe(false);
		expect(await at("rise", "h1")).toMatchObject({ held: 1 });
		await says({ type: "price.hold-ended", sku: "a", version, push: "rise", because: "released" }, active("a", version, "rise"));
		expect(await at("rise", "h1")).toMatchObject({ held: 0, active: 1, unlabelled: 1 });
		expect((await send("GET", "/api/v1/pushes/rise")).body).toMatchObject({ approver: "token:approver", heldReasons: [] });
	});

	it("is never in force where another price replaced it or its end came", async () => {
		await push("wait", "b", 100);
		const version = await versionOf("wait");
		await says(held("b", version, "wait"), { type: "price.hold-ended", sku: "b", version, push: "wait", because: "overtaken" });
		expect(await at("wait", "h1")).toMatchObject({ held: 0, neverInForce: 1, active: 0 });
		expect(await send("POST", "/api/v1/pushes/wait/release", {}, "approver")).toMatchObject({
			status: 409,
			body: { code: "push-not-held" },
		});
	});

	it("in a snapshot names the price before it, and that it was released", async () => {
		await push("first", "c", 100);
		await push("second", "c", 160);
		const catalog = hq.repositories.link.catalog!;
		const manifest = (await catalog.manifest("h1"))!;
		const said = (await catalog.chunk("h1", manifest.id, 0))!.map((text) => JSON.parse(text) as CatalogRecord);
		const priceOf = (sku: string) => said.find((each) => each.type === "price" && each.price.sku === sku);
		expect(priceOf("c")).toMatchObject({ price: { amountMinor: 160 }, before: { amountMinor: 100, currency: "EUR" } });
		expect(priceOf("a")).toMatchObject({ price: { amountMinor: 150 }, released: true });
		expect(priceOf("b")).not.toHaveProperty("before");
	});

	it("knows when a store's prices are frozen", async () => {
		const frozen = async () => (await send("GET", "/api/v1/stores/h1")).body["pricesFrozen"];
		expect(await frozen()).toBeNull();
		await says({ type: "prices.frozen", reason: "wrong list", actor: { kind: "user", name: "mara" } } as never);
		expect(await frozen()).toMatchObject({ reason: "wrong list", by: "mara" });
		await says({ type: "prices.thawed", since: "2026-03-01T08:00:00.000Z" });
		expect(await frozen()).toBeNull();
	});
});
