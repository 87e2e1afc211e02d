/** A sale from a till: one fact, a movement per line, and a receipt if asked, all in one commit; the till's ack comes after it. */
import { maskCards } from "../../../drivers/scanner/payment-card.ts";
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import type { Article } from "../../words/article.ts";
import { fittingId } from "../../words/basics/fitting-id.ts";
import { defined } from "../../words/defined.ts";
import type { EventBody, StoreEvent } from "../../words/event.ts";
import type { SaleLine } from "../../words/receipt.ts";
import type { TillSale, TillSaleLine } from "../../words/sale.ts";
import { isAhead, isNear } from "../../words/stock.ts";
import type { BasketView } from "../../words/tills/basket.ts";
import type { Moment } from "../../words/time.ts";
import { fiscalMark } from "../receipts/fiscal-lines.ts";
import { receiptOf } from "../receipts/receipt-document.ts";
import { type AskedPrint, isPrinter, queueReceipt } from "../receipts/receipt-to-paper.ts";
import { moved, occurredBy } from "./stock.ts";

export interface AskedSale extends TillSale {
	till: string;
	/** The till's account is set to the old form: an integer quantity of a weighed article is milligrams. */
	isOldForm?: boolean;
	/** The basket that was paid by it. */
	basket?: BasketView;
	/** Coupons that were redeemed with it. */
	coupons?: { redemption: string; coupon: string; amountMinor: number }[];
}
export interface SaleAnswer {
	duplicate: boolean;
	event: string;
	job: string | null;
	unknown: string[];
	/** Only when the receipt cannot go to paper yet. */
	receipt?: { state: "waiting"; why: string };
}

/** `toPaper`: takes the receipt, where it has to wait for something before a printer gets it. */
export function recordSale(book: Book, sale: AskedSale, now: Moment, toPaper?: (paper: AskedPrint) => void): SaleAnswer {
	const known = book.events.bySource(sale.till, sale.id);
	if (known) return answerAgain(book, sale, known);
	const unknown: string[] = [];
	const lines: SaleLine[] = sale.lines.map((line, index) => {
		const asked = line.sku ?? line.code!;
		const article = book.articles.find(asked);
		checkOneArticle(book, line, article, `lines.${index}`);
		checkCurrency(book, line, article, now, `lines.${index}`);
		const quantity = quantityOf(line, article, sale.isOldForm ?? false, `lines.${index}`);
		// The customer has paid, so the sale is never refused: an article that nobody knows is kept as the till wrote it,
		// but for a payment card's number, which is kept nowhere whole.
		const sku = article?.sku ?? maskCards(asked);
		if (!article) unknown.push(sku);
		return defined({ sku, quantity, amountMinor: line.amountMinor, paidMinor: line.paidMinor, name: article?.name });
	});
	const job = sale.receipt ? fittingId(`receipt-${sale.till}-${sale.id}`) : null;
	const event = book.events.append({ type: "sale.recorded", sale: sale.id, till: sale.till, lines, receipt: job, ...ofBasket(sale) }, now, {
		device: sale.till,
		id: sale.id,
	});
	lines.forEach((line, index) => {
		const movement = {
			id: freeMovementId(book, fittingId(`${sale.till}-${sale.id}-${index + 1}`)),
			sku: line.sku,
			quantity: -line.quantity,
			reason: "sale" as const,
			occurredAt: occurredBy({ reason: "sale", occurredAt: sale.at }, now),
			reference: sale.id,
			origin: "store" as const,
		};
		moved(book, movement, now, sale.till);
	});
	if (job) {
		const { printer, document } = sale.receipt!;
		const fiscalLine = toPaper && fiscalMark;
		const paper = defined({ id: job, document: document ?? receiptOf(book, sale, lines, now, sale.basket, fiscalLine), printer });
		if (toPaper) toPaper(paper);
		else queueReceipt(book, paper, now);
	}
	return defined({ duplicate: false, event: event.id, job, unknown, receipt: waitingReceipt(book, job) });
}

/** Members of the fact about the basket that was paid. */
function ofBasket({
	basket,
	coupons = [],
}: AskedSale): Pick<Extract<EventBody, { type: "sale.recorded" }>, "basket" | "member" | "tier" | "age" | "weight" | "coupons"> {
	if (!basket) return {};
	const member = basket.member && { member: basket.member.pseudonym, tier: basket.member.tier };
	const age = basket.lines.some(({ minimumAge }) => minimumAge !== undefined) ? basket.age : undefined;
	return { basket: basket.id, ...member, ...defined({ age, weight: basket.weight }), ...(coupons.length > 0 && { coupons }) };
}

