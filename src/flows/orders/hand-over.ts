/** Goods leave the store only against the code that head office gave to the customer or courier. Works without the line. */
import { createHash, timingSafeEqual } from "node:crypto";
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import { checkOf, readPickupCode } from "../../words/codes/pickup-code.ts";
import { looksLikeSignedCode, publicKeyObject } from "../../words/codes/signed-code.ts";
import type { Order } from "../../words/orders/order.ts";
import { stopOf } from "../../words/streams/stop-sale.ts";
import type { Moment } from "../../words/time.ts";
import { raise } from "../alarms.ts";
import { nameOf, orderOf, takeStep } from "./order-step.ts";
import { type DoneAct, once, refuseStopped } from "./picking.ts";

/** After so many wrong codes no code of this order is checked for a while; there are a million possible codes. */
const triesMost = 5;
const lockedMs = 15 * 60_000;

/** A wrong code is returned as an answer and not thrown: a LedgerRefusal would roll back the count of wrong codes. */
export type HandedOver = DoneAct | { refused: "code-wrong" | "code-locked" | "code-expired" | "code-other-order"; why: string };

export function handOverOrder(book: Book, { order, id, code }: { order: string; id?: string; code: string }, now: Moment): HandedOver {
	const known = orderOf(book, order);
	const isKnownAct = id !== undefined && book.orders.act(id) !== undefined;
	if (known.state === "ready" && !isKnownAct) {
		const isSigned = looksLikeSignedCode(code);
		const refused = isSigned ? judgeSigned(book, known, code, now) : judgeTyped(book, order, code, known.codeHash, now);
		if (refused) return refused;
	} else if (!isKnownAct && (known.state === "handed-over" || known.state === "shipped")) {
		const last = known.history.at(-1)!;
		throw new LedgerRefusal("order-handed-over", `Order ${order} was handed over already, at ${last.at} by ${last.by}. Give nothing out.`);
	}
	return once(book, { order, id, what: { act: "hand-over", code: hashOf(order, code) } }, now, (open) => {
		for (const { sku } of open.staged) refuseStopped(stopOf(book.stopSales.of(book.articles.bySku(sku)), undefined), nameOf(book, sku));
		return takeStep(book, open, { act: "hand-over" }, now);
	});
}

/** A lock never lasts longer than it was set for, also where the clock was ahead when it was set. */
function isLockedAt(lockedUntil: string | null, now: Moment): lockedUntil is string {
	if (lockedUntil === null) return false;
	const leftMs = Date.parse(lockedUntil) - Date.parse(now.wall);
	return leftMs > 0 && leftMs <= lockedMs;
}

/** A signed code cannot be guessed: it is judged also while typed codes of the order are locked, and a wrong one is not counted. */
function judgeSigned(book: Book, { id: order, codeHash }: Order, code: string, now: Moment): HandedOver | undefined {
	const read = readPickupCode(code);
	const isGenuine = read !== undefined && book.members.keys().some((key) => read.isSignedBy(publicKeyObject(key.public)));
	if (!isGenuine) return wrongCode(order);
	const { payload } = read;
	if (payload.order !== order)
		return { refused: "code-other-order", why: `This code is of order ${payload.order}, not of ${order}. Give nothing out of ${order}.` };
	if (payload.check !== checkOf(codeHash)) return wrongCode(order);
	// A box that does not know the time refuses no customer for the time.
	if (now.quality !== "guess" && Date.parse(now.wall) >= payload.exp * 1_000)
		return { refused: "code-expired", why: `The code of order ${order} was valid until ${new Date(payload.exp * 1_000).toISOString()}.` };
	return undefined;
}

const wrongCode = (order: string): HandedOver => ({
	refused: "code-wrong",
	why: `This is not the code of order ${order}. Ask the customer to show it again; give nothing out.`,
});

/** The six digits that the customer says or a clerk types. */
function judgeTyped(book: Book, order: string, code: string, codeHash: string, now: Moment): HandedOver | undefined {
	const { wrong, lockedUntil } = book.orders.tries(order);
	if (isLockedAt(lockedUntil, now))
		return { refused: "code-locked", why: `Too many wrong codes for order ${order}. Try again after ${lockedUntil}.` };
	if (timingSafeEqual(Buffer.from(hashOf(order, code), "hex"), Buffer.from(codeHash, "hex"))) return undefined;
	const isLocked = (wrong + 1) % triesMost === 0;
	const until = isLocked ? new Date(Date.parse(now.wall) + lockedMs).toISOString() : null;
	book.orders.keepTries(order, { wrong: wrong + 1, lockedUntil: until });
	if (isLocked) raise(book, { code: "order-code-guessed", subject: order, facts: { order, wrong: wrong + 1 } }, now);
	return wrongCode(order);
}

const hashOf = (order: string, code: string): string => createHash("sha256").update(`${order}:${code.trim()}`).digest("hex");
