import { describe, expect, it } from "vitest";
import { type ReadCodeOptions, readCode } from "../../../drivers/scanner/content.ts";
import { findAi } from "../../../drivers/scanner/gs1/dictionary.ts";
import { associationFaults, readBracketed, readElements, valueFaults, writeBracketed } from "../../../drivers/scanner/gs1/elements.ts";
import { checkDigitOf, gtin14Of, isRestricted } from "../../../drivers/scanner/gs1/gtin.ts";
import { fullYear } from "../../../drivers/scanner/gs1/meaning.ts";
import { rcnPresets, readRcn } from "../../../drivers/scanner/gs1/rcn.ts";

const at = new Date("2026-11-22");
const read = (text: string, options: Partial<ReadCodeOptions> = {}) => readCode(text, { at, ...options });

describe("a scanned article number", () => {
	it("means the same whether its digits come alone or with the line end that some scanners send", () => {
		let state = 7;
		const dice = (sides: number): number => (state = (state * 48_271) % 2_147_483_647) % sides;
		const beginnings = ["", "", "01", "0104006381333931", "28", "978", "4006381333931", "4006381333931", "96385074", "042100005264"];
		const variants: Partial<ReadCodeOptions>[] = [{}, { variableMeasure: rcnPresets.de }, { domain: "shop.example" }];
		for (let n = 0; n < 2_000; n += 1) {
			const some = beginnings[dice(10)]! + Array.from({ length: dice(22) }, () => dice(10)).join("");
			const code = dice(3) === 0 ? some + checkDigitOf(some) : some;
			if (code === "") continue;
			const options = variants[n % 3]!;
			expect([code, read(code, options)]).toEqual([code, read(`${code}\r\n`, options)]);
		}
	});

	it("is the same key in every length it is printed in", () => {
		for (const code of ["0042100005264", "042100005264", "00042100005264", "04252614"]) {
			expect(read(code)).toEqual({ kind: "gtin", gtin14: "00042100005264", asScanned: code });
		}
	});

	it("with a wrong check digit is text, not goods", () => {
		expect(read("5901234123458")).toEqual({ kind: "text", text: "5901234123458" });
		expect(read("]E05901234123458")).toEqual({ kind: "text", text: "5901234123458" });
	});

	it("is a GTIN-8 when the scanner says so, though its digits would do as UPC-E", () => {
		expect(read("]E496385074")).toMatchObject({ kind: "gtin", gtin14: "00000096385074" });
		expect(read("]E404252614")).toEqual({ kind: "text", text: "04252614" });
	});

	it("is not guessed from six or seven digits, which are house numbers", () => {
		expect(read("425261").kind).toBe("text");
		expect(gtin14Of("425261")).toBe("00042100005264");
	});

	it("is marked when it means something only in this shop", () => {
		expect(read("2001234567893")).toMatchObject({ kind: "gtin", restricted: true });
		expect(read("02345673")).toMatchObject({ kind: "gtin", gtin14: "00000002345673", restricted: true });
		for (const worldwide of ["04006381333931", "05901234123457", "00042100005264", "00000096385074"]) {
			expect(isRestricted(worldwide)).toBe(false);
		}
	});

	it("leaves its add-on of two or five digits behind", () => {
		expect(read("]E3978020137962412345")).toMatchObject({ kind: "gtin", gtin14: "09780201379624" });
		expect(read("]E112").kind).toBe("text");
	});
});

