import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { exactMinor, readDecimal } from "../../../src/hq/csv/amounts.ts";
import { readMapping } from "../../../src/hq/csv/mapping.ts";
import { readCsv } from "../../../src/hq/csv/read.ts";
import { minorDigits } from "../../../src/words/prices/currency.ts";

const gondola = "sku,gtin,name,brand,net_content,unit,category,amount,unit_amount,kind,from,until,prior_amount,currency";
const croatian = "Product,ProductId,Brand,Quantity,Unit,Barcode,Category,Price,UnitPrice,SpecialPrice,BestPrice30,AnchorPrice";
const file = (header: string, ...rows: string[]): string => [header, ...rows, ""].join("\n");

describe("a price file in our own columns", () => {
	it("is read with money as integers, exactly", async () => {
		const { mapping, changes, rejected } = await readCsv(
			file(
				gondola,
				"a1,4006381333931,Pen,Stabilo,1 pcs,piece,Office,19.99,,regular,2026-03-01T08:00:00+01:00,,,EUR",
				"a2,,Tea,,,,,1200,,,,,,JPY",
			),
		);
		expect(mapping).toBe("gondola");
		expect(rejected).toEqual([]);
		expect(changes).toEqual([
			{
				sku: "a1",
				amountMinor: 1999,
				currency: "EUR",
				kind: "regular",
				from: "2026-03-01T07:00:00.000Z",
				article: { name: "Pen", brand: "Stabilo", netContent: "1 pcs", category: "Office", weighed: false, gtin: "04006381333931" },
			},
			{ sku: "a2", amountMinor: 1200, currency: "JPY", kind: "regular", article: { name: "Tea" } },
		]);
	});

	it("keeps a bad row out with its line, column and a sentence, and lets the rest through", async () => {
		const { changes, rejected } = await readCsv(
			file(
				gondola,
				",,Nameless,,,,,1.00,,,,,,EUR",
				"b2,,Two,,,,,1.999,,,,,,EUR",
				"b3,,Three,,,,,1.00,,,,,,",
				'b4,,"Four\nlines",,,,,abc,,,,,,EUR',
				"b5,,Five,,,,,5.00,,gift,,,,EUR",
				"b6,,Six,,,,,6.00,,,2026-03-02,2026-03-01,,EUR",
				"b7,,Seven,,,,,-7,,,,,,EUR",
				"b8,,Eight,,,,,8.00,,,,,,EUR,extra",
				"b9,,Nine,,,,,9.00,,,,2026-02-31,,EUR",
				"good,,Good,,,,,1.00,,,,,,EUR",
			),
		);
		expect(changes.map((change) => change.sku)).toEqual(["good"]);
		expect(rejected.map(({ line, column }) => `${line} ${column}`)).toEqual([
			"2 sku",
			"3 amount",
			"4 currency",
			"5 amount",
			"7 kind",
			"8 until",
			"9 amount",
			"10 ",
			"11 until",
		]);
		for (const { reason } of rejected) expect(reason).toMatch(/^[A-Z"].*[.?]$/);
	});

	it("takes the price of a row whose barcode is no GTIN, without the barcode, and says so", async () => {
		const { changes, rejected } = await readCsv(file(gondola, "c1,4006381333932,Pen,,,,,1.00,,,,,,EUR"));
		expect(changes).toMatchObject([{ sku: "c1", amountMinor: 100 }]);
		expect(changes[0]!.article.gtin).toBeUndefined();
		expect(rejected).toMatchObject([{ line: 2, column: "gtin" }]);
	});
});

describe("a published Croatian price list", () => {
	it("is known by its header, quotes inside texts and all", async () => {
		const { mapping, changes, rejected } = await readCsv(
			file(
				croatian,
				"BUDDY PIL 300G,90725768,BUDDY,0.30 kg,ko,3850334043641,HRANA,0.99,3.3,,,0.99",
				"MLIJEKO 1L,90381469,Z BREGOV,1.00 l,ko,3850108020908,HRANA,,0.94,0.94,0.90,1.02",
				"KOBASICA SUHA,90670453,K PLUS,1.00 kg,kg,,HRANA,12.49,12.49,,,12.49",
				'ČAJNI "TEBI" A25,90000001,X,25.00 ko,ko,,HRANA,5,0.2,,,5',
			),
		);
		expect(mapping).toBe("pricelist-hr");
		expect(rejected).toEqual([]);
		expect(changes).toMatchObject([
			{
				sku: "90725768",
				amountMinor: 99,
				currency: "EUR",
				kind: "regular",
				unitPrice: { amountMinor: 330, per: "kg" },
				article: { gtin: "03850334043641", weighed: false },
			},
			{ sku: "90381469", amountMinor: 94, kind: "promotion", priorAmountMinor: 90, unitPrice: { amountMinor: 94, per: "l" } },
			{ sku: "90670453", amountMinor: 1249, unitPrice: { amountMinor: 1249, per: "kg" }, article: { weighed: true } },
			{ sku: "90000001", unitPrice: { amountMinor: 20, per: "piece" }, article: { name: 'ČAJNI "TEBI" A25', netContent: "25 pcs" } },
		]);
	});

	it("gives an article with several rows all its barcodes, and refuses a row that contradicts", async () => {
		const { changes, rejected } = await readCsv(
			file(
				croatian,
				"SOK,7,X,1.00 l,ko,3850334043641,HRANA,1.5,1.5,,,",
				"SOK,7,X,1.00 l,ko,3850108020908,HRANA,1.50,1.5,,,",
				"SOK,7,X,1.00 l,ko,,HRANA,1.6,1.6,,,",
				"KRUH,8,X,1.00 kg,ko,,HRANA,,,,,",
			),
		);
		expect(changes).toEqual([]);
		expect(rejected.map(({ line, column }) => [line, column])).toEqual([
			[2, "ProductId"],
			[3, "ProductId"],
			[4, "ProductId"],
			[5, "Price"],
		]);
		const { changes: same } = await readCsv(
			file(croatian, "SOK,7,X,1.00 l,ko,3850334043641,HRANA,1.5,1.5,,,", "SOK,7,X,1.00 l,ko,3850108020908,HRANA,1.50,1.5,,,"),
		);
		expect(same).toMatchObject([{ sku: "7", amountMinor: 150, article: { gtin: "03850334043641", gtins: ["03850108020908"] } }]);
	});

	const stores = ["0204", "0901", "1601"].map((store) =>
		resolve(import.meta.dirname, `../../../../shared/data/pricelist-store-${store}.csv`),
	);
	it("is taken whole, as three stores published it", async () => {
		if (!stores.every((path) => existsSync(path))) {
			console.log("the three published price lists are not here: nothing to read");
			return;
		}
		for (const path of stores) {
			const content = readFileSync(path);
			const { rows, changes, rejected } = await readCsv(content);
			const reasons = new Map<string, number>();
			for (const { reason } of rejected) reasons.set(reason.replaceAll(/"[^"]*"|\d+/g, "…"), (reasons.get(reason) ?? 0) + 1);
			const promotions = changes.filter((change) => change.kind === "promotion").length;
			const weighed = changes.filter((change) => change.article.weighed).length;
			console.log(
				`${path.slice(-8)}: ${rows} rows, ${changes.length} changes (${promotions} promotions, ${weighed} weighed), ${rejected.length} refused`,
				Object.fromEntries(reasons),
			);
			expect(rows).toBe(content.toString("utf8").trimEnd().split("\n").length - 1);
			expect(changes.length + rejected.length).toBeGreaterThanOrEqual(rows);
			expect(rejected.length).toBeLessThan(rows / 100);
			expect(changes.every((change) => Number.isSafeInteger(change.amountMinor) && change.article.name)).toBe(true);
		}
	});
});

describe("a file in a retailer's own columns", () => {
	it("is read by a mapping in YAML", async () => {
		const mapping = readMapping(
			'columns: {sku: Artikel, name: Text, amount: Preis, gtin: EAN}\ndecimal: ","\ndelimiter: ";"\ncurrency: EUR\n',
		);
		const { changes, rejected } = await readCsv(
			file("Artikel;Text;EAN;Preis", "1;Brot;;1.234,50", "2;Butter;;2,5", "3;Käse;;2.5"),
			mapping,
		);
		expect(changes).toMatchObject([
			{ sku: "1", amountMinor: 123_450 },
			{ sku: "2", amountMinor: 250 },
		]);
		expect(rejected).toMatchObject([{ line: 4, column: "Preis" }]);
	});

	it.each([
		["no such built-in name", "pricelist-xx"],
		["an unknown field", "columns: {sku: A, amount: B, colour: C}"],
		["no amount", "columns: {sku: A}"],
	])("refuses a mapping with %s", (_, text) => {
		expect(() => readMapping(text)).toThrow(expect.objectContaining({ code: "bad-mapping" }));
	});

	it.each([
		["an unknown header", "x,y\n1,2\n"],
		["nothing in it", ""],
	])("refuses a file with %s", async (_, text) => {
		await expect(readCsv(text)).rejects.toMatchObject({ code: "bad-csv" });
	});
});

describe("decimal text", () => {
	it.each([
		["19.99", ".", 1999],
		["0.1", ".", 10],
		["5", ".", 500],
		["1,234.5", ".", 123_450],
		["1'234.50", ".", 123_450],
		["1.234,50", ",", 123_450],
		["2.500", ".", 250],
		["9007199254740993", ".", undefined],
		["1.999", ".", undefined],
		["1,2", ".", undefined],
		["", ".", undefined],
		["1e3", ".", undefined],
		["1.", ".", undefined],
	] as const)("%j with %j is %s cents", (text, separator, cents) => {
		const decimal = readDecimal(text, separator);
		expect(decimal && exactMinor(decimal, minorDigits("EUR"))).toBe(cents);
	});
});