/** Refuses a line whose SKU and code name two articles: which of them the customer has is not certain. */
function checkOneArticle(book: Book, { sku, code }: TillSaleLine, article: Article | undefined, path: string): void {
	const other = sku === undefined || code === undefined ? undefined : book.articles.find(code);
	if (!other || other.sku === (article?.sku ?? sku)) return;
	throw new LedgerRefusal("sale-malformed", `${path}: its sku ${sku} and its code ${code} name two articles; send one of them.`);
}

/** A fact's amounts are in the currency of the store's prices: an amount in another one would be another number. */
function checkCurrency(book: Book, { currency }: TillSaleLine, article: Article | undefined, now: Moment, path: string): void {
	const own = currency === undefined || !article ? undefined : book.prices.winning(article.sku, now.wall)?.currency;
	if (own === undefined || own === currency) return;
	throw new LedgerRefusal("sale-currency", `${path}: it is in ${currency}, and ${article!.name} is priced in ${own}.`);
}

/** The quantity that the line takes from stock: pieces, or milligrams of a weighed article. Throws where it cannot be known for certain. */
function quantityOf(line: TillSaleLine, article: Article | undefined, isOldForm: boolean, path: string): number {
	const name = article?.name ?? line.sku ?? line.code!;
	if (line.milligrams !== undefined) {
		if (!article || article.weighed) return line.milligrams;
		throw new LedgerRefusal("unit-unclear", `${path}: ${name} is sold by the piece, and this line gives its weight.`);
	}
	const quantity = line.quantity!;
	if (article?.weighed) {
		if (line.isDecimal) return Math.round(quantity * milligramsPerKilogram);
		if (isOldForm) return quantity;
		throw new LedgerRefusal(
			"unit-unclear",
			`${path}: ${name} is sold by weight; give milligrams, or a quantity in kilograms with a decimal point, not ${quantity}.`,
		);
	}
	if (Number.isInteger(quantity)) return quantity;
	if (!article) return Math.round(quantity * milligramsPerKilogram);
	throw new LedgerRefusal("unit-unclear", `${path}: ${name} is sold by the piece; ${quantity} is no number of pieces.`);
}

const milligramsPerKilogram = 1_000_000;

/** Every quantity that may have been booked for the line: the article may have changed its unit since the sale. */
function quantitiesOf({ milligrams, quantity }: TillSaleLine): number[] {
	return milligrams !== undefined ? [milligrams] : [quantity!, Math.round(quantity! * milligramsPerKilogram)];
}

/** Another program may have used this id for a movement; the sale's movements are then booked under another id. */
function freeMovementId(book: Book, wanted: string): string {
	let id = wanted;
	for (let n = 2; book.stock.movement(id); n++) id = `${wanted}~${n}`;
	return id;
}

/**
 * Whether the recorded sale is of the time that the till gives: the ids of a till whose numbers begin anew each day come again, often
 * with the same goods. A sale that was dated far ahead was kept as of the time at which it came.
 */
function isSameTime(book: Book, { till, id, at }: AskedSale, known: StoreEvent): boolean {
	const wanted = fittingId(`${till}-${id}-1`);
	let movement = book.stock.movement(wanted);
	for (let n = 2; movement && !(movement.reason === "sale" && movement.reference === id); n++)
		movement = book.stock.movement(`${wanted}~${n}`);
	if (!movement || isNear(movement.occurredAt, at)) return true;
	return movement.occurredAt === known.at && isAhead(at, known.at);
}

/** Undefined: it is on its way to paper, or on paper. */
function waitingReceipt(book: Book, job: string | null): SaleAnswer["receipt"] {
	const queued = job === null ? undefined : book.jobs.get(job);
	if (queued?.state !== "queued" || isPrinter(book, queued.printer)) return undefined;
	const why = queued.printer === "" ? "This store has no receipt printer in its configuration." : `No printer is called ${queued.printer}.`;
	return { state: "waiting", why };
}

/**
 * A repeated sale gets the answer of the first. The same id with other lines or of another time is another sale: it is refused, and
 * the door that received it raises the alarm.
 */
function answerAgain(book: Book, sale: AskedSale, known: StoreEvent): SaleAnswer {
	const isSame =
		known.type === "sale.recorded" &&
		known.lines.length === sale.lines.length &&
		isSameTime(book, sale, known) &&
		known.lines.every((line, index) => {
			const asked = sale.lines[index]!;
			const name = asked.sku ?? asked.code!;
			const isArticle = line.sku === maskCards(name) || line.sku === book.articles.find(name)?.sku;
			return isArticle && quantitiesOf(asked).includes(line.quantity) && line.amountMinor === asked.amountMinor;
		});
	if (!isSame || known.type !== "sale.recorded")
		throw new LedgerRefusal("sale-differs", `Sale ${sale.id} of ${sale.till} is already recorded with other contents.`);
	return defined({ duplicate: true, event: known.id, job: known.receipt, unknown: [], receipt: waitingReceipt(book, known.receipt) });
}
