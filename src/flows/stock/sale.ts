/** A sale from a till: one fact, a movement per line, and a receipt if asked, all in one commit; the till's ack comes after it. */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import type { StoreEvent } from "../../words/event.ts";
import type { SaleLine } from "../../words/receipt.ts";
import type { Moment } from "../../words/time.ts";
import { receiptOf } from "../receipts/receipt-document.ts";
import { queue } from "../receipts/receipt-to-paper.ts";
import { moved } from "./stock.ts";

export interface AskedSale {
	id: string;
	till: string;
	at: string;
	lines: { sku?: string; code?: string; quantity: number; amountMinor: number }[];
	receipt?: { printer?: string; document?: string };
}
export interface SaleAnswer {
	duplicate: boolean;
	event: string;
	job: string | null;
	unknown: string[];
}

export function recordSale(book: Book, sale: AskedSale, now: Moment): SaleAnswer {
	const known = book.events.bySource(sale.till, sale.id);
	if (known) return answerAgain(book, sale, known);
	const unknown: string[] = [];
	const lines: SaleLine[] = sale.lines.map((line) => {
		const asked = line.sku ?? line.code!;
		const article = book.articles.find(asked);
		// The customer has paid: the till is never blocked. An article nobody knows is kept under the till's own words.
		if (!article) unknown.push(asked);
		return { sku: article?.sku ?? asked, quantity: line.quantity, amountMinor: line.amountMinor, ...(article && { name: article.name }) };
	});
	const job = sale.receipt ? `receipt-${sale.till}-${sale.id}` : null;
	const event = book.events.append({ type: "sale.recorded", sale: sale.id, till: sale.till, lines, receipt: job }, now, {
		device: sale.till,
		id: sale.id,
	});
	lines.forEach((line, index) => {
		moved(
			book,
			{
				id: `${sale.till}-${sale.id}-${index + 1}`,
				sku: line.sku,
				quantity: -line.quantity,
				reason: "sale",
				occurredAt: sale.at,
				reference: sale.id,
				origin: "store",
			},
			now,
			sale.till,
		);
	});
	if (job)
		queue(
			book,
			{
				id: job,
				document: sale.receipt!.document ?? receiptOf(book, sale, lines),
				...(sale.receipt!.printer !== undefined && { printer: sale.receipt!.printer }),
			},
			now,
		);
	return { duplicate: false, event: event.id, job, unknown };
}

/**
 * The same sale again is answered as before. Its id with other lines is another sale, which must not vanish: it is refused, and the door
 * that heard it raises the alarm.
 */
function answerAgain(book: Book, sale: AskedSale, known: StoreEvent): SaleAnswer {
	const isSame =
		known.type === "sale.recorded" &&
		known.lines.length === sale.lines.length &&
		known.lines.every((line, index) => {
			const asked = sale.lines[index]!;
			const name = asked.sku ?? asked.code!;
			const isArticle = line.sku === name || line.sku === book.articles.find(name)?.sku;
			return isArticle && line.quantity === asked.quantity && line.amountMinor === asked.amountMinor;
		});
	if (!isSame || known.type !== "sale.recorded")
		throw new LedgerRefusal("sale-differs", `Sale ${sale.id} of ${sale.till} is already recorded with other contents.`);
	return { duplicate: true, event: known.id, job: known.receipt, unknown: [] };
}