describe("a label of the cheese counter", () => {
	const germany = { variableMeasure: rcnPresets["de"] };

	it("gives weight, price or count by the store's own rules", () => {
		expect(read("2811111068708", germany)).toEqual({
			kind: "variable-measure",
			asScanned: "2811111068708",
			itemGtin14: "02811110000006",
			milligrams: 6_870_000,
		});
		expect(read("2330714002396", germany)).toMatchObject({ amountMinor: 239 });
		expect(read("2630719000121", germany)).toMatchObject({ pieces: 12 });
		expect(read("2188060112340", { variableMeasure: rcnPresets["se"] })).toMatchObject({ amountMinor: 12_340 });
	});

	it("is the same article whatever it weighs", () => {
		const keys = ["2811111068708", "2811113012341"].map((code) => {
			const reading = readRcn(code, rcnPresets["de"]!, { checkValue: false });
			return "itemKey" in reading && reading.itemKey;
		});
		expect(new Set(keys)).toEqual(new Set(["2811110000006"]));
	});

	it("with a wrong price check digit is no price, unless the store's scales do not print one", () => {
		expect(read("2511118000120", germany)).toMatchObject({ kind: "gtin", restricted: true });
		expect(read("2511118000120", { ...germany, checkVariableMeasure: false })).toMatchObject({ kind: "variable-measure", pieces: 12 });
	});

	it("means nothing to a store that has no such rules", () => {
		expect(read("2811111068708")).toMatchObject({ kind: "gtin", restricted: true });
	});
});

describe("a GS1 code on fresh food", () => {
	const salmon = "]e001950123456789033103000123392201291526113010L7";

	it("says article, weight, price, day and lot", () => {
		expect(read(salmon.replace("392201291526113010L7", "39220129\u001d1526113010L7"))).toMatchObject({
			kind: "gs1",
			source: "element-string",
			gtin14: "95012345678903",
			netMilligrams: 123_000,
			priceAmountMinor: 129,
			bestBefore: "2026-11-30",
			lot: "L7",
		});
	});

	it("without AIM identifier is known by its GTIN and its check digit", () => {
		expect(read("0195012345678903310300012315261130")).toMatchObject({ kind: "gs1", netMilligrams: 123_000 });
		expect(read("0195012345678902310300012315261130")).toEqual({ kind: "text", text: "0195012345678902310300012315261130" });
	});

	it("is plain text when the scanner says it is plain Code 128", () => {
		expect(read("]C00195012345678903").kind).toBe("text");
		expect(read("]C10195012345678903").kind).toBe("gs1");
	});

	it("keeps a separator that a scanner sends first", () => {
		expect(read("\u001d019501234567890310L7\u001d2142")).toMatchObject({ gtin14: "95012345678903", lot: "L7", serial: "42" });
	});

	it("whose separator was lost on the way is marked, not guessed at", () => {
		expect(read("]C1010703206980498810032915210526")).toMatchObject({ lot: "032915210526", gsLost: true });
		expect(read("]C10107032069804988100329\u001d15210526")).not.toHaveProperty("gsLost");
		expect(read("]C1010703206980498810ABC123")).not.toHaveProperty("gsLost");
	});

	it("with one wrong value keeps the others and names the fault", () => {
		expect(read("]C10195012345678903171313131526113010L7")).toMatchObject({
			gtin14: "95012345678903",
			lot: "L7",
			bestBefore: "2026-11-30",
			faults: [{ ai: "17", fault: "illegal-month" }],
		});
		expect(read("]C1019501234567890210L7")).not.toHaveProperty("gtin14");
	});

	it("ends on the last day of the month when it names none", () => {
		expect(read("]C1019501234567890317280200")).toMatchObject({ expiry: "2028-02-29" });
	});

	it("names years around today", () => {
		expect([76, 77, 99, 0, 26].map((year) => fullYear(year, at))).toEqual([2076, 1977, 1999, 2000, 2026]);
		expect(fullYear(3, new Date("2099-01-01"))).toBe(2103);
	});

	it("in pounds is told in milligrams too, and a foreign price with its currency", () => {
		expect(read("]e001950123456789033202000150\u001d39329780250")).toMatchObject({
			netMilligrams: 680_389,
			priceAmountMinor: 250,
			priceCurrency: "978",
		});
	});
});

describe("a web address on a pack", () => {
	const link = "https://shop.example/fish/01/9520123456788/10/L7?17=261130&linkType=all";

	it("is an article when it is a GS1 Digital Link", () => {
		expect(read(link)).toMatchObject({ kind: "gs1", source: "digital-link", gtin14: "09520123456788", lot: "L7", expiry: "2026-11-30" });
		expect(read(`]Q1${link}`)).toMatchObject({ kind: "gs1" });
	});

	it("is text when it is any other, or somebody else's and the store wants only its own", () => {
		expect(read("https://example.com/menu").kind).toBe("text");
		expect(read("https://example.com/2026/01/hello").kind).toBe("text");
		expect(read("https://example.com/01/09520123456789").kind).toBe("text");
		expect(read(link, { domain: "other.example" }).kind).toBe("text");
		expect(read(link, { domain: "shop.example" }).kind).toBe("gs1");
	});
});

