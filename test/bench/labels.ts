/** Pictures drawn and packed for the air, on one core; every article differs, so that nothing but letters can be remembered. */
import { labelModel } from "../../drivers/label/models.ts";
import { packPicture } from "../../drivers/label/picture.ts";
import { facesFor } from "../../src/faces/choose.ts";
import { drawFace } from "../../src/faces/drawing/draw.ts";
import { loadFaces } from "../../src/faces/template.ts";
import type { FaceFields } from "../../src/words/label.ts";
import { type BenchResult, resultOf } from "./result.ts";

const rounds = 3;
const roundMs = 1_500;
const firmware = 0x29;

const latinWords = [
	"Kava",
	"mljevena",
	"Čokolada",
	"s lješnjacima",
	"Brašno",
	"pšenično",
	"Jogurt",
	"čvrsti",
	"Maslinovo ulje",
	"ekstra",
	"Crème",
	"fraîche",
	"Müsli",
	"ořechové",
];
const chineseWords = [
	"农夫山泉",
	"饮用天然水",
	"整箱装",
	"有机",
	"东北大米",
	"特级",
	"鲜牛奶",
	"低温",
	"手工",
	"酸辣粉",
	"苹果",
	"山东红富士",
	"洗衣液",
	"薰衣草香",
];

function article(n: number, isChinese: boolean): FaceFields {
	const words = isChinese ? chineseWords : latinWords;
	const word = (step: number): string => words[(n * step + step) % words.length]!;
	const amountMinor = 59 + ((n * 37) % 9_900);
	return {
		sku: String(100_000 + n),
		name: [word(1), word(3), word(5)].join(isChinese ? "" : " "),
		brand: word(9),
		netContent: `${50 + (n % 950)} g`,
		kind: "regular",
		amountMinor,
		currency: isChinese ? "CNY" : "EUR",
		unitPrice: { amountMinor: amountMinor * 3, per: "1 kg" },
		locale: isChinese ? "zh-CN" : "hr",
	};
}

export function benchLabels(): Promise<BenchResult[]> {
	const faces = loadFaces();
	const results: BenchResult[] = [];
	for (const hwType of [0x01, 0x34]) {
		const model = labelModel(hwType)!;
		for (const isChinese of [false, true]) {
			let n = 0;
			const drawOne = (): void => {
				const fields = article(n++, isChinese);
				packPicture(drawFace(fields, facesFor(fields, faces)[0]!, model).indexes, model, firmware);
			};
			for (let i = 0; i < 30; i++) drawOne();
			const rates: number[] = [];
			for (let round = 0; round < rounds; round++) {
				const began = performance.now();
				const first = n;
				while (performance.now() - began < roundMs) drawOne();
				rates.push((n - first) / ((performance.now() - began) / 1_000));
			}
			results.push(resultOf(`labels ${model.width}x${model.height}, ${isChinese ? "Chinese" : "Latin"}`, rates, "per s"));
		}
	}
	return Promise.resolve(results);
}
