/** The page for a shopper who scans the code on a label: one page, with nothing from elsewhere and no program. */
import { createHash } from "node:crypto";
import { moneyFormat } from "../../words/prices/currency.ts";
import type { EffectivePrice } from "../../words/prices/price.ts";
import { wallText } from "../../words/time.ts";
import { filled, type ShopperLanguage, shopperWords } from "./shopper-words.ts";

/** The facts of an article that the page shows. */
export interface Shown {
	gtin: string;
	name: string;
	brand?: string;
	netContent?: string;
	price?: EffectivePrice;
	stock?: ShownStock;
	/** Why its sale is stopped: the recall's reason. */
	recall?: string;
}

/** Pieces, or milligrams, that a shopper may take. `asOf`: the last movement or count; null: there was none. */
export interface ShownStock {
	unit: "piece" | "milligram";
	quantity: number;
	asOf: string | null;
	/** The number is not reliable until somebody counts. */
	needsCount?: true;
}

const style = `
:root { color-scheme: light dark; --ink: #1b2a26; --quiet: #5d6b66; --ground: #f6f3ec; --card: #fff; --sale: #b3261e; --well: #17694f; }
@media (prefers-color-scheme: dark) {
	:root { --ink: #eef3f0; --quiet: #a7b5af; --ground: #131a18; --card: #1d2623; --sale: #ff8a80; --well: #6fd3b0; } }
body { margin: 0; background: var(--ground); color: var(--ink); font: 17px/1.5 system-ui, sans-serif; }
main { max-width: 30rem; margin: 0 auto; padding: 1rem; }
article { background: var(--card); border-radius: 14px; padding: 1.25rem; }
h1 { font-size: 1.35rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
p { margin: .25rem 0; } .quiet { color: var(--quiet); font-size: .95rem; }
.price { font-size: 3rem; font-weight: 700; line-height: 1.1; margin: .75rem 0 .25rem; } .sale { color: var(--sale); }
ul { list-style: none; margin: .75rem 0; padding: 0; } .stock { color: var(--well); font-weight: 600; margin-top: 1rem; }`;

export const shopperPagePolicy =
	`default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; ` +
	"frame-ancestors 'none'; form-action 'none'; base-uri 'none'";

const few = 5;

export function shopperPage(shown: Shown, { language, timeZone }: { language: ShopperLanguage; timeZone: string }): string {
	const words = shopperWords[language];
	const { name, brand, netContent, price, stock, recall, gtin } = shown;
	const parts = [
		`<h1>${escaped(name)}</h1>`,
		paragraph([brand, netContent].filter((part) => part !== undefined).join(" · "), "quiet"),
		...(recall === undefined
			? [price ? pricePart(price, language, timeZone) : paragraph(words.noPrice), stock ? stockPart(stock, language, timeZone) : ""]
			: [paragraph(words.recalled, "price sale"), paragraph(filled(words.recalledWhat, recall))]),
		paragraph(filled(words.barcode, gtin.replace(/^0(?=\d{13}$)/, "")), "quiet"),
	];
	return document(name, parts, language);
}

export function unknownPage(gtin: string, language: ShopperLanguage): string {
	const words = shopperWords[language];
	return document(words.unknown, [`<h1>${words.unknown}</h1>`, paragraph(filled(words.unknownWhat, gtin))], language);
}

function pricePart(price: EffectivePrice, language: ShopperLanguage, timeZone: string): string {
	const words = shopperWords[language];
	const money = moneyFormat(language, price.currency);
	const isReduced = price.kind !== "regular";
	const { unitPrice, priorPrice, depositMinor, multiBuy } = price;
	const offers = [
		...(multiBuy ? [filled(words.together, String(multiBuy.quantity), money(multiBuy.amountMinor))] : []),
		...price.quantityPrices.map((each) => filled(words.fromPieces, money(each.amountMinor), String(each.fromQuantity))),
		...price.memberPrices.map((each) => `${filled(words.member, money(each.amountMinor))}${each.tier === null ? "" : ` (${each.tier})`}`),
	];
	const perUnit =
		unitPrice && (language === "zh" ? [unitPrice.per, money(unitPrice.amountMinor)] : [money(unitPrice.amountMinor), unitPrice.per]);
	return [
		paragraph(money(price.amountMinor), isReduced ? "price sale" : "price"),
		perUnit ? paragraph(filled(words.per, ...perUnit)) : "",
		priorPrice ? paragraph(filled(words.prior, money(priorPrice.amountMinor)), "quiet") : "",
		isReduced && price.until !== null ? paragraph(filled(words.until, wallText(price.until, timeZone)), "quiet") : "",
		depositMinor === null ? "" : paragraph(filled(words.deposit, money(depositMinor)), "quiet"),
		offers.length === 0 ? "" : `<ul>${offers.map((offer) => `<li>${escaped(offer)}</li>`).join("")}</ul>`,
	].join("");
}

function stockPart({ unit, quantity, asOf, needsCount }: ShownStock, language: ShopperLanguage, timeZone: string): string {
	const words = shopperWords[language];
	const amount = unit === "piece" ? new Intl.NumberFormat(language).format(quantity) : `${kilograms(quantity, language)} kg`;
	const isFew = unit === "piece" && quantity <= few;
	const sentence = needsCount ? words.uncounted : quantity <= 0 ? words.none : filled(isFew ? words.few : words.inStock, amount);
	return paragraph(sentence, "stock") + (asOf === null ? "" : paragraph(filled(words.asOf, wallText(asOf, timeZone)), "quiet"));
}

const kilograms = (milligrams: number, language: ShopperLanguage): string =>
	new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(milligrams / 1_000_000);

const paragraph = (text: string, kind?: string): string =>
	text === "" ? "" : `<p${kind === undefined ? "" : ` class="${kind}"`}>${escaped(text)}</p>`;
const escaped = (text: string): string =>
	text.replace(/[&<>"']/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[sign]!);

const document = (title: string, parts: readonly string[], language: ShopperLanguage): string =>
	`<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
	`<title>${escaped(title)}</title><style>${style}</style></head><body><main><article>${parts.join("")}</article></main></body></html>`;
