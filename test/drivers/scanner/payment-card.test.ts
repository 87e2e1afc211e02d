import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { isPaymentCard, maskCard, maskCards } from "../../../drivers/scanner/payment-card.ts";

/** Test numbers that the brands publish for shops to try with. */
const cards = [
	["Visa", "4111111111111111"],
	["Visa of 19 digits", "4000000000000000006"],
	["Mastercard", "5555555555554444"],
	["Mastercard, second series", "2223003122003222"],
	["American Express", "378282246310005"],
	["Diners Club of 16 digits", "3056930009020004"],
	["Discover", "6011111111111117"],
	["JCB", "3566002020360505"],
	["UnionPay", "6200000000000005"],
	["UnionPay of 19 digits", "6205500000000000004"],
	["Maestro", "6759649826438453"],
] as const;

describe("a payment card before a scanner", () => {
	it.each(cards)("is suspected: %s", (_, number) => {
		expect(isPaymentCard(number)).toBe(true);
		expect(isPaymentCard(number, "]Q1")).toBe(true);
		expect(isPaymentCard(number, "]A0")).toBe(true);
	});

	it("shows six and four digits and no more", () => {
		expect(maskCard("4111111111111111")).toBe("411111******1111");
		expect(maskCards('{"code":"4111111111111111","n":4006381333931}')).toBe('{"code":"411111******1111","n":4006381333931}');
	});
});

describe("a number that is no payment card", () => {
	it.each([
		["a wrong Luhn digit", "4111111111111112", undefined],
		["fourteen digits, as long as a GTIN", "30569309025904", undefined],
		["twenty digits", "00340123450000000017", undefined],
		["digits with blanks, which no scanner makes of a card's chip side", "4111 1111 1111 1111", undefined],
		["letters", "4111111111111111A", undefined],
		["a range that no brand has", "1111111111111117", undefined],
		["read as EAN with its add-on", "378282246310005", "]E3"],
		["read as a GS1 element", "4111111111111111", "]C1"],
		["read as ITF-14", "4111111111111111", "]I1"],
	])("is let through: %s", (_, text, aim) => {
		expect(isPaymentCard(text, aim)).toBe(false);
	});

	it("may be a pallet's, with the check digit of an SSCC", () => {
		// Both digits right: as eighteen digits of a card, and as an SSCC.
		const pallets = Array.from({ length: 1_000 }, (_, n) => `62${String(n).padStart(15, "0")}`).flatMap((body) =>
			[..."0123456789"].map((digit) => body + digit),
		);
		const luhnAndSscc = pallets.filter((number) => isRightSscc(number));
		expect(luhnAndSscc.some((number) => isPaymentCard(number))).toBe(false);
		expect(pallets.some((number) => isPaymentCard(number))).toBe(true);
	});
});

function isRightSscc(digits: string): boolean {
	const sum = [...digits].reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 3 : 1), 0);
	return sum % 10 === 0;
}

describe("every barcode of real price lists", () => {
	const folder = resolve(import.meta.dirname, "../../../../shared/data");
	const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".csv")) : [];
	if (files.length === 0) {
		console.warn(`the price lists are not here (${folder}); their barcodes are not tried`);
		it("is kept outside the repository", () => {});
		return;
	}

	it.each(files)("of %s is let through, bare and as an element", (name) => {
		const codes = readFileSync(resolve(folder, name), "utf8").match(/(?<![\d.])\d{6,14}(?![\d.])/g) ?? [];
		expect(codes.length).toBeGreaterThan(1_000);
		expect(codes.filter((code) => isPaymentCard(code) || isPaymentCard(`01${code.padStart(14, "0")}`))).toEqual([]);
	});
});