describe("codes that scanners send in another form", () => {
	it("are UPC-E under ]E0 and EAN-8 under ]E4, though their digits would do as both (case S8)", () => {
		expect(read("]E001234565")).toEqual({ kind: "gtin", gtin14: "00012345000065", asScanned: "01234565" });
		expect(read("]E401234565")).toMatchObject({ gtin14: "00000001234565" });
		expect(read("]E0123456")).toMatchObject({ gtin14: "00012345000065" });
		expect(read("01234565")).toMatchObject({ gtin14: "00000001234565", doubts: [{ doubt: "ean-8-or-upc-e" }] });
	});

	it("carry their add-on without an identifier, by their length (case S9)", () => {
		expect(read("978316148410051299")).toMatchObject({ gtin14: "09783161484100", addOn: "51299" });
		expect(read("977123456700312")).toMatchObject({ gtin14: "09771234567003", addOn: "12" });
		expect(read("04210000526451299")).toMatchObject({ gtin14: "00042100005264", addOn: "51299" });
		expect(read("9783161484100 51299")).toMatchObject({ gtin14: "09783161484100", addOn: "51299" });
		expect(read("]E3042100005264 12")).toMatchObject({ gtin14: "00042100005264", addOn: "12" });
	});

	it("under ]E3 may have come without their add-on (case S9)", () => {
		expect(read("]E39783161484100")).toEqual({ kind: "gtin", gtin14: "09783161484100", asScanned: "9783161484100" });
		expect(read("]E39638507412345")).toMatchObject({ gtin14: "00000096385074", addOn: "12345" });
	});

	it("are no book when eighteen digits are a pallet's (case S9)", () => {
		const pallet = Array.from({ length: 1_000_000 }, (_, n) => `4006381333931${String(n).padStart(5, "0")}`).find(isRightMod10)!;
		expect(read(pallet).kind).toBe("text");
	});

	it("end with what was meant as a suffix (case S5)", () => {
		expect(read("]E04006381333931\r")).toMatchObject({ kind: "gtin", gtin14: "04006381333931" });
	});

	it("are typed in with brackets (case S12)", () => {
		expect(read("(01)09506000134352(17)261130(10)L7")).toMatchObject({ gtin14: "09506000134352", expiry: "2026-11-30", lot: "L7" });
		const spaced = read(" (01) 09506000134352 (17) 261130 (10) L7 ");
		expect(spaced).toMatchObject({ gtin14: "09506000134352", expiry: "2026-11-30", lot: "L7" });
		expect(read("(call me)").kind).toBe("text");
	});
});

function isRightMod10(digits: string): boolean {
	const fromRight = [...digits].reverse();
	return fromRight.reduce((sum, digit, at) => sum + Number(digit) * (at % 2 === 0 ? 1 : 3), 0) % 10 === 0;
}

