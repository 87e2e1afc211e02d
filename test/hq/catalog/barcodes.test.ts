import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Hq, startHq } from "../../../src/hq/service.ts";
import type { CatalogRecord } from "../../../src/words/streams/catalog.ts";

describe("a barcode that would mean two articles (case H11)", () => {
	let hq: Hq;
	const tokens = { pricer: "", approver: "" };
	beforeAll(async () => {
		hq = await startHq({ port: 0, tenant: "test", people: { isDemo: true } });
		for (const role of ["pricer", "approver"] as const)
			tokens[role] = String((await send("/api/v1/tokens", { name: role, role })).body["token"]);
		await send("/api/v1/stores", { id: "h1" });
	}, 120_000);
	afterAll(() => hq.stop());

	async function send(path: string, body: unknown, by?: "pricer" | "approver") {
		const headers = { "content-type": "application/json", ...(by && { authorization: `Bearer ${tokens[by]}` }) };
		const answer = await fetch(hq.url + path, { method: "POST", headers, body: JSON.stringify(body) });
		return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
	}
	const change = (sku: string, more = {}) => ({ sku, amountMinor: 100, currency: "EUR", name: `Article ${sku}`, ...more });
	const push = (id: string, changes: object[], query = "") =>
		send(`/api/v1/pushes${query}`, { id, stores: "all", changes }, "pricer").then(({ body }) => body);
	/** The barcodes of an article as the store was last told, without leading zeros. */
	async function barcodes(sku: string): Promise<string[]> {
		const records = (await hq.repositories.link.downAfter("h1", "catalog", 0, 10_000)).map((row) => row.record as CatalogRecord);
		const last = records.flatMap((record) => (record.type === "article" && record.article.sku === sku ? [record.article] : [])).at(-1);
		return [last?.gtin, ...(last?.gtins ?? [])].flatMap((code) => (code === undefined ? [] : [code.replace(/^0+/, "")]));
	}
	const pen = "4006381333931";
	const ink = "4006381333948";

	it("is held and said, in the preview too, and leaves the other article when a second person releases it", async () => {
		expect(await push("base", [change("pen", { gtin: pen }), change("ink", { gtin: ink, gtins: ["73513537"] })])).toMatchObject({
			accepted: 2,
		});
		const wrong = [change("copy", { gtin: pen })];
		const reason = `The barcode ${pen} is that of article pen too; a scan could mean either.`;
		const held = [{ sku: "copy", code: "barcode", reason }];
		expect(await push("copy", wrong, "?dryRun=true")).toMatchObject({ accepted: 0, held });
		expect(await push("copy", wrong)).toMatchObject({ accepted: 0, held });
		expect(await barcodes("copy")).toEqual([]);

		expect(await send("/api/v1/pushes/copy/release", {}, "approver")).toMatchObject({ status: 200 });
		expect([await barcodes("copy"), await barcodes("pen")]).toEqual([[pen], []]);
		expect(await push("daily", [change("copy", { gtin: pen, amountMinor: 110 })])).toMatchObject({ accepted: 1, held: [] });
	});

	it("is noticed among further barcodes, between two rows, and behind an article number", async () => {
		expect(await push("further", [change("other", { gtins: ["73513537"] })])).toMatchObject({ held: [{ sku: "other", code: "barcode" }] });
		const two = [change("x1", { gtin: "5901234123457" }), change("x2", { gtin: "5901234123457" })];
		expect(await push("rows", two)).toMatchObject({ accepted: 0, held: [{ sku: "x1" }, { sku: "x2" }] });
		expect(await push("number", [change("73513537")])).toMatchObject({
			held: [{ sku: "73513537", reason: "The article number 73513537 is that of article ink too; a scan could mean either." }],
		});
		await push("short", [change("96385074")]);
		expect(await push("eight", [change("tea", { gtin: "96385074" })])).toMatchObject({ held: [{ sku: "tea", code: "barcode" }] });
	});

	it("goes to another article in one push that takes it away from the first, by JSON and by file", async () => {
		expect(await push("move", [change("ink", { gtin: null, gtins: null }), change("ink-2", { gtin: ink })])).toMatchObject({
			accepted: 2,
			held: [],
		});
		expect([await barcodes("ink"), await barcodes("ink-2")]).toEqual([[], [ink]]);

		const file = await fetch(`${hq.url}/api/v1/pushes?id=away`, {
			method: "POST",
			headers: { "content-type": "text/csv", authorization: `Bearer ${tokens.pricer}` },
			body: "sku,gtin,amount,currency\nink-2,-,1.00,EUR\n",
		});
		expect(await file.json()).toMatchObject({ accepted: 1, rejected: [] });
		expect(await barcodes("ink-2")).toEqual([]);
	});
});
