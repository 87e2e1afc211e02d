import { describe, expect, it } from "vitest";
import { money } from "../../src/cli/verb/output.ts";
import { moneyText } from "../../src/faces/money.ts";
import { readCsv } from "../../src/hq/csv/read.ts";
import { isCurrency, minorDigits, moneyFormat } from "../../src/words/prices/currency.ts";

describe("currencies", () => {
	it("have the digits of ISO 4217 where Intl has others (case H4)", () => {
		const two = "AFN ALL COP HUF IDR IRR KPW LAK LBP MGA MMK PKR SOS SYP YER".split(" ");
		expect(two.map(minorDigits)).toEqual(two.map(() => 2));
		expect(minorDigits("IQD")).toBe(3);
		expect(["EUR", "JPY", "KWD", "CLF", "ISK", "UYW"].map(minorDigits)).toEqual([2, 0, 3, 4, 0, 4]);
	});

	it("are read from a file and written by label and command line with the same digits (case H4)", async () => {
		const { changes } = await readCsv("sku,amount,currency\na,399,HUF\nb,150000,IDR\nc,1200,JPY\nd,1.250,IQD\n");
		expect(changes.map((change) => change.amountMinor)).toEqual([39_900, 15_000_000, 1_200, 1_250]);
		expect(moneyText(39_900, "HUF", "en")).toMatch(/399\.00$/);
		expect(money(39_900, "HUF")).toMatch(/399\.00$/);
		expect(moneyFormat("en", "IDR")(15_000_000)).toMatch(/150,000\.00$/);
		expect(money(1_200, "JPY")).toBe("¥1,200");
	});

	it("are those of the list: a code that looks like one is refused by row (case H20)", async () => {
		expect(["EUR", "HUF", "ZZZ", "XAU", "XTS"].map(isCurrency)).toEqual([true, true, false, false, false]);
		const { changes, rejected } = await readCsv("sku,amount,currency\na,1.00,ZZZ\nb,1.00,EUR\n");
		expect(changes.map((change) => change.sku)).toEqual(["b"]);
		expect(rejected).toMatchObject([{ line: 2, column: "currency", reason: expect.stringContaining("ZZZ") }]);
	});
});
