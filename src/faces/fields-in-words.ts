/** The texts a face may write about an article, in the language of the shop. A text for which the article has no data is absent. */

import type { FaceFields, FaceOffer } from "../words/label.ts";
import { FaceError } from "./fields.ts";
import { keptTogether } from "./language.ts";
import { dayText, lastDay, moneyText } from "./money.ts";
import { recallText } from "./recall-words.ts";
import { speechOf } from "./speech.ts";

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
	"offer",
	"offer2",
	"recall",
	"footer",
] as const;
export type TextName = (typeof textNames)[number];
export type FieldTexts = { [Name in TextName]?: string };

/** Whether a label may speak of a reduction: the price before is known, and it was higher. */
export function announcesReduction({ kind, amountMinor, priorAmountMinor }: FaceFields): boolean {
	return kind !== "regular" && priorAmountMinor !== undefined && priorAmountMinor > amountMinor;
}

/** The unit of a loose article's price: a kilogram, or a pound where head office prices by the pound. */
export function looseUnit({ weighed, unitPrice }: FaceFields): "kg" | "lb" | undefined {
	if (!weighed) return undefined;
	return unitPrice?.per.replace(/^1\s/, "") === "lb" ? "lb" : "kg";
}

export function textsOf(fields: FaceFields): FieldTexts {
	const { currency, amountMinor, unitPrice, priorAmountMinor } = fields;
	const offered = (fields.offers ?? []).flatMap((offer) => [offer.amountMinor, offer.unitPrice?.amountMinor]);
	for (const amount of [
		amountMinor,
		unitPrice?.amountMinor,
		priorAmountMinor,
		fields.depositMinor,
		fields.multiBuy?.amountMinor,
		...offered,
	]) {
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
	const reduced = announcesReduction(fields);
	const loose = looseUnit(fields);
	const last = fields.until === undefined ? undefined : lastDay(fields.until, fields.timeZone ?? "UTC");
	// A brand the name already begins with is said once.
	const brand = cleaned(fields.brand);
	const article = cleaned(fields.sku) === undefined ? undefined : `${speech.article} ${keptTogether(cleaned(fields.sku)!, locale)}`;
	// An article without a name is shown by its number: its price stands on the shelf all the same.
	const name = cleaned(fields.name) ?? article;
	const saidTwice = brand !== undefined && name !== undefined && name.toLowerCase().includes(brand.toLowerCase());
	const about = [saidTwice ? undefined : brand, cleaned(fields.netContent)].filter((part) => part !== undefined).join(" · ");
	return given({
		name,
		brand,
		netContent: cleaned(fields.netContent),
		about: about === "" ? undefined : about,
		sku: cleaned(fields.sku),
		article,
		gtin: fields.gtin?.replace(/^0+/, ""),
		word: reduced ? (fields.kind === "clearance" ? speech.clearance : speech.promotion) : undefined,
		price: money(fields.amountMinor),
		unitPriceLabel: unitPrice && speech.unitPrice(unitPrice.per.replaceAll(" ", "\u00a0")),
		unitPrice: unitPrice && money(unitPrice.amountMinor),
		perKilo: loose && speech.unitPrice(`1\u00a0${loose}`),
		priorLabel: reduced ? speech.prior[fields.priorReason ?? "lowest-30-days"] : undefined,
		prior: reduced ? money(priorAmountMinor!) : undefined,
		until: reduced && last ? speech.until(dayText(last, locale)) : undefined,
		deposit: fields.depositMinor ? speech.deposit(money(fields.depositMinor)) : undefined,
		...offersOf(fields),
		recall:
			fields.recall &&
			recallText(
				fields.recall.lots.map((lot) => cleaned(lot) ?? ""),
				locale,
			),
		footer: cleaned(fields.footer),
	});
}

/** Whether the label has more to say than one price. */
export const hasOffers = ({ offers, multiBuy }: FaceFields): boolean => multiBuy !== undefined || (offers?.length ?? 0) > 0;

/**
 * Prices of members and of several pieces: the first offer, and the others in one line. Amounts come first and a tier's name last, so that
 * a text without room loses words and no digits.
 */
function offersOf(fields: FaceFields): { offer?: string; offer2?: string } {
	const { currency, locale, multiBuy, offers = [] } = fields;
	const speech = speechOf(locale);
	const money = (amount: number): string => moneyText(amount, currency, locale);
	const loose = looseUnit(fields);
	const inWords = ({ tier, fromQuantity, amountMinor, unitPrice }: FaceOffer): string => {
		const amount = money(amountMinor) + (loose ? `/${loose}` : "");
		const each = fromQuantity === undefined ? amount : speech.fromPieces(fromQuantity, amount);
		const isSaid = loose !== undefined || unitPrice === undefined || unitPrice.per === "piece";
		const unit = isSaid ? "" : ` (${money(unitPrice.amountMinor)}/${unitPrice.per.replace(/^1\s/, "").replaceAll(" ", "\u00a0")})`;
		return tier === undefined ? each + unit : `${speech.member(each)}${unit} · ${cleaned(tier) ?? ""}`;
	};
	const [first, ...rest] = [
		...offers.filter(({ tier }) => tier !== undefined).map(inWords),
		...(multiBuy ? [speech.together(multiBuy.quantity, money(multiBuy.amountMinor))] : []),
		...offers.filter(({ tier }) => tier === undefined).map(inWords),
	];
	if (first === undefined) return {};
	return { offer: first, ...(rest.length > 0 && { offer2: rest.join(" · ") }) };
}

/** Rounded down: a label never promises more than the till gives. */
function percentOf(fields: FaceFields): FieldTexts {
	if (!announcesReduction(fields)) return {};
	const prior = fields.priorAmountMinor!;
	const percent = Math.floor(((prior - fields.amountMinor) * 100) / prior);
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
