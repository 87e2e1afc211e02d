import { describe, expect, it } from "vitest";
import { labelModel } from "../../drivers/label/models.ts";
import { facesFor } from "../../src/faces/choose.ts";
import { drawFace } from "../../src/faces/drawing/draw.ts";
import { textsOf } from "../../src/faces/fields-in-words.ts";
import { loadFaces } from "../../src/faces/template.ts";
import type { FaceFields } from "../../src/words/label.ts";

const faces = loadFaces();
const models = [0x01, 0x11, 0x31, 0x33, 0x34].map((hwType) => labelModel(hwType)!);
const locales = ["cs", "da", "de", "en", "es", "fi", "fr", "hr", "hu", "it", "nb", "nl", "pl", "pt", "sk", "sl", "sv", "zh-CN", "ja"];
const coffee: FaceFields = {
	...{ sku: "90493443", gtin: "03850291051956", name: "KAVA CREMA MLJEVENA 400g FRANCK", kind: "regular", amountMinor: 829 },
	...{ currency: "EUR", unitPrice: { amountMinor: 2073, per: "1 kg" }, locale: "en", depositMinor: 25 },
};

describe("the label of a recalled article", () => {
	it("has a face of its own, before a named one, and says it whole beside the price in every language on every size", () => {
		for (const locale of locales)
			for (const lots of [[], ["L7"], ["2026-114", "2026-115", "2026-116"]]) {
				const fields = { ...coffee, locale, recall: { lots } };
				const [face] = facesFor(fields, faces, "regular");
				expect(face!.name).toBe("recalled");
				for (const model of models) {
					const { inks, leftOut, shortened } = drawFace(fields, face!, model);
					expect([...leftOut, ...shortened], `${locale} ${model.width}x${model.height} ${lots.join()}`).not.toContain("recall");
					expect(inks.map(({ what }) => what)).toEqual(expect.arrayContaining(["recall", "price", "barcode"]));
				}
			}
	});

	it("names its lots, or that nothing of it is for sale", () => {
		expect(textsOf({ ...coffee, recall: { lots: [] } }).recall).toBe("NOT FOR SALE: RECALL");
		expect(textsOf({ ...coffee, recall: { lots: ["L7", "L8"] } }).recall).toBe("Recalled: lot L7, L8");
		expect(textsOf({ ...coffee, locale: "zh-CN", recall: { lots: ["L7"] } }).recall).toBe("召回批次：L7");
		expect(textsOf(coffee).recall).toBeUndefined();
	});
});
