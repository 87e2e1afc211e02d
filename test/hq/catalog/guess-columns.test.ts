import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { guessFile } from "../../../src/hq/csv/guess/guess-file.ts";
import { mappingSchema } from "../../../src/hq/csv/mapping.ts";
import { readCsv } from "../../../src/hq/csv/read.ts";
import type { GuessedFile } from "../../../src/words/answers/head-office/price-lists.ts";

const folder = resolve(import.meta.dirname, "../../../../shared/data/price-shapes");
const isHere = existsSync(folder);
if (!isHere) console.log("the sample price files are not here: only those in this test are read");

const guess = (text: string | Uint8Array, asked?: Parameters<typeof guessFile>[1], usual?: string): GuessedFile =>
	guessFile(typeof text === "string" ? Buffer.from(text) : text, asked, usual);
const meanings = ({ columns }: GuessedFile) => Object.fromEntries(columns.map(({ header, fields }) => [header, fields.join("+")]));
const asked = ({ questions }: GuessedFile) => questions.map(({ about, proposed }) => [about, proposed]);
const rows = (...lines: string[]): string => lines.join("\n");

describe("a price list of a shape that nobody described", () => {
	it("is read by the names of its columns, also where they are nearly usual or in another language", () => {
		const german = guess(
			rows(
				"Artikel-Nr.;Artikelbezeichnung;EAN-Code;Verkaufspreis inkl. MwSt (EUR);Mengeneinheit",
				"4711;Müsli;4006381333931;3,49;Stk",
				"4712;Gouda;;12,90;kg",
			),
		);
		expect(meanings(german)).toMatchObject({
			"Artikel-Nr.": "sku",
			Artikelbezeichnung: "name",
			"EAN-Code": "gtin",
			"Verkaufspreis inkl. MwSt (EUR)": "amount",
			Mengeneinheit: "unit",
		});
		expect(german).toMatchObject({ delimiter: ";", headerLine: 1, questions: [], refused: 0, mapping: { currency: "EUR" } });
		expect(german.rows.map(({ read }) => [read?.sku, read?.amountMinor, read?.article.weighed])).toEqual([
			["4711", 349, false],
			["4712", 1290, true],
		]);
	});

	it("is read by what stands in its columns where their names say nothing, or where it has none", () => {
		const body = ["A-100|Green tea|5901234123457|EUR|2.50", "A-101|Black tea, loose|4006381333931|EUR|12.00"];
		const named = guess(rows("c1|c2|c3|c4|c5", ...body));
		expect(meanings(named)).toEqual({ c1: "sku", c2: "name", c3: "gtin", c4: "currency", c5: "amount" });
		expect(named.columns.map(({ by }) => by)).toEqual(Array(5).fill("content"));
		const bare = guess(rows(...body));
		expect(bare).toMatchObject({ headerLine: 0, mapping: { header: false, columns: { sku: "1", amount: "5" } } });
		expect(bare.rows[0]!.read).toMatchObject({ sku: "A-100", gtin: "05901234123457", amountMinor: 250, article: { name: "Green tea" } });
	});

	it("asks which column is the price, and never takes one that is a price of something else", () => {
		const two = guess(rows("sku,name,Einkaufspreis netto,Ladenpreis neu", "1001,Tea,1.10,2.50", "1002,Coffee,2.20,4.90"), undefined, "EUR");
		expect(two.mapping).toBeNull();
		expect(two.questions[0]).toMatchObject({ about: "amount", proposed: null });
		expect(meanings(two)).toMatchObject({ "Einkaufspreis netto": "", "Ladenpreis neu": "" });
		// The only amounts are those of the purchase.
		const cost = guess(rows("sku,name,Einkauf", "1001,Tea,1.10"), undefined, "EUR");
		expect([meanings(cost), cost.questions[0]?.about]).toEqual([{ sku: "sku", name: "name", Einkauf: "" }, "amount"]);
		const answered = guess(
			rows("sku,name,Einkaufspreis netto,Ladenpreis neu", "1001,Tea,1.10,2.50"),
			{ currency: "EUR", columns: { sku: "sku", name: "name", amount: "Ladenpreis neu" } },
			"EUR",
		);
		expect(answered.rows[0]!.read).toMatchObject({ amountMinor: 250 });
		expect(answered.unread).toEqual(["Einkaufspreis netto"]);
		expect(answered.columns[3]).toMatchObject({ by: "person" });
	});

	it("asks what 1,299 is, and reads it so afterwards, by the saved mapping too (case H20)", async () => {
		const file = rows("sku;name;amount;currency", "1;Sofa;1,299;EUR", "2;Bed;2,450;EUR");
		const open = guess(file);
		expect(open.mapping).toBeNull();
		expect(open.questions).toEqual([
			{
				about: "decimal",
				found: "1,299",
				choices: [
					{ value: "thousands:,", reads: "1299" },
					{ value: "decimal:,", reads: "1.299" },
				],
				proposed: null,
			},
		]);
		const settled = guess(file, { currency: null, thousands: "," });
		expect(settled.rows.map(({ read }) => read?.amountMinor)).toEqual([129_900, 245_000]);
		const mapping = mappingSchema.parse({ ...settled.mapping!, name: "sofas" });
		expect((await readCsv(file, mapping)).changes.map(({ amountMinor }) => amountMinor)).toEqual([129_900, 245_000]);
		// Other amounts show the decimal sign: only these rows are refused, and the question can be answered otherwise.
		const mixed = guess(rows("sku,name,amount,currency", '1,Sofa,"1,299",EUR', "2,Tea,2.50,EUR"));
		expect(asked(mixed)).toEqual([["decimal", "refuse"]]);
		expect(mixed.rows.map(({ read }) => read?.amountMinor ?? null)).toEqual([null, 250]);
	});

	it("asks for the currency, and takes what the file says itself", () => {
		const file = rows("sku,name,amount", "1,Tea,2.50");
		expect(asked(guess(file))).toEqual([["currency", null]]);
		expect(asked(guess(file, undefined, "CZK"))).toEqual([["currency", "CZK"]]);
		expect(guess(file, { currency: "PLN" }, "CZK").rows[0]!.read).toMatchObject({ amountMinor: 250, currency: "PLN" });
		expect(guess(rows("sku,name,amount", "1,Tea,2.50 €")).questions).toEqual([]);
		expect(guess(rows("sku,name,Price [GBP]", "1,Tea,2.50")).mapping).toMatchObject({ currency: "GBP" });
		expect(guess(rows("sku,name,amount", "1,Tea,kr 25")).questions[0]).toMatchObject({
			about: "currency",
			choices: [{ value: "SEK" }, { value: "NOK" }, { value: "DKK" }, { value: "ISK" }],
		});
	});

	it("asks for the order of dates with slashes, and never takes a date for a beginning by its looks", () => {
		const dates = guess(rows("sku,name,amount,currency,from", "1,Tea,2.50,EUR,12/01/2026"));
		expect(asked(dates)).toEqual([["dates", null]]);
		const unnamed = guess(rows("sku,name,amount,currency,Stand", "1,Tea,2.50,EUR,01.12.2026"));
		expect(unnamed.columns[4]).toMatchObject({ fields: [], maybe: "from" });
		expect(unnamed.unread).toEqual(["Stand"]);
	});

	it("says columns that a mapping names and the file does not have, and what nobody reads", () => {
		const found = guess(rows("Nr,Text,Preis,Lager", "1,Tea,2.50,7"), {
			name: "old",
			currency: "EUR",
			columns: { sku: "Nr", name: "Texte", amount: "Preis" },
		});
		expect(found.absent).toEqual([{ field: "name", column: "Texte", nearest: "Text" }]);
		expect(found.unread).toEqual(["Text", "Lager"]);
	});

	it("refuses a file with more columns than a price list has, before it looks at them", () => {
		const wide = (text: string): string => Array.from({ length: 8_000 }, (_, n) => `${text} ${n}`).join(",");
		expect(() => guess(rows(wide("some column name"), wide("7.50")))).toThrow("The file has 8000 columns");
	});

	it("asks for the encoding where letters fit several", () => {
		const doubtful = guess(Buffer.from("sku,name,amount,currency\n1,\xd0\xf5,1.00,EUR\n", "latin1"));
		expect(doubtful.questions[0]).toMatchObject({ about: "encoding", proposed: null });
		expect(
			guess(Buffer.from("sku,name,amount,currency\n1,\xe8,1.00,EUR\n", "latin1"), { currency: null, encoding: "windows-1250" }),
		).toMatchObject({
			encoding: "windows-1250",
			rows: [{ read: { article: { name: "č" } } }],
		});
	});
});

