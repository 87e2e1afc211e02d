/** The deadlines of an order: for accepting, for making ready, for collecting. */
import type { Book } from "../../ledger/ledger.ts";
import type { Order } from "../../words/orders/order.ts";
import { lastStartOf, measuredOrders, msPerLine } from "../../words/orders/prediction.ts";
import type { Instant, Moment } from "../../words/time.ts";
import { clear } from "../alarms.ts";

/** When the order's next deadline is; null: it has none in this state. */
export function nextClock(book: Book, order: Order): Instant | null {
	return earliest([endOf(order), ...(isPicked(order) ? [warningAt(book, order), lateAt(book, order)] : [])]);
}

const earliest = (all: readonly (Instant | undefined)[]): Instant | null =>
	all.filter((at) => at !== undefined).sort((a, b) => (a < b ? -1 : 1))[0] ?? null;

const isPicked = ({ state }: Order): boolean => state === "accepted" || state === "picking";

/** The deadline at which the order expires. */
export function endOf({ state, acceptBy, collectBy }: Order): Instant | undefined {
	if (state === "placed") return earliest([acceptBy, collectBy]) ?? undefined;
	return state === "accepted" || state === "picking" || state === "ready" ? collectBy : undefined;
}

const isRaised = (book: Book, code: string, order: Order): boolean => {
	const known = book.alarms.get(`${code}:${order.id}`);
	return known !== undefined && known.clearedAt === null;
};

function lateAt(book: Book, order: Order): Instant | undefined {
	return isRaised(book, "order-late", order) ? undefined : order.readyBy;
}

/** Warns when the open lines will take longer than the time that is left. */
function warningAt(book: Book, order: Order): Instant | undefined {
	if (order.readyBy === undefined || isRaised(book, "order-late-soon", order) || isRaised(book, "order-late", order)) return undefined;
	return lastStartOf(order, order.readyBy, msPerLine(book.orders.handedOver(measuredOrders)));
}

/** The order's state has changed: alarms about its deadlines and wrong codes end. */
export function clearOrderAlarms(book: Book, order: Order, now: Moment): void {
	if (isPicked(order)) return;
	clear(book, "order-late-soon", order.id, now);
	clear(book, "order-late", order.id, now);
	if (order.state !== "ready") clear(book, "order-code-guessed", order.id, now);
}
