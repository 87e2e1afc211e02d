/** Draws nasty articles on labels of one type, to look at: `node test/faces/sheet.ts FILE.png [HWTYPE] [offers|languages|recalled]`. */
import { writeFileSync } from "node:fs";
import { PNG } from "pngjs";
import { labelModel } from "../../drivers/label/models.ts";
import { loadShaping } from "../../drivers/text/shaping.ts";
import { facesFor } from "../../src/faces/choose.ts";
import { colourRgb } from "../../src/faces/drawing/canvas.ts";
import { drawFace } from "../../src/faces/drawing/draw.ts";
import { loadFaces } from "../../src/faces/template.ts";
import { nastyArticles } from "./nasty-articles.ts";
import { nastyLanguages } from "./nasty-languages.ts";
import { nastyOffers } from "./nasty-offers.ts";

const tables: Record<string, typeof nastyOffers> = { offers: nastyOffers, languages: nastyLanguages };

const [file, hwType = "01"] = process.argv.slice(2);
const model = labelModel(Number.parseInt(hwType, 16));
if (file === undefined || !model) throw new Error("usage: node test/faces/sheet.ts FILE.png [HWTYPE] [offers|languages|recalled]");
const columns = 3;
const gap = 8;
const lots = [[], ["L7"], ["2026-114", "2026-115", "2026-116"]];
const recalled = Object.keys(nastyLanguages).flatMap((locale) =>
	lots.map((some) => ({ ...Object.values(nastyArticles)[0]!, locale: nastyLanguages[locale]!.locale, recall: { lots: some } })),
);
const articles = process.argv[4] === "recalled" ? recalled : Object.values(tables[process.argv[4] ?? ""] ?? nastyArticles);
const faces = loadFaces();
const sheet = new PNG({
	width: columns * (model.width + gap) + gap,
	height: Math.ceil(articles.length / columns) * (model.height + gap) + gap,
	colorType: 2,
});
sheet.data.fill(160);
await loadShaping("ا");
articles.forEach((fields, n) => {
	const drawn = drawFace(fields, facesFor(fields, faces)[0]!, model);
	const left = gap + (n % columns) * (model.width + gap);
	const top = gap + Math.floor(n / columns) * (model.height + gap);
	drawn.indexes.forEach((index, i) => {
		const at = (top + Math.floor(i / model.width)) * sheet.width + left + (i % model.width);
		sheet.data.set([...colourRgb[model.colours[index]!], 255], 4 * at);
	});
});
writeFileSync(file, PNG.sync.write(sheet, { colorType: 2 }));
