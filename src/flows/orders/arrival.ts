/** Orders from HQ: placed here, or cancelled. A known id changes nothing. */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import { stepOrder } from "../../words/orders/machine.ts";
import { type OrderPlacement, placedOrder } from "../../words/orders/order.ts";
import type { StockRecord } from "../../words/streams/catalog.ts";
import type { Moment } from "../../words/time.ts";
import { receiptPrintersOf } from "../receipts/printers.ts";
import { queueReceipt } from "../receipts/receipt-to-paper.ts";
import { endOf, nextClock } from "./clocks.ts";
import { orderOf, takeStep } from "./order-step.ts";
import { pickTicket } from "./pick-ticket.ts";

/**
 * The grants that head office took from must cover the order; else this store refuses it and head office is told. The grants differ
 * from head office's where the box was swapped or restored.
 */
export function placeOrder(book: Book, placement: OrderPlacement, now: Moment): void {
	const asked = JSON.stringify(placement);
	const known = book.orders.asked(placement.id);
	if (known === asked) return;
	if (known !== undefined) throw new LedgerRefusal("order-differs", `Order ${placement.id} is here already with other contents.`);
	const isCovered = takeAll(book, placement);
	const order = placedOrder(isCovered ? placement : { ...placement, takes: [] });
	book.orders.place(order, asked, nextClock(book, order), now.wall);
	book.ring("order");
	book.ring("stock");
	if (!isCovered) return void takeStep(book, order, { act: "refuse", why: "grant-overspent" }, now, "system:grants");
	// The order ended while the line was cut: no pick ticket is printed for it.
	const end = endOf(order);
	if (end !== undefined && end <= now.wall && now.quality !== "guess") return;
	printTicket(book, order.id, now);
}

/** Takes the quantity from the grants: all of it, or nothing. */
function takeAll(book: Book, { takes }: OrderPlacement): boolean {
	const done = takes.filter(({ grant, sku, quantity }) => book.grants.get(grant)?.sku === sku && book.grants.use(grant, quantity));
	if (done.length === takes.length) return true;
	for (const { grant, quantity } of done) book.grants.giveBack(grant, quantity);
	return false;
}

function printTicket(book: Book, order: string, now: Moment): void {
	const id = `pick-${order}`;
	const hasPrinter = receiptPrintersOf(book).length > 0;
	if (hasPrinter && !book.jobs.get(id)) queueReceipt(book, { id, document: pickTicket(book, orderOf(book, order)) }, now);
}

/** The first act wins: an order that was handed over stays handed over, and HQ learns that from its fact. */
export function cancelOrder(book: Book, { order: id, by, why }: Extract<StockRecord, { type: "order-cancel" }>, now: Moment): void {
	const order = orderOf(book, id);
	const act = { act: "cancel" as const, why };
	if ("refused" in stepOrder(order, act, { at: now.wall, by })) return;
	takeStep(book, order, act, now, by);
}
