import { beforeAll, describe, expect, it } from "vitest";
import { labelModel, labelModels } from "../../drivers/label/models.ts";
import { loadShaping } from "../../drivers/text/shaping.ts";
import { facesFor } from "../../src/faces/choose.ts";
import { barcodeOf, paintBarcode } from "../../src/faces/drawing/barcode.ts";
import { newCanvas } from "../../src/faces/drawing/canvas.ts";
import { type Drawn, drawFace } from "../../src/faces/drawing/draw.ts";
import { startDrawing } from "../../src/faces/drawing/pool.ts";
import { textsOf } from "../../src/faces/fields-in-words.ts";
import { moneyText } from "../../src/faces/money.ts";
import { loadFaces } from "../../src/faces/template.ts";
import type { FaceFields } from "../../src/words/label.ts";
import { nastyArticles } from "./nasty-articles.ts";
import { nastyOffers } from "./nasty-offers.ts";

const faces = loadFaces();
const small = labelModel(0x01)!;
const draw = (fields: FaceFields, model = small): Drawn => drawFace(fields, facesFor(fields, faces)[0]!, model);
const article = (name: string): FaceFields => nastyArticles[name]!;
const words = (drawn: Drawn): string[] => drawn.inks.flatMap(({ what }) => what.split(" "));

beforeAll(() => loadShaping("ا"));

describe("a nasty article", () => {
	it.each(Object.keys(nastyArticles))("has its price on every type of label: %s (case L4)", (name) => {
		for (const model of labelModels()) {
			const drawn = draw(article(name), model);
			expect(words(drawn)).toEqual(expect.arrayContaining(["name", "price"]));
			for (const { area } of drawn.inks) expect(area.x + area.width <= model.width && area.y + area.height <= model.height).toBe(true);
		}
	});

	it("loses the end of a word, never its content, its price or a date, and it is said which (case L4)", () => {
		expect(draw(article("a brand of 51 letters"))).toMatchObject({ shortened: ["brand"], leftOut: [] });
		expect(draw(article("a brand of one endless word"))).toMatchObject({ shortened: ["brand"], leftOut: [] });
		expect(draw(article("an article number of 18 digits"))).toMatchObject({ shortened: [], leftOut: [] });
		expect(draw(article("an article number of 64 characters"))).toMatchObject({ shortened: ["sku"], leftOut: [] });
		expect(draw(article("a name of one word of 200 letters")).shortened).toEqual([]);
		expect(draw({ ...article("an everyday article"), name: "W".repeat(2_000) }).shortened).toEqual(["name"]);
		expect(draw(article("an offer of a million")).shortened).toEqual([]);
	});

	it("without a name goes by its number (case L4)", () => {
		expect(textsOf(article("no name but a space")).name).toBe("Item 1001");
	});

	it("whose face is gone, or lacks a field, takes one that shows the price, and says so (case L4)", async () => {
		const drawing = startDrawing({ workers: 1 });
		try {
			const fields = article("an everyday article");
			const gone = await drawing.draw({ fields, hwType: 1, firmware: 0, face: "nonesuch" });
			expect(gone).toMatchObject({ face: "regular", insteadOf: { face: "nonesuch", reason: "face-unknown" } });
			const lacking = await drawing.draw({ fields, hwType: 1, firmware: 0, face: "promotion" });
			expect(lacking).toMatchObject({ face: "regular", insteadOf: { face: "promotion", reason: "face-field-missing" } });
			const asWished = await drawing.draw({ fields, hwType: 1, firmware: 0, face: "regular" });
			expect(asWished.insteadOf).toBeUndefined();
		} finally {
			await drawing.stop();
		}
	});
});

