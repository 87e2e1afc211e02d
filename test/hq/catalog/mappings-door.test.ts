import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Hq, startHq } from "../../../src/hq/service.ts";
import { ask } from "../ask.ts";

describe("mappings at head office's door", () => {
	let hq: Hq;
	beforeAll(async () => {
		hq = await startHq({ port: 0, tenant: "test", currency: "EUR" });
		await send("POST", "/api/v1/stores", { id: "m1" });
	}, 120_000);
	afterAll(() => hq.stop());

	const send = (method: string, path: string, body?: unknown, type?: string) => ask(hq.url + path, method, body, type);
	const list = "Nr;Bez;Wert;Lager\n4711;Müsli;1,299;3\n4712;Tee;2,450;9\n";
	const mapping = { columns: { sku: "Nr", name: "Bez", amount: "Wert" }, currency: "EUR", thousands: "," };

	it("guess a file, save what a person made of it, and read pushes by its name from then on", async () => {
		const guessed = await send("POST", "/api/v1/price-lists/guess", list, "text/csv");
		expect(guessed).toMatchObject({ status: 200, body: { delimiter: ";", mapping: null, looked: 2 } });
		const chosen = encodeURIComponent(JSON.stringify(mapping));
		expect((await send("POST", `/api/v1/price-lists/guess?mapping=${chosen}`, list, "text/csv")).body).toMatchObject({
			unread: ["Lager"],
			questions: [],
			rows: [{ read: { sku: "4711", amountMinor: 129_900 } }, { read: { sku: "4712", amountMinor: 245_000 } }],
		});
		expect(await send("PUT", "/api/v1/mappings/furniture", mapping)).toMatchObject({ status: 201, body: { version: 1 } });
		expect(await send("PUT", "/api/v1/mappings/furniture", mapping)).toMatchObject({ status: 200, body: { version: 1 } });
		const pushed = await send("POST", "/api/v1/pushes?id=w1&mapping=furniture", list, "text/csv");
		expect(pushed).toMatchObject({ status: 202, body: { held: [], rejected: [], accepted: 2 } });
		expect(pushed.body["notes"]).toContainEqual("It was read by the mapping furniture, version 1.");
		expect((await send("GET", "/api/v1/pushes/w1/changes")).body).toMatchObject({ items: [{ sku: "4711", amountMinor: 129_900 }, {}] });
	});

	it("keep every version with who and when, and a name that was removed is not read by", async () => {
		expect(await send("PUT", "/api/v1/mappings/furniture", { ...mapping, thousands: undefined, decimal: "," })).toMatchObject({
			body: { version: 2, by: "system:anybody" },
		});
		expect((await send("GET", "/api/v1/mappings/furniture")).body).toMatchObject({
			versions: [
				{ version: 2, mapping: { decimal: "," } },
				{ version: 1, mapping: { thousands: "," } },
			],
		});
		expect((await send("GET", "/api/v1/mappings")).body).toMatchObject({ items: [{ name: "furniture", version: 2 }] });
		const gone = await fetch(`${hq.url}/api/v1/mappings/furniture`, { method: "DELETE" });
		expect(gone.status).toBe(204);
		expect(await send("GET", "/api/v1/mappings/furniture")).toMatchObject({ status: 404, body: { code: "mapping-unknown" } });
		expect((await send("GET", "/api/v1/mappings")).body).toEqual({ items: [] });
		expect(await send("POST", "/api/v1/pushes?id=w2&mapping=furniture", list, "text/csv")).toMatchObject({
			status: 400,
			body: { code: "bad-mapping" },
		});
		expect(await send("PUT", "/api/v1/mappings/furniture", mapping)).toMatchObject({ status: 200, body: { version: 4 } });
	});

	it("refuse what cannot read a file, and names of Gondola's own", async () => {
		const wrong: [string, object, string][] = [
			["furniture", { columns: { sku: "Nr" } }, "bad-field"],
			["furniture", { ...mapping, decimals: "," }, "unknown-field"],
			["furniture", { ...mapping, decimal: "," }, "bad-field"],
			["furniture", { ...mapping, columns: { ...mapping.columns, price: "x" } }, "unknown-field"],
			["-a", mapping, "bad-field"],
			["gondola", mapping, "mapping-built-in"],
		];
		for (const [name, body, code] of wrong)
			expect([name, (await send("PUT", `/api/v1/mappings/${name}`, body)).body["code"]]).toEqual([name, code]);
		expect((await send("GET", "/api/v1/mappings/furniture")).body).toMatchObject({ version: 4 });
		for (const [path, body, type, code] of [
			["", { a: 1 }, "application/json", "media-type"],
			["", "", "text/csv", "bad-csv"],
			["?mapping=%7Bcolumns%3A%7Bprice%3Ax%7D%7D", list, "text/csv", "bad-mapping"],
			["?mapping=%5B", list, "text/csv", "bad-mapping"],
			["?maping=x", list, "text/csv", "unknown-field"],
		] as const)
			expect([path, (await send("POST", `/api/v1/price-lists/guess${path}`, body, type)).body["code"]]).toEqual([path, code]);
	});
});