describe.skipIf(!isHere)("the samples of price files, without any mapping", () => {
	const broken = new Set(["README.md", "empty.csv", "nl.csv", "xlsx.csv"]);
	const files = isHere ? readdirSync(folder).filter((name) => !broken.has(name)) : [];
	const read = (name: string, usual?: string) => guess(readFileSync(join(folder, name)), undefined, usual);

	it("have every column guessed at once, and no price read otherwise than with a mapping", async () => {
		const wrong: string[] = [];
		for (const name of files) {
			const found = read(name, "EUR");
			const known = await readCsv(readFileSync(join(folder, name)), undefined, "EUR").catch(() => undefined);
			if (name !== "header-dup.csv" && found.columns.every(({ fields }) => !fields.includes("amount"))) wrong.push(name);
			for (const { line, read: row } of found.rows) {
				const same = known?.changes.find(({ sku }) => sku === row?.sku);
				if (row && same && name !== "dup.csv" && row.amountMinor !== same.amountMinor) wrong.push(`${name}:${line}`);
			}
		}
		expect(wrong).toEqual([]);
		expect(files.length).toBe(40);
	});

	it("ask only what they do not say", () => {
		const questions = Object.fromEntries(files.map((name) => [name, asked(read(name))]).filter(([, list]) => list!.length > 0));
		expect(questions).toEqual({
			"cn.csv": [["currency", "CNY"]],
			"dates-excel.csv": [["dates", null]],
			"de-1252.csv": [["currency", null]],
			"de-semikolon.csv": [["currency", null]],
			"fr.csv": [["currency", null]],
			"header-missing-cur.csv": [["currency", null]],
			"hr-konzum.csv": [["currency", "EUR"]],
			"il.xml": [["currency", "ILS"]],
			"lidl.csv": [["currency", "EUR"]],
			"money.csv": [["decimal", "refuse"]],
			"plodine.csv": [["currency", "EUR"]],
			"roto.csv": [["currency", "EUR"]],
		});
		expect(meanings(read("bmecat.xml"))).toEqual({
			SUPPLIER_PID: "sku",
			"PRODUCT_PRICE_DETAILS/PRODUCT_PRICE@price_type": "",
			"PRODUCT_PRICE_DETAILS/PRODUCT_PRICE/PRICE_AMOUNT": "amount",
			"PRODUCT_PRICE_DETAILS/PRODUCT_PRICE/PRICE_CURRENCY": "currency",
		});
	});
});
