/** Labels in the language of their shop: all of the label's own words, its money, its day, and from right to left where that is read. */
import { beforeAll, describe, expect, it } from "vitest";
import { labelModel } from "../../drivers/label/models.ts";
import { loadShaping, runsOf } from "../../drivers/text/shaping.ts";
import { facesFor } from "../../src/faces/choose.ts";
import { drawFace } from "../../src/faces/drawing/draw.ts";
import { startDrawing } from "../../src/faces/drawing/pool.ts";
import { textsOf } from "../../src/faces/fields-in-words.ts";
import { isRightToLeft } from "../../src/faces/language.ts";
import { loadFaces } from "../../src/faces/template.ts";
import { nastyLanguages } from "./nasty-languages.ts";

const faces = loadFaces();
const models = [0x01, 0x33, 0x34].map((hwType) => labelModel(hwType)!);
beforeAll(() => loadShaping("ا"));

const english = textsOf(nastyLanguages["en"]!);
const own = ["word", "unitPriceLabel", "priorLabel", "until", "deposit", "article", "offer"] as const;

describe.each(Object.entries(nastyLanguages))("a label in %s", (locale, fields) => {
	it("says its own words, each letter of them drawn, and leaves nothing out", () => {
		const texts = textsOf(fields);
		for (const each of own) expect([each, texts[each]]).toEqual([each, expect.stringMatching(/\p{L}/u)]);
		// In Latin letters two languages may share a word ("Art."), so one other word is enough.
		if (locale !== "en") expect(own.filter((each) => texts[each] === english[each])).not.toEqual(own.slice());
		for (const model of models) {
			const drawn = drawFace(fields, facesFor(fields, faces)[0]!, model);
			expect(drawn).toMatchObject({ face: "promotion", replaced: [], leftOut: [] });
		}
	});

	it("has its price on the side where it is read last", () => {
		const model = labelModel(0x34)!;
		const { inks } = drawFace(fields, facesFor(fields, faces)[0]!, model);
		const middle = (what: string): number => {
			const { area } = inks.find((ink) => ink.what === what)!;
			return area.x + area.width / 2;
		};
		expect(Math.sign(middle("price") - middle("prior"))).toBe(isRightToLeft(fields.locale) ? -1 : 1);
	});
});

describe("languages in two scripts", () => {
	const wordOf = (locale: string) => textsOf({ ...nastyLanguages["hr"]!, locale }).word;

	it("are written in that of the locale", () => {
		expect(["sr", "sr-RS", "sr-Cyrl-RS"].map(wordOf)).toEqual(["АКЦИЈА", "АКЦИЈА", "АКЦИЈА"]);
		expect(["sr-Latn", "sr-Latn-RS", "sr-ME"].map(wordOf)).toEqual(["AKCIJA", "AKCIJA", "AKCIJA"]);
		expect(["zh", "zh-CN", "zh-SG"].map(wordOf)).toEqual(["促销", "促销", "促销"]);
		expect(["zh-TW", "zh-HK", "zh-Hant"].map(wordOf)).toEqual(["促銷", "促銷", "促銷"]);
	});

	it("are English where nobody has translated, and where the locale is none", () => {
		expect(["sw-KE", "no locale", "x"].map(wordOf)).toEqual(["SALE", "SALE", "SALE"]);
		expect(["nb-NO", "no"].map(wordOf)).toEqual(["TILBUD", "TILBUD"]);
	});
});

it("in Arabic keeps the amount behind its unit, as it is read", () => {
	const { unitPriceLabel, unitPrice } = textsOf(nastyLanguages["ar"]!);
	const seen = runsOf(`${unitPriceLabel}: ${unitPrice}`, "500Medium").map(({ text }) => text);
	const placeOf = (part: string): number => seen.findIndex((run) => run.includes(part));
	// From the right: the words, 1, kg, the amount; so the amount is further left than its unit, and no mark is left to draw.
	expect(placeOf("159")).toBeLessThan(placeOf("kg"));
	expect(placeOf("kg")).toBeLessThan(placeOf("لكل"));
	expect(seen.join("")).not.toMatch(/\p{Cf}/u);
});

it("in Arabic and Hebrew keeps a lot and an article's number as they are written", () => {
	for (const locale of ["ar-SA", "he-IL"]) {
		const { recall, article } = textsOf({ ...nastyLanguages["ar"]!, locale, sku: "90-493-443", recall: { lots: ["2026-114", "L7"] } });
		const seen = [recall, article].map((text) =>
			runsOf(text!, "500Medium")
				.map((run) => run.text)
				.join(""),
		);
		expect(seen).toEqual([expect.stringContaining("2026-114"), expect.stringContaining("90-493-443")]);
		expect(seen.join("")).not.toMatch(/\p{Cf}/u);
	}
});

it("is drawn in an Arabic shop also for an article whose name is in Latin letters", async () => {
	const drawing = startDrawing({ workers: 1 });
	try {
		const { name: _, brand: __, ...fields } = nastyLanguages["ar"]!;
		const { gtin, ...plain } = fields;
		expect(await drawing.draw({ fields: { ...plain, name: "Nutella", sku: gtin! }, hwType: 1, firmware: 0 })).toMatchObject({
			replaced: [],
		});
	} finally {
		await drawing.stop();
	}
});
