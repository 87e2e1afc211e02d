import type { Book } from "../../ledger/ledger.ts";
import { defined } from "../../words/defined.ts";
import { chargeFor } from "../../words/prices/advantages.ts";
import { moneyFormat } from "../../words/prices/currency.ts";
import type { MultiBuy, Price } from "../../words/prices/price.ts";
import type { SaleLine } from "../../words/receipt.ts";
import type { BasketView } from "../../words/tills/basket.ts";
import { type Moment, priceInstantOf, wallText } from "../../words/time.ts";
import { receiptCodeOf } from "./receipt-keys.ts";

const words = {
	en: {
		total: "TOTAL",
		receipt: "Receipt",
		thanks: "Thank you",
		together: "# for #",
		deposit: "incl. deposit #",
		notFiscal: "NOT A FISCAL RECEIPT",
		points: "# points",
	},
	"zh-CN": {
		total: "合计",
		receipt: "小票",
		thanks: "谢谢惠顾",
		together: "# 件 #",
		deposit: "含押金 #",
		notFiscal: "非税务发票",
		points: "# 积分",
	},
	hr: {
		total: "UKUPNO",
		receipt: "Račun",
		thanks: "Hvala na kupnji",
		together: "# za #",
		deposit: "uklj. povr. naknada #",
		notFiscal: "OVO NIJE FISKALNI RAČUN",
		points: "# bodova",
	},
	de: {
		total: "SUMME",
		receipt: "Beleg",
		thanks: "Vielen Dank",
		together: "# für #",
		deposit: "inkl. Pfand #",
		notFiscal: "KEIN KASSENBELEG IM SINNE DES GESETZES",
		points: "# Punkte",
	},
} as const;

/** The sentence of a slip that is no fiscal receipt. */
export const notFiscalIn = (locale: string): string => (words[locale as keyof typeof words] ?? words.en).notFiscal;

/** Replaces each `#` of a text by the next value. */
const filled = (text: string, ...values: string[]): string => values.reduce((so, value) => so.replace("#", () => value), text);

/** A till that sends no document of its own gets a plain receipt in the store's language, as ReceiptLine text. */
export function receiptOf(
	book: Book,
	sale: { id: string; till: string; at: string },
	lines: SaleLine[],
	now: Moment,
	/** The sale was paid in a basket of this gateway. */
	basket?: BasketView,
	/** Stands where the signature of a fiscal device will; without one the slip of a basket says that it is no fiscal receipt. */
	fiscalLine?: string,
): string {
	const locale = book.link.locale();
	const say = words[locale as keyof typeof words] ?? words.en;
	const { store } = book.link.identity();
	// At the time by which the till was told the prices: the till's clock may be right while the box's is a guess.
	const answered = priceInstantOf({ wall: sale.at, quality: now.quality }, book);
	const at = answered < sale.at ? answered : sale.at;
	const currency = lines.map((line) => book.prices.winning(line.sku, at)?.currency).find((code) => code !== undefined) ?? "EUR";
	const money = moneyFormat(locale, currency);
	const amount = (minor: number): string => money(minor).replaceAll(/[\u00a0\u202f]/g, " ");
	const quantity = (line: SaleLine): string => {
		const weighed = book.articles.bySku(line.sku)?.weighed;
		return weighed ? `${(line.quantity / 1_000_000).toFixed(3)} kg` : `${line.quantity} ×`;
	};
	const beneath = (line: SaleLine): string[] => {
		const { perKilogram, multiBuy, depositMinor } = howItCame(book, line, at);
		return [
			...(perKilogram === undefined ? [] : [`${amount(perKilogram)}/kg |`]),
			...(multiBuy ? [`${filled(say.together, String(multiBuy.quantity), amount(multiBuy.amountMinor))} |`] : []),
			...(depositMinor === undefined ? [] : [`${filled(say.deposit, amount(depositMinor))} |`]),
		];
	};
	const spent = basket?.points && { name: filled(say.points, String(basket.points.points)), amountMinor: basket.points.amountMinor };
	const coupons = [...(basket?.coupons ?? []), ...(spent ? [spent] : [])];
	const total = lines.reduce((sum, line) => sum + line.amountMinor, 0) - coupons.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
	return [
		`^^^${plain(store)}`,
		`${say.receipt} ${plain(sale.id)}`,
		`${wallText(sale.at, book.link.timeZone())} | ${plain(sale.till)}`,
		"{width:*,12}",
		"-",
		...lines.flatMap((line) => {
			const [first, ...more] = inLines(`${quantity(line)} ${line.name ?? line.sku}`);
			return [`${plain(first!)} | ${amount(line.amountMinor)}`, ...more.map((rest) => `${plain(rest)} |`), ...beneath(line)];
		}),
		...coupons.map(({ name, amountMinor }) => `${plain(name)} | ${amount(-amountMinor)}`),
		"-",
		`^^^${say.total} | ^^^${amount(total)}`,
		"",
		`{width:auto}`,
		...(basket ? [fiscalLine ?? say.notFiscal] : []),
		say.thanks,
		"",
		codeLine(book, sale, lines),
	].join("\n");
}