describe("a price for members or several pieces", () => {
	const offer = (name: string): FaceFields => nastyOffers[name]!;

	it.each(Object.keys(nastyOffers))("stands beside everybody's price on every type of label: %s (case L4)", (name) => {
		for (const model of labelModels()) {
			const drawn = draw(offer(name), model);
			expect(drawn).toMatchObject({ face: offer(name).kind === "promotion" ? "promotion" : "offer", leftOut: [] });
			expect(words(drawn)).toEqual(expect.arrayContaining(["name", "price", "offer", ...(textsOf(offer(name)).offer2 ? ["offer2"] : [])]));
			for (const { area } of drawn.inks) expect(area.x + area.width <= model.width && area.y + area.height <= model.height).toBe(true);
		}
	});

	it("is said in the shop's words, with its unit price, and the tier last, which may be shortened", () => {
		const said = (name: string) => {
			const { offer: first, offer2 } = textsOf(offer(name));
			return [first, offer2].map((text) => text?.replaceAll("\u00a0", " "));
		};
		expect(said("all offers at once")).toEqual(["Member price €1.49 (€2.98/l) · gold", "2 for €3.00 · from 3 pieces €1.39 each (€2.78/l)"]);
		expect(said("all offers at once, in German")).toEqual([
			"Mitgliederpreis 1,49 € (2,98 €/l) · gold",
			"2 für 3,00 € · ab 3 Stück je 1,39 € (2,78 €/l)",
		]);
		expect(said("all offers at once, in Croatian")).toEqual([
			"Cijena za članove 1,49 € (2,98 €/l) · gold",
			"2 za 3,00 € · od 3 kom po 1,39 € (2,78 €/l)",
		]);
		expect(said("all offers at once, in Chinese")).toEqual(["会员价 ¥1.49 (¥2.98/l) · gold", "2 件 ¥3.00 · 满 3 件每件 ¥1.39 (¥2.78/l)"]);
		expect(said("a member price of loose goods")).toEqual(["Member price €10.99/kg · gold", undefined]);
		expect(draw(offer("offers of millions"), labelModel(0x01)!).shortened).toEqual([]);
	});

	it("keeps the deposit apart, also beside a reduction", () => {
		for (const name of ["all offers at once", "an offer with all offers"]) {
			for (const model of labelModels()) expect(words(draw(offer(name), model))).toContain("deposit");
		}
	});
});

describe("an offer", () => {
	it("claims no reduction where the price before was not higher, whatever face was named (case L8)", () => {
		for (const name of ["an offer dearer than before", "an offer as dear as before", "an offer without the price before"]) {
			const fields = article(name);
			expect(facesFor(fields, faces, "promotion").map((face) => face.name)).toEqual(["promotion", "regular"]);
			expect(textsOf(fields)).not.toHaveProperty("word");
			expect(textsOf(fields)).not.toHaveProperty("percent");
			expect(textsOf(fields)).not.toHaveProperty("prior");
			const drawn = draw(fields);
			expect(drawn.face).toBe("regular");
			expect(Math.max(...drawn.indexes)).toBe(1);
		}
		expect(draw(article("an offer")).face).toBe("promotion");
	});

	it("says the last day as the shop's country does (case L6)", () => {
		const until = (locale: string) => textsOf({ ...article("an offer"), locale }).until;
		expect(["en", "en-US", "de", "hr", "fr", "pl", "hu", "zh-CN", "ar-EG"].map(until)).toEqual(
			[
				"until 5 Dec",
				"until Dec 5",
				"bis 5.12.",
				"do 05.\u00a012.",
				"jusqu’au 5\u00a0déc.",
				"do 5.12",
				"érvényes: 12.\u00a05.",
				"至12月5日",
				"حتى 5 ديسمبر",
			].map((text) =>
				expect.stringMatching(
					new RegExp(
						`^${text
							.replace(/[.]/g, "\\.")
							.replace(/[ \u00a0]/g, "\\s")
							.replace("05", "0?5")}$`,
					),
				),
			),
		);
	});
});