describe("what is doubtful or wrong in a code", () => {
	it("is named with the element that may hide another (case S10)", () => {
		expect(read("]d2010950600013435210COV010917220901")).toMatchObject({
			gsLost: true,
			doubts: [{ ai: "10", doubt: "separator-lost", hides: ["17=220901"] }],
		});
		expect(read("]d2010950600013435210COV010917220901")).not.toHaveProperty("expiry");
	});

	it("is two articles in one symbol: then it is none (case S11)", () => {
		const two = read("]d201095060001343520104006381333931");
		expect(two).toMatchObject({ faults: [{ ai: "01", fault: "said-twice-differently" }] });
		expect(two).not.toHaveProperty("gtin14");
	});

	it("is a bad check digit beside a good lot (case S11)", () => {
		expect(read("]d2010950600013435310L7")).toMatchObject({ lot: "L7", faults: [{ ai: "01", fault: "incorrect-check-digit" }] });
		expect(read("]d2010950600013435310L7")).not.toHaveProperty("gtin14");
		const beside = (ai: string, fault: string) => ({ gtin14: "09506000134352", faults: [{ ai, fault }] });
		expect(read("]d201095060001343521712")).toMatchObject(beside("17", "too-short"));
		expect(read("]C101095060001343528912")).toMatchObject(beside("8912", "unknown-ai"));
		expect(read("(01)09506000134352(17)2602(10)L7")).toMatchObject({ ...beside("17", "too-short"), lot: "L7" });
		expect(read("(01)09506000134352(89)12")).toMatchObject(beside("89", "unknown-ai"));
		expect(read("01095060001343521712")).not.toHaveProperty("gtin14");
	});

	it("is an element that may not stand there, or that misses another (case S11)", () => {
		expect(read("]C1019501234567890337" + "12")).toMatchObject({ faults: [{ ai: "01", fault: "excluded-ai-present" }] });
		expect(read("]C110L7")).toMatchObject({ doubts: [{ ai: "10", doubt: "required-ai-missing" }] });
	});
});

describe("a link with something odd in it", () => {
	it.each([
		"https://example.com/01/09506000134352/",
		"https://example.com/01/09506000134352?n=Müsli",
		"https://bücher.example/01/09506000134352",
		"Https://example.com/01/09506000134352",
		"https://user@example.com/01/09506000134352",
		"https://user:word@example.com:8443/01/09506000134352",
		"example.com/01/09506000134352",
		"https://example.com/01/09506000134352/89/x",
		"https://example.com/01/09506000134352?89=x",
		"https://example.com/01/9506000134352/%zz",
		"https://example.com//01//09506000134352",
		"https://example.com/01/09506000134352?01=09506000134352",
		"https://example.com/01/09506000134352&17=261130",
		"https://example.com/01/09506000134352;n=1",
		"https://example.com/%30%31/09506000134352",
		"https:/example.com/01/09506000134352",
		"//example.com/01/09506000134352",
	])("is still its article: %s (case S13)", (link) => {
		expect(read(link)).toMatchObject({ kind: "gs1", source: "digital-link", gtin14: "09506000134352", doubts: [{ doubt: "odd-link" }] });
	});

	it.each([
		"https://example.com/01/09506000134353/",
		"https://example.com/menu/?n=Müsli",
		"example.com/01/hello",
		"https://example.com/01/09506000134352/x?01=04006381333931",
		"file:///01/09506000134352",
		"mailto:01/09506000134352",
	])("is no article when its key is wrong, missing or contradicted: %s (case S13)", (link) => {
		expect(read(link).kind).toBe("text");
	});
});

describe("weight and price labels of a country", () => {
	it.each([
		["de", "2812345007501", { itemGtin14: "02812340000002", milligrams: 750_000 }],
		["us", "02012345312344", undefined],
		["at", "2712345007506", { milligrams: 750_000 }],
		["it", "2212345012343", { amountMinor: 1234 }],
		["pl", "2912340012345", { milligrams: 1_234_000 }],
	] as const)("%s: %s (case S1)", (country, digits, wanted) => {
		const code = digits.slice(0, 12);
		const check = (10 - ([...code].reduce((sum, digit, at) => sum + Number(digit) * (at % 2 === 0 ? 1 : 3), 0) % 10)) % 10;
		if (wanted === undefined) return;
		const content = read(code + check, { variableMeasure: rcnPresets[country], checkVariableMeasure: false });
		expect(content).toMatchObject({ kind: "variable-measure", ...wanted });
	});

	it("of number system 2 is the same as UPC-A and as EAN-13, and its price check digit counts (case S1)", () => {
		const usa = { variableMeasure: rcnPresets["us"] };
		// 2 12345 9 2875: the check digit over 28.75 is 9.
		const body = "021234592875";
		const check = (10 - ([...body].reduce((sum, digit, at) => sum + Number(digit) * (at % 2 === 0 ? 1 : 3), 0) % 10)) % 10;
		expect(read(`${body}${check}`, usa)).toMatchObject({ kind: "variable-measure", amountMinor: 2875 });
		expect(read(`${body}${check}`.slice(1), usa)).toMatchObject({ kind: "variable-measure", amountMinor: 2875 });
	});

	it("with a wrong digit over the value is read where the store does not insist, and is doubted (case S1)", () => {
		const lenient = { variableMeasure: rcnPresets["de"], checkVariableMeasure: false };
		expect(read("2812345007501", lenient)).toMatchObject({ milligrams: 750_000, doubts: [{ doubt: "value-check-digit" }] });
	});

	it("may be a chain's own, the longest prefix first (case S2)", () => {
		const chain = [
			{ prefix: "21", measure: "price", pattern: "PPPPPPPVVVVV", decimals: 2 },
			{ prefix: "2100001", measure: "weight", pattern: "PPPPPPPVVVVV", decimals: 3 },
		] as const;
		expect(read("2100001027506", { variableMeasure: chain })).toMatchObject({ milligrams: 2_750_000 });
	});
});

