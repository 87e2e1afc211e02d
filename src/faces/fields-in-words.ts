/** The texts a face may write about an article, in the language of the shop. A text for which the article has no data is absent. */

import type { FaceFields } from "../words/label.ts";
import { FaceError } from "./fields.ts";
import { lastDay, moneyText, speechOf } from "./speech.ts";

export const textNames = [
	"name",
	"brand",
	"netContent",
	"about",
	"sku",
	"article",
	"gtin",
	"word",
	"percent",
	"price",
	"unitPriceLabel",
	"unitPrice",
	"perKilo",
	"priorLabel",
	"prior",
	"until",
	"deposit",
	"footer",
] as const;
export type TextName = (typeof textNames)[number];
export type FieldTexts = { [Name in TextName]?: string };

export function textsOf(fields: FaceFields): FieldTexts {
	const { currency, amountMinor, unitPrice, priorAmountMinor } = fields;
	for (const amount of [amountMinor, unitPrice?.amountMinor, priorAmountMinor, fields.depositMinor]) {
		const wrong = amount !== undefined && (!Number.isSafeInteger(amount) || amount < 0);
		if (wrong) throw new FaceError("face-amount-wrong", { sku: fields.sku, amount });
	}
	if (!/^[A-Z]{3}$/.test(currency)) throw new FaceError("face-amount-wrong", { sku: fields.sku, currency });
	return { ...common(fields), ...percentOf(fields) };
}

function common(fields: FaceFields): FieldTexts {
	const { currency, locale, unitPrice, priorAmountMinor } = fields;
	const speech = speechOf(locale);
	const money = (amount: number): string => moneyText(amount, currency, locale);
	const reduced = fields.kind !== "regular";
	const last = fields.until === undefined ? undefined : lastDay(fields.until, fields.timeZone ?? "UTC");
	// A brand the name already begins with is said once.
	const brand = cleaned(fields.brand);
	const name = cleaned(fields.name);
	const saidTwice = brand !== undefined && name !== undefined && name.toLowerCase().includes(brand.toLowerCase());
	const about = [saidTwice ? undefined : brand, cleaned(fields.netContent)].filter((part) => part !== undefined).join(" · ");
	return given({
		name,
		brand,
		netContent: cleaned(fields.netContent),
		about: about === "" ? undefined : about,
		sku: cleaned(fields.sku),
		article: cleaned(fields.sku) === undefined ? undefined : `${speech.article} ${cleaned(fields.sku)}`,
		gtin: fields.gtin?.replace(/^0+/, ""),
		word: fields.kind === "clearance" ? speech.clearance : fields.kind === "promotion" ? speech.promotion : undefined,
		price: money(fields.amountMinor),
		unitPriceLabel: unitPrice && speech.unitPrice(unitPrice.per.replaceAll(" ", "\u00a0")),
		unitPrice: unitPrice && money(unitPrice.amountMinor),
		perKilo: fields.weighed ? speech.unitPrice("1\u00a0kg") : undefined,
		priorLabel: reduced && priorAmountMinor !== undefined ? speech.prior[fields.priorReason ?? "lowest-30-days"] : undefined,
		prior: reduced && priorAmountMinor !== undefined ? money(priorAmountMinor) : undefined,
		until: reduced && last ? speech.until(last.day, last.month) : undefined,
		deposit: fields.depositMinor ? speech.deposit(money(fields.depositMinor)) : undefined,
		footer: cleaned(fields.footer),
	});
}

/** Rounded down: a label never promises more than the till gives. */
function percentOf({ kind, amountMinor, priorAmountMinor }: FaceFields): FieldTexts {
	if (kind === "regular" || priorAmountMinor === undefined || priorAmountMinor === 0) return {};
	const percent = Math.floor(((priorAmountMinor - amountMinor) * 100) / priorAmountMinor);
	return percent >= 1 ? { percent: `−${percent}\u00a0%` } : {};
}

/** One line, composed letters, no control or invisible characters; undefined when nothing is left. */
function cleaned(text: string | undefined): string | undefined {
	const composed = text?.normalize("NFC");
	const clean = composed?.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, (run) => (run === "\u00a0" ? run : " ")).trim();
	return clean === "" ? undefined : clean;
}

function given(texts: { [Name in TextName]?: string | undefined }): FieldTexts {
	return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));
}
