/** Acts on the deadlines of orders, also without the line to HQ. While the clock is a guess no order expires. */
import type { Book } from "../../ledger/ledger.ts";
import { type Order, openOf } from "../../words/orders/order.ts";
import type { Instant, Moment } from "../../words/time.ts";
import { clear, raise } from "../alarms.ts";
import { endOf } from "./clocks.ts";
import { keep, takeStep } from "./order-step.ts";

const atOnce = 50;

/** Ends orders whose time is over, and warns of those that will be late. Returns when to look again. */
export function tendOrderClocks(book: Book, _: object, now: Moment): { more: boolean; nextAt: Instant | null } {
	if (now.quality === "guess") return { more: false, nextAt: null };
	const due = book.orders.due(now.wall, atOnce);
	for (const order of due) {
		const end = endOf(order);
		if (end !== undefined && end <= now.wall) {
			const why = order.state === "placed" ? "nobody accepted it in time" : "nobody collected it in time";
			takeStep(book, order, { act: "expire", why }, now, "system:clock");
			continue;
		}
		warn(book, order, now);
		keep(book, order, now);
	}
	return { more: due.length === atOnce, nextAt: book.orders.nextDue() };
}

function warn(book: Book, order: Order, now: Moment): void {
	const facts = { order: order.id, at: order.readyBy ?? "", lines: order.lines.filter((line) => openOf(line) > 0).length };
	if (order.readyBy !== undefined && order.readyBy <= now.wall) {
		raise(book, { code: "order-late", subject: order.id, facts }, now);
		clear(book, "order-late-soon", order.id, now);
	} else raise(book, { code: "order-late-soon", subject: order.id, facts }, now);
}