/** ReceiptLine's own signs in a name would be read as markup. */
export const plain = (text: string): string => text.replaceAll(/[\\|{}_"`^~-]/g, (sign) => `\\${sign}`);

/** The signed code of the sale; the sale's id alone while the store has no key for it. */
function codeLine(book: Book, sale: { id: string; till: string; at: string }, lines: SaleLine[]): string {
	const code = receiptCodeOf(book, sale, lines);
	if (code !== undefined) return `{code:${code};option:qrcode,3,l}`;
	return `{code:${sale.id.replaceAll(/[^\x20-\x7e]|[{}|;:\\]/g, "").slice(0, 40)};option:qrcode,4,m}`;
}

/**
 * How a line's amount came about, where it can be computed from the prices here: price per kilogram, multi-buy, deposit. Empty
 * where the amount fits none of these.
 */
function howItCame(
	book: Book,
	{ sku, quantity, amountMinor }: SaleLine,
	at: string,
): { perKilogram?: number; multiBuy?: MultiBuy | undefined; depositMinor?: number } {
	const article = book.articles.bySku(sku);
	const lists = book.prices.chargeable(sku, at);
	const prices = lists.flat();
	if (article?.weighed) {
		const isCharged = (price: Price): boolean => Math.abs((price.amountMinor * quantity) / milligramsPerKilogram - amountMinor) <= 1;
		const charged = prices.find(isCharged) ?? prices[0];
		return charged ? { perKilogram: charged.amountMinor } : {};
	}
	if (!article || quantity < 1) return {};
	const depositMinor = quantity * (article.depositMinor ?? 0);
	const tiers = [undefined, ...new Set(prices.flatMap(({ tier }) => tier ?? []))];
	const charges = lists.flatMap((list) => tiers.flatMap((tier) => chargeFor(list, { quantity, ...defined({ tier }) }) ?? []));
	const plain = charges.find((charge) => charge.amountMinor === amountMinor);
	if (plain) return { multiBuy: plain.multiBuy };
	const together = charges.find((charge) => charge.amountMinor + depositMinor === amountMinor);
	return together && depositMinor > 0 ? { multiBuy: together.multiBuy, depositMinor } : {};
}

const milligramsPerKilogram = 1_000_000;

/** Columns for the name beside the price column; wide characters take two. */
const nameColumns = 34;

/** A long name goes on in a second line, at a space where it has one. */
export function inLines(text: string): string[] {
	const lines: string[] = [];
	let line = "";
	let columns = 0;
	for (const word of text.split(/(?<= )|(?<=[\u2e80-\uffef])/)) {
		const width = [...word].reduce((sum, sign) => sum + (/[\u2e80-\uffef]/.test(sign) ? 2 : 1), 0);
		if (line !== "" && columns + width > nameColumns + 1) {
			lines.push(line.trimEnd());
			line = "   ";
			columns = 3;
		}
		line += word;
		columns += width;
	}
	lines.push(line.trimEnd());
	return lines;
}
