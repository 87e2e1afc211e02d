import { describe, expect, it } from "vitest";
import { readCsv } from "../../../src/hq/csv/read.ts";
import { workbook } from "./workbook.ts";

/** What was taken and what was refused, by article or line. */
async function read(file: string | Uint8Array): Promise<{ taken: Record<string, unknown>; refused: Record<string, string> }> {
	const { changes, rejected } = await readCsv(file, undefined, "EUR");
	return {
		taken: Object.fromEntries(changes.map(({ sku, amountMinor, from }) => [sku, from === undefined ? amountMinor : [amountMinor, from]])),
		refused: Object.fromEntries(rejected.map(({ line, column, reason }) => [line, `${column}: ${reason}`])),
	};
}
const why = (file: string | Uint8Array): Promise<string> =>
	readCsv(file, undefined, "EUR").then(
		() => "taken",
		(error: Error) => error.message,
	);

describe("numbers of a price file (case H20)", () => {
	it("are not glued where a space divides no thousands", async () => {
		const rows = ["a;1 99", "b;1 250,50", "c;12 34 567", "d;1\u00a0250", "e;1,25 000", "f;€ 2,00", "g;1 , 99", "h;1 250 000,00"];
		const { taken, refused } = await read(`sku;amount\n${rows.join("\n")}\n`);
		expect(taken).toEqual({ b: 125_050, d: 125_000, f: 200, h: 125_000_000 });
		expect(Object.keys(refused)).toEqual(["2", "4", "6", "8"]);
		expect(refused["2"]).toMatch(/a space stands where it divides no thousands/);
	});

	it("in JSON lines are read as they stand, not as floats", async () => {
		const lines = ['{"sku":123456789012345678,"amount":1.99}', '{"sku":"b","amount":1e2}', '{"sku":"c","amount":2.50}'];
		const { taken, refused } = await read(`${lines.join("\n")}\n`);
		expect(taken).toEqual({ "123456789012345678": 199, c: 250 });
		expect(refused["2"]).toMatch(/power of ten/);
	});

	it("of several amounts under one name in XML, none is taken", async () => {
		const item = (sku: string, prices: string): string => `<item><sku>${sku}</sku><name>Tea</name>${prices}</item>`;
		const xml = `<items>${item("a", '<price type="net">4.20</price><price type="gross">4.99</price>')}\n${item("b", "<price>3.50</price>")}</items>`;
		const { taken, refused } = await read(xml);
		expect(taken).toEqual({ b: 350 });
		expect(refused["1"]).toMatch(/4\.20 \| 4\.99/);
	});

	it("of two columns that may both be the price, none is taken", async () => {
		expect(await why("sku;Cena;Cena brutto\nA;1,62;1,99\n")).toMatch(/"Cena" and "Cena brutto" may both be the price/);
		expect(await why("Ref;Prix;Prix TTC\nA;1,62;1,99\n")).toMatch(/"Prix" and "Prix TTC"/);
	});

	it("are not read without their unit, by whatever name its column has", async () => {
		const { taken, refused } = await read("sku,UOM,price\na,EA,1.99\nb,LB,5.99\nc,gr,0.50\n");
		expect(taken).toEqual({ a: 199 });
		expect(refused["3"]).toMatch(/^UOM: The price is per lb/);
		expect(refused["4"]).toMatch(/^UOM: The price is for gr/);
	});

	it("are found below headers in Japanese, Russian and Korean", async () => {
		expect((await read("商品コード,バーコード,商品名,価格\nJ1,4901234567894,牛乳,1.98\n")).taken).toEqual({ J1: 198 });
		expect((await read("Артикул;Наименование;Цена\nR1;Хлеб;4,50\n")).taken).toEqual({ R1: 450 });
		expect((await read("상품코드,상품명,가격\nK1,우유,2.98\n")).taken).toEqual({ K1: 298 });
	});

	it("are refused in a JSON list, with the way out", async () => {
		expect(await why('[{"sku":"a","amount":1.99}]')).toMatch(/JSON list\. Write one change a line/);
	});
});

describe("times of a price file", () => {
	it("are of this century", async () => {
		const { refused } = await read("sku,amount,from\na,1.99,2569-12-01\nb,1.99,1926-12-01\n");
		expect(refused).toEqual({ 2: expect.stringContaining("not in this century"), 3: expect.stringContaining("not in this century") });
	});
});

describe("cells of a workbook", () => {
	const header = ["sku", "amount", "from", "currency"];

	it("mean what their formats show: dates, percent, digits, money, yes and no (case H21)", async () => {
		const file = workbook([
			header,
			["a", { value: 46_357, format: "dd/mm/yyyy" }],
			["b", { value: 0.5, format: "0%" }],
			["c", { value: 1, type: "b" }],
			["d", { value: 2.49, format: "0.00" }, { value: 46_357.25, format: "yyyy-mm-dd hh:mm" }],
			["e", { value: 3.5, format: "[$$-409]#,##0.00" }, "", "EUR"],
			[{ value: 123, format: "00000" }, { value: 1.2899999999999998 }],
		]);
		const { taken, refused } = await read(file);
		expect(taken).toEqual({ d: [249, "2026-12-01T06:00:00"], "00123": 129 });
		expect(refused).toEqual({
			2: expect.stringContaining("2026-12-01"),
			3: expect.stringContaining("50%"),
			4: expect.stringContaining("TRUE"),
			6: expect.stringContaining("another currency"),
		});
	});

	it("count days from 1904 where the workbook says so", async () => {
		const file = workbook([header, ["a", 1.99, { value: 46_357 - 1_462, format: "dd/mm/yyyy" }]], { is1904: true });
		expect((await read(file)).taken).toEqual({ a: [199, "2026-12-01"] });
	});

	it("are those of the first tab that is shown, whatever its file is called", async () => {
		const file = workbook([["cover"]], { isHidden: true, next: [header, ["a", 1.99]] });
		expect((await read(file)).taken).toEqual({ a: 199 });
	});
});
