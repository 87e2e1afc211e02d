import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readMapping } from "../../../src/hq/csv/mapping.ts";
import { readCsv } from "../../../src/hq/csv/read.ts";

const folder = resolve(import.meta.dirname, "../../../../shared/data/price-shapes");
const isHere = existsSync(folder);
if (!isHere) console.log("the sample price files are not here: only those in this test are read");
const read = (name: string, mapping?: string, currency?: string) =>
	readCsv(readFileSync(join(folder, name)), mapping === undefined ? undefined : readMapping(mapping), currency);
const prices = async (name: string, mapping?: string, currency?: string) => {
	const { changes, rejected } = await read(name, mapping, currency);
	return {
		taken: Object.fromEntries(changes.map((change) => [change.sku, change.amountMinor])),
		refused: Object.fromEntries(rejected.map(({ line, column, reason }) => [line, `${column}: ${reason}`])),
	};
};
const refusal = (read: Promise<unknown>): Promise<string> =>
	read.then(
		() => "taken",
		(error: Error & { code: string }) => `${error.code}: ${error.message}`,
	);

describe.skipIf(!isHere)("price files as real systems write them", () => {
	it("read prices that a spreadsheet spoiled in no way, and refuse those rows with the reason (case H20)", async () => {
		expect(await prices("autoprice-date.csv")).toMatchObject({
			taken: { 7205: 150 },
			refused: {
				2: expect.stringContaining("01. Mai"),
				3: expect.stringContaining("error of a spreadsheet"),
				4: expect.stringContaining("error of a spreadsheet"),
				5: expect.stringContaining("formula"),
			},
		});
		expect(await prices("sci.csv")).toEqual({
			taken: {},
			refused: Object.fromEntries(
				[2, 3, 4].map((line) => [line, expect.stringContaining("spreadsheet has turned this barcode into 4.00638E+12")]),
			),
		});
		expect(await prices("total-row.csv")).toMatchObject({ taken: { 7501: 100, 7502: 200 }, refused: {} });
		expect((await read("total-row.csv")).notes).toContainEqual(expect.stringContaining("Line 5 was skipped: a total"));
		expect((await read("title-first.csv")).notes).toContainEqual(expect.stringContaining("Line 1 was skipped: a title"));
		expect(await prices("title-first.csv")).toMatchObject({ taken: { 7504: 100 } });
	});

	it("read dates as the store's own, and refuse what could be two (case H7), (case H20)", async () => {
		const { changes, rejected } = await read("dates-excel.csv");
		expect(Object.fromEntries(changes.map(({ sku, from, until }) => [sku, [from, until]]))).toEqual({
			7101: ["2026-12-01", "2026-12-07"],
			7103: ["2026-12-01", "2026-12-07"],
			7104: ["2026-12-01T08:00:00", undefined],
			7105: ["2026-12-01T08:00:00", undefined],
			7110: ["2026-12-01", "2026-12-07"],
		});
		expect(rejected.map(({ line }) => line)).toEqual([3, 7, 8, 9, 10]);
		expect(rejected[0]!.reason).toMatch(/day 12 of month 01 or day 01 of month 12/);
		const asked = await read(
			"dates-excel.csv",
			"{columns: {sku: sku, name: name, amount: amount, currency: currency, from: from, until: until}, dates: mdy}",
		);
		expect(asked.changes.find(({ sku }) => sku === "7102")).toMatchObject({ from: "2026-12-01", until: "2026-12-07" });
	});

	it("find the encoding and say it; letters are never lost (case H10)", async () => {
		for (const [name, encoding, article] of [
			["de-1252.csv", "windows-1252", { sku: "4721", article: { name: "Müsli", brand: "Köln & Söhne" } }],
			["gbk-brand.csv", "gb18030", { sku: "8002", article: { brand: "青岛", category: "啤酒", netContent: "500毫升" } }],
			["gbk.csv", "gb18030", { sku: "8001", article: { name: "青岛啤酒" } }],
			["excel-utf16.txt", "utf-16le", { sku: "5001", article: { name: "Café" } }],
			["excel-utf16-comma.csv", "utf-16le", { sku: "5001", article: { name: "Café" } }],
			["roto.csv", "windows-1250", { sku: "HR1", amountMinor: 119, article: { name: "Pivo Žuja" } }],
			["cn.csv", "utf-8", { sku: "6901", amountMinor: 500, currency: "CNY", article: { name: "青岛啤酒" } }],
			["utf8-bom.csv", "utf-8", { sku: "5002", amountMinor: 250 }],
		] as const) {
			const { notes, changes } = await read(name, undefined, "EUR");
			expect([name, notes]).toEqual([name, expect.arrayContaining([`The file is in ${encoding}.`])]);
			expect(changes[0], name).toMatchObject(article);
		}
	});

	it("find delimiters and decimal commas (case H21)", async () => {
		expect(await prices("de-semikolon.csv", undefined, "EUR")).toMatchObject({
			taken: { 4711: 349, 4712: 129_900, 4713: 1_250 },
			refused: {},
		});
		expect((await read("de-semikolon.csv", undefined, "EUR")).changes).toMatchObject([
			{ from: "2026-12-01", article: { weighed: false } },
			{ article: { weighed: true } },
			{ article: { name: "Pfand, Kiste" } },
		]);
		expect(await prices("fr.csv", undefined, "EUR")).toMatchObject({ taken: { FR1: 235, FR2: 125_000, FR3: 125_000 }, refused: {} });
		for (const [name, sku, amount] of [
			["semi-gondola-header.csv", 5005, 250],
			["tabs.tsv", 5003, 250],
			["excel-sep.csv", 5004, 250],
			["header-case.csv", 7901, 100],
			["header-space.csv", 7902, 100],
			["semi-hidden.csv", 7906, 100],
			["gz.csv", 9002, 0],
		] as const) {
			const { taken } = await prices(name);
			if (name === "gz.csv") expect(Object.keys(taken)).toHaveLength(1);
			else expect([name, taken]).toEqual([name, { [sku]: amount }]);
		}
	});

	it("take an article once, refuse two prices of it, naming each other (case H22)", async () => {
		expect(await prices("dup.csv")).toEqual({
			taken: { 7602: 200 },
			refused: Object.fromEntries([2, 3, 4].map((line) => [line, expect.stringMatching(/7601 stands at another price in line/)])),
		});
		expect(await prices("extracol.csv")).toMatchObject({ taken: { 7802: 100 }, refused: { 2: expect.stringContaining("cells") } });
		expect(await prices("shortrow.csv")).toMatchObject({ taken: { 7807: 200 }, refused: { 2: expect.anything(), 3: expect.anything() } });
	});

	it("refuse a header that is wrong, with the nearest right name (case H9)", async () => {
		expect(await refusal(read("header-typo.csv"))).toMatch(/^bad-csv: The column "untill" is not known; the nearest is "until"/);
		expect(await refusal(read("header-dup.csv"))).toMatch(/^bad-csv: .*"amount" twice/);
		expect(await refusal(read("de-1252.csv", "{columns: {sku: Artikelnummer, amount: Prais}, currency: EUR}"))).toMatch(
			/"Prais".*nearest is "Preis"/,
		);
		expect(await refusal(readCsv("sku,name,amount,currency,member_amount\n1,a,1.00,EUR,0.90\n"))).toMatch(/"member_amount" is not known/);
		expect(await prices("header-missing-cur.csv", undefined, "EUR")).toMatchObject({ taken: { 7905: 100 } });
		expect(await prices("header-missing-cur.csv")).toMatchObject({ taken: {}, refused: { 2: expect.stringContaining("no currency") } });
		expect(await refusal(read("onlyheader.csv"))).toBe("taken");
		expect(await refusal(read("empty.csv"))).toMatch(/empty/);
		expect(await refusal(read("xlsx.csv"))).toMatch(/workbook/);
	});

	it("never read money wrongly (case H20)", async () => {
		const { taken, refused } = await prices("money.csv");
		expect(taken).toEqual({
			7301: 150,
			7302: 150,
			7303: 150,
			7304: 129_900,
			7306: 12_345_600,
			7310: 0,
			7312: 150,
			7313: 150,
			7315: 39_990,
			7316: 150,
			7319: 99,
			7324: 129_950,
			7326: 100_000_000_000,
			7330: 129_900,
		});
		expect(refused).toMatchObject({
			6: expect.stringContaining("could be 1299 or 1.299"),
			8: expect.anything(),
			9: expect.stringContaining("below zero"),
			10: expect.stringContaining("below zero"),
			12: expect.stringContaining("more decimals"),
			15: expect.stringContaining("more decimals"),
			18: expect.anything(),
			19: expect.anything(),
		});
		const dollars = await readCsv('sku,name,amount,currency\n1,a,$1.50,EUR\n2,b,"2.500",EUR\n3,c,"3,50",EUR\n4,d,"4,50",EUR\n');
		expect(dollars.changes.map(({ sku, amountMinor }) => [sku, amountMinor])).toEqual([
			["3", 350],
			["4", 450],
		]);
		expect(dollars.rejected).toMatchObject([
			{ line: 2, reason: expect.stringContaining("another currency") },
			{ line: 3, reason: expect.stringContaining("could be 2500 or 2.500") },
		]);
		expect(await prices("pct.csv")).toMatchObject({ taken: { 8401: 100, 8403: 100 }, refused: { 3: expect.stringContaining("sale") } });
	});

	it("end lines in any way, also mixed; an open quote names its own line (case H8)", async () => {
		expect(await prices("mixed-eol.csv")).toEqual({ taken: { 8303: 100, 8304: 100 }, refused: {} });
		expect(await prices("cr.csv")).toEqual({ taken: { 8301: 100, 8302: 100 }, refused: {} });
		expect(await refusal(read("nl.csv"))).toMatch(/Line 6 opens a quote/);
	});

	it("keep packs of fixed weight as pieces, and say contradictions (case H15), (case H16)", async () => {
		const { changes, rejected } = await read("weighed.csv");
		const of = Object.fromEntries(changes.map(({ sku, article, unitPrice }) => [sku, [article.weighed, unitPrice]]));
		expect(of).toMatchObject({
			8101: [true, { amountMinor: 1290, per: "kg" }],
			8102: [false, { amountMinor: 1327, per: "kg" }],
			8103: [true, { amountMinor: 1290, per: "kg" }],
			8105: [false, { amountMinor: 1000, per: "kg" }],
			8107: [false, { amountMinor: 1000, per: "kg" }],
		});
		expect(rejected).toMatchObject([
			{ line: 5, reason: expect.stringContaining("per lb") },
			{ line: 6, reason: expect.stringContaining("99.00") },
		]);
		const clearance = await readCsv("sku,name,amount,kind,prior_amount,currency\n1,a,5.00,clearance,3.00,EUR\n");
		expect(clearance.changes[0]!.priorAmountMinor).toBeUndefined();
		expect(clearance.rejected).toMatchObject([{ line: 2, column: "prior_amount", reason: expect.stringContaining("no reduction") }]);
	});

	it("know the published lists of several countries", async () => {
		expect((await read("hr-konzum.csv")).changes).toMatchObject([
			{ sku: "70001", amountMinor: 149, currency: "EUR", kind: "regular", unitPrice: { amountMinor: 149, per: "l" } },
			{ sku: "70002", amountMinor: 159, kind: "promotion", priorAmountMinor: 199 },
		]);
		expect((await read("lidl.csv")).changes).toMatchObject([
			{ sku: "HL1", amountMinor: 249, article: { weighed: true } },
			{ sku: "HL2", amountMinor: 119, kind: "promotion", priorAmountMinor: 149, article: { netContent: "250 g" } },
		]);
		expect((await read("plodine.csv")).changes).toMatchObject([
			{ sku: "HP1", amountMinor: 25, unitPrice: { amountMinor: 417, per: "kg" }, article: { weighed: false } },
			{ sku: "HP2", amountMinor: 85, unitPrice: { amountMinor: 57, per: "l" }, kind: "promotion", article: { netContent: "1.5 l" } },
		]);
		expect((await read("spar.csv")).changes).toMatchObject([
			{ sku: "HS1", amountMinor: 89, unitPrice: { amountMinor: 89, per: "kg" } },
			{ sku: "HS2", amountMinor: 199, unitPrice: { amountMinor: 199, per: "l" } },
		]);
		expect((await read("il.xml")).changes).toMatchObject([
			{ sku: "7290000000039", amountMinor: 710, currency: "ILS", article: { name: "חלב 3%" } },
		]);
		const bmecat =
			"{row: PRODUCT, columns: {sku: SUPPLIER_PID, amount: PRODUCT_PRICE_DETAILS/PRODUCT_PRICE/PRICE_AMOUNT, " +
			"currency: PRODUCT_PRICE_DETAILS/PRODUCT_PRICE/PRICE_CURRENCY}}";
		expect((await read("bmecat.xml", bmecat)).changes).toMatchObject([{ sku: "A1", amountMinor: 1250, currency: "EUR" }]);
	});
});