describe("anything else", () => {
	it("is text, whatever its bytes, and never an error", () => {
		let seed = 7;
		const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
		const alphabet = "01233104\u001d]C1Ed2(%/:?=&A^\\\u0000\u00ff https://";
		for (let n = 0; n < 5_000; n++) {
			const text = Array.from({ length: Math.floor(random() * 40) }, () => alphabet[Math.floor(random() * alphabet.length)]).join("");
			expect(() => read(text, { variableMeasure: rcnPresets["dk"] })).not.toThrow();
			expect(() => readBracketed(text)).not.toThrow();
		}
	});

	// A reader whose work grew with the square of the length would not end within the test's time.
	it("of a length no code has is read all the same", () => {
		expect(read(`]Q3${"10".repeat(400_000)}`)).toBeDefined();
		expect(read(`https://a/01/${"1".repeat(800_000)}`)).toBeDefined();
		expect(() => readBracketed("(10)".repeat(200_000))).not.toThrow();
	});
});

describe("elements that stand together", () => {
	const faultsOf = (text: string) => {
		const reading = readBracketed(text);
		return "elements" in reading ? associationFaults(reading.elements) : reading;
	};

	it("may need others", () => {
		expect(faultsOf("(01)95012345678903(10)L7")).toEqual([]);
		expect(faultsOf("(10)L7")).toEqual([{ ai: "10", fault: "required-ai-missing" }]);
		expect(faultsOf("(01)95012345678903(3103)000123(3922)0129")).toEqual([]);
		expect(faultsOf("(01)95012345678903(3922)0129")).toEqual([{ ai: "3922", fault: "required-ai-missing" }]);
	});

	it("may exclude others, but not themselves", () => {
		expect(faultsOf("(01)95012345678903(37)12")).toMatchObject([{ ai: "01", fault: "excluded-ai-present" }, { ai: "37" }]);
		expect(faultsOf("(01)95012345678903(3102)000123(3103)000123")).toMatchObject([{ ai: "3102" }, { ai: "3103" }]);
		expect(faultsOf("(01)95012345678903(3103)000123(3103)000123")).toEqual([]);
	});

	it("may be said twice, but not differently", () => {
		const fault = "said-twice-differently";
		expect(faultsOf("(01)95012345678903(10)L7(10)L8")).toMatchObject([{ fault }, { fault }]);
	});

	it("are written for people as they are read", () => {
		const text = "(01)95012345678903(10)L\\(7(3103)000123";
		const reading = readBracketed(text);
		expect("elements" in reading && writeBracketed(reading.elements)).toBe(text);
	});

	it("that nobody knows are refused", () => {
		expect(readElements("89123")).toEqual({ fault: "unknown-ai" });
		expect(valueFaults({ ai: "89", value: "1" })).toEqual([{ ai: "89", fault: "unknown-ai" }]);
		expect(findAi("3109")).toBeUndefined();
		expect(findAi("3105")?.title).toBe("NET WEIGHT (kg)");
	});
});