describe("an amount on a label", () => {
	it.each([
		["fr-FR", "EUR", 123_456_750, "1 234 567,50 €"],
		["pl", "PLN", 123_450, "1234,50 zł"],
		["pl", "PLN", 1_234_550, "12 345,50 zł"],
		["sv-SE", "SEK", 123_450, "1 234,50 kr"],
		["hu", "HUF", 1_299_900, "12 999 Ft"],
		["hu", "HUF", 1_299_950, "12 999,50 Ft"],
		["de-CH", "CHF", 123_450, "CHF 1'234.50"],
		["de-AT", "EUR", 123_450, "€ 1.234,50"],
		["en-IN", "INR", 12_345_600, "₹1,23,456.00"],
		["en-US", "USD", 123_450, "$1,234.50"],
		["hr", "EUR", 123_450, "1.234,50 €"],
		["ja", "JPY", 1_234, "¥1,234"],
		["ar-EG", "EGP", 12_345, "123.45 E£"],
		["en-KW", "KWD", 12_345, "KWD 12.345"],
		["not a locale", "EUR", 199, "€1.99"],
	])("in %s and %s is written as its people do (case L6)", (locale, currency, minor, written) => {
		expect(
			moneyText(minor, currency, locale)
				.replace(/[’\u2019]/g, "'")
				.replaceAll("\u00a0", " "),
		).toBe(written);
	});

	it("of loose goods is per pound where head office prices by the pound (case L6)", () => {
		expect(textsOf(article("loose shrimps by the pound")).perKilo).toBe("Price per 1\u00a0lb");
		expect(textsOf(article("loose sausage")).perKilo).toBe("Price per 1\u00a0kg");
	});
});

describe("a label with yellow", () => {
	it("shows the percentage on yellow; one without shows it on red (case L6)", () => {
		const yellow = labelModel(0x6e)!;
		expect(new Set(draw(article("an offer"), yellow).indexes)).toEqual(new Set([0, 1, 2, 3]));
		expect(new Set(draw(article("an offer"), small).indexes)).toEqual(new Set([0, 1, 2]));
		expect(new Set(draw(article("an everyday article"), yellow).indexes)).toEqual(new Set([0, 1]));
	});
});

describe("the bars of a GTIN-14", () => {
	/** Two of five wide, in the order of the digits 0 to 9 (GS1 General Specifications, 5.3.2). */
	const patterns = ["NNWWN", "WNNNW", "NWNNW", "WWNNN", "NNWNW", "WNWNN", "NWWNN", "NNNWW", "WNNWN", "NWNWN"];

	it.each([
		[155, 1],
		[226, 1],
		[281, 2],
		[436, 3],
	])("in %i pixels are whole pixels, %i for the narrow ones, wide ones 2.25 to 3 times that, and read back (case L6)", (width, narrow) => {
		const canvas = newCanvas(width, 4);
		const area = paintBarcode(canvas, barcodeOf("13850334043648")!, { x: 0, y: 0, width, height: 4 }, 1)!;
		expect(area.x).toBeGreaterThanOrEqual(10 * narrow);
		expect(width - area.x - area.width).toBeGreaterThanOrEqual(10 * narrow);
		const row = [...canvas.indexes.subarray(area.x, area.x + area.width)].join("");
		const widths = (row.match(/1+|0+/g) ?? []).map((run) => run.length);
		const wide = Math.max(...widths);
		expect(new Set(widths)).toEqual(new Set([narrow, wide]));
		expect(wide / narrow).toBeGreaterThanOrEqual(2.25);
		expect(wide / narrow).toBeLessThanOrEqual(3);
		const letters = widths.map((each) => (each === wide ? "W" : "N")).join("");
		expect([letters.slice(0, 4), letters.slice(-3)]).toEqual(["NNNN", "WNN"]);
		let digits = "";
		for (let at = 4; at < letters.length - 3; at += 10) {
			const pair = [...letters.slice(at, at + 10)];
			for (const odd of [0, 1]) digits += patterns.indexOf(pair.filter((_, i) => i % 2 === odd).join(""));
		}
		expect(digits).toBe("13850334043648");
	});
});