describe("a price file of another kind", () => {
	it("may be JSON lines, packed by gzip", async () => {
		const lines = '{"sku":"1","name":"Tea","amount":1.99,"currency":"EUR"}\n{"sku":"2","name":"Salt","amount":"0.50","currency":"EUR"}\n';
		expect((await readCsv(gzipSync(lines))).changes).toMatchObject([
			{ sku: "1", amountMinor: 199 },
			{ sku: "2", amountMinor: 50 },
		]);
	});

	it("stops at letters that were lost, and at an encoding that cannot be told", async () => {
		expect(await refusal(readCsv("sku,name,amount,currency\n1,a\ufffd,1.00,EUR\n"))).toMatch(/Line 2 holds the character U\+FFFD/);
		expect(await refusal(readCsv(Buffer.from("sku,name,amount,currency\n1,\xf0\xfe\x81\x8d,1.00,EUR\n", "latin1")))).toMatch(/^bad-csv/);
	});

	it("refuses XML with a document type, and a file of too many rows before it keeps any (case H24)", async () => {
		expect(await refusal(readCsv('<!DOCTYPE a [<!ENTITY b "c">]><a/>'))).toMatch(/document type/);
		expect(await refusal(readCsv(`sku,amount,currency\n${"1,1.00,EUR\n".repeat(500_002)}`))).toMatch(/more than 500000 rows/);
	});
});
