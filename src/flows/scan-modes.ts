/**
 * The purpose of a scan: by the device's own mode (configuration), or by the mode code that was scanned last.
 *
 *   lookup ── nothing more than the fact
 *   bind ──── a label, then an article ⇒ binding          pick ───── goods ⇒ pick of the order whose code came before, or the only one
 *   audit ─── an article ⇒ whether its labels show what counts       that still needs them
 *   receive ─ an article ⇒ receive movement               count ──── scans of one article add up; another code ⇒ count
 *   coupon ── a basket, then coupons ⇒ in the basket; a coupon alone ⇒ redeemed
 *
 * Each does what the desk's route for it does, in the transaction of the scan, and appends a `scan.acted`, which tells the clerk
 * the result. A half-finished act and a mode switched to by a code end when nothing is scanned for a time; an unfinished count is
 * then dropped.
 */
import { type Book, LedgerRefusal } from "../ledger/ledger.ts";
import { defined } from "../words/defined.ts";
import type { EventBody, StoreEvent } from "../words/event.ts";
import { labelIdOf } from "../words/label.ts";
import { openOf } from "../words/orders/order.ts";
import { type DeviceModes, doneCode, modeOfCode, type ScanMode } from "../words/scanning/scan-modes.ts";
import type { Moment } from "../words/time.ts";
import { type CouponsInHand, takeScannedCoupon } from "./coupons/scanned-coupon.ts";
import { bindLabel } from "./labels/label-binding.ts";
import { pickForOrder } from "./orders/picking.ts";
import { recordMovement } from "./stock/stock.ts";

type Scanned = Extract<StoreEvent, { type: "article.scanned" }>;
type Acted = Omit<Extract<EventBody, { type: "scan.acted" }>, "type" | "device" | "mode">;

interface DeviceState {
	mode: ScanMode;
	/** When the device last scanned. */
	at: string;
	seconds: number;
	label?: string;
	order?: string;
	counting?: { sku: string; quantity: number };
	coupons?: CouponsInHand;
}

type States = Record<string, DeviceState>;

const statesOf = (book: Book): States => JSON.parse(book.link.scanModes()) as States;
const keep = (book: Book, states: States): void => book.link.set("scanModes", JSON.stringify(states));

/** Called after the fact of a scan was written. A scan that arrives twice acts once. Returns why it was refused, as a stable code. */
export function actOnScan(book: Book, scanned: Scanned, own: DeviceModes, now: Moment): string | undefined {
	const states = statesOf(book);
	const before = states[scanned.device];
	if (before && isOver(before, now)) end(book, states, scanned.device, now);
	const state = states[scanned.device] ?? stamped({ mode: own.mode }, own, now);
	const asked = modeOfCode(scanned.code);
	let refused: string | undefined;
	const say = (acted: Acted, mode = state.mode): void => {
		if (acted.did === "refused") refused = acted.why;
		report(book, scanned.device, mode, acted, now);
	};
	if (asked !== undefined) switchTo(book, { states, state, own, asked, scanned }, say, now);
	else if (state.mode !== "lookup") {
		try {
			acts[state.mode]({ book, state, scanned, say, now });
		} catch (error) {
			if (!(error instanceof LedgerRefusal)) throw error;
			say({ did: "refused", code: scanned.code, why: error.code, ...defined({ sku: scanned.sku ?? undefined }) });
		}
		states[scanned.device] = stamped(state, own, now);
	}
	if (isIdle(states[scanned.device], own)) delete states[scanned.device];
	keep(book, states);
	return refused;
}

/** Ends the modes of devices that scanned nothing for a time. Returns how many devices are still in one. */
export function tendScanModes(book: Book, _: object, now: Moment): number {
	const states = statesOf(book);
	for (const [device, state] of Object.entries(states)) if (isOver(state, now)) end(book, states, device, now);
	keep(book, states);
	return Object.keys(states).length;
}

/** Also true when the clock was set: otherwise a mode might last for hours. */
const isOver = ({ at, seconds }: DeviceState, now: Moment): boolean => Math.abs(Date.parse(now.wall) - Date.parse(at)) > seconds * 1_000;
const stamped = (state: Omit<DeviceState, "at" | "seconds">, { seconds }: DeviceModes, now: Moment): DeviceState => ({
	...state,
	at: now.wall,
	seconds,
});
const isIdle = (state: DeviceState | undefined, own: DeviceModes): boolean =>
	state !== undefined && state.mode === own.mode && !state.label && !state.order && !state.counting && !state.coupons;

function end(book: Book, states: States, device: string, now: Moment): void {
	const { mode, counting } = states[device]!;
	if (counting) report(book, device, mode, { did: "refused", code: "", why: "count-not-ended", ...counting }, now);
	report(book, device, mode, { did: "ended", code: "" }, now);
	delete states[device];
}

function report(book: Book, device: string, mode: ScanMode, acted: Acted, now: Moment): void {
	book.events.append({ type: "scan.acted", device, mode, ...acted }, now);
}

interface Switching {
	states: States;
	state: DeviceState;
	own: DeviceModes;
	asked: ScanMode;
	scanned: Scanned;
}

function switchTo(
	book: Book,
	{ states, state, own, asked, scanned }: Switching,
	say: (acted: Acted, mode?: ScanMode) => void,
	now: Moment,
): void {
	const { code, device } = scanned;
	if (asked !== own.mode && !own.modes.includes(asked)) return say({ did: "refused", code, why: "mode-not-allowed" });
	if (state.counting) closeCount({ book, state, scanned, say, now });
	states[device] = stamped({ mode: asked }, own, now);
	say({ did: "mode", code }, asked);
}

interface Acting {
	book: Book;
	state: DeviceState;
	scanned: Scanned;
	say(acted: Acted): void;
	now: Moment;
}

const acts: Record<Exclude<ScanMode, "lookup">, (acting: Acting) => void> = { bind, audit, pick, receive, count, coupon };

function articleIn({ scanned }: Acting): string {
	if (scanned.sku === null) throw new LedgerRefusal("article-unknown", `No article of this store has the code ${scanned.code}.`);
	return scanned.sku;
}

function bind(acting: Acting): void {
	const { book, state, scanned, say, now } = acting;
	const label = labelIdOf(scanned.code);
	if (label !== undefined && (scanned.sku === null || book.labels.row(label))) {
		if (!book.labels.row(label)) throw new LedgerRefusal("label-unknown", `No label ${label} has checked in.`);
		state.label = label;
		return say({ did: "waits", code: scanned.code, label });
	}
	const sku = articleIn(acting);
	if (state.label === undefined) return say({ did: "refused", code: scanned.code, why: "label-first", sku });
	const bound = { label: state.label, sku };
	bindLabel(book, { ...bound, mustBeKnown: true }, now);
	delete state.label;
	say({ did: "bound", code: scanned.code, ...bound });
}

function audit(acting: Acting): void {
	const { book, scanned, say } = acting;
	const sku = articleIn(acting);
	const labels = book.labels.forSku(sku);
	const wrong = labels.find(({ state }) => state !== "SHOWN");
	const why = labels.length === 0 ? "no-label" : wrong ? "label-not-shown" : scanned.amountMinor === null ? "no-price" : undefined;
	say({ did: "audited", code: scanned.code, sku, quantity: labels.length, ...defined({ label: wrong?.id, why }) });
}

function pick(acting: Acting): void {
	const { book, state, scanned, say, now } = acting;
	const named = book.orders.get(scanned.code);
	if (named) {
		state.order = named.id;
		return say({ did: "waits", code: scanned.code, order: named.id });
	}
	const sku = articleIn(acting);
	const order = state.order ?? onlyOrderFor(book, sku);
	pickForOrder(book, { order, id: scanned.id, code: scanned.code }, now);
	state.order = order;
	say({ did: "picked", code: scanned.code, sku, order });
}

/** Two orders may need the same article: then none is chosen, and the clerk has to scan the order. */
function onlyOrderFor(book: Book, sku: string): string {
	const wanting = book.orders
		.list({ after: "", limit: 500, state: "open" })
		.filter(({ state, lines }) => ["accepted", "picking"].includes(state) && lines.some((line) => line.sku === sku && openOf(line) > 0));
	if (wanting.length === 1) return wanting[0]!.id;
	if (wanting.length === 0) throw new LedgerRefusal("not-ordered", `No order that is being picked needs ${sku}.`);
	throw new LedgerRefusal("order-first", `${wanting.length} orders need ${sku}; scan the order's code first.`);
}

/** Pieces, or milligrams where the article is weighed. A weight or number that the code carries in doubt is not relied on. */
function quantityIn(acting: Acting): { sku: string; quantity: number } {
	const { book, scanned } = acting;
	const sku = articleIn(acting);
	const isDoubtful = scanned.doubts?.some(({ doubt }) => doubt !== "odd-link") ?? false;
	const isWeighed = book.articles.bySku(sku)?.weighed ?? false;
	const carried = isWeighed ? scanned.milligrams : scanned.pieces;
	if (carried !== undefined && isDoubtful)
		throw new LedgerRefusal("code-doubtful", `What ${scanned.code} says of its content is in doubt.`);
	if (isWeighed && carried === undefined)
		throw new LedgerRefusal("unit-unclear", `${sku} is sold by weight: scan the label with its weight.`);
	return { sku, quantity: carried ?? 1 };
}

function receive(acting: Acting): void {
	const { book, scanned, say, now } = acting;
	const { sku, quantity } = quantityIn(acting);
	const { id, device, code } = scanned;
	recordMovement(book, { id: `scan-${id}`, sku, quantity, reason: "receive", occurredAt: now.wall, device }, now);
	say({ did: "received", code, sku, quantity });
}

function count(acting: Acting): void {
	const { state, scanned, say } = acting;
	if (scanned.code === doneCode) {
		if (!state.counting) return say({ did: "refused", code: scanned.code, why: "nothing-counted" });
		return closeCount(acting);
	}
	const { sku, quantity } = quantityIn(acting);
	if (state.counting && state.counting.sku !== sku) closeCount(acting);
	state.counting = { sku, quantity: (state.counting?.quantity ?? 0) + quantity };
	say({ did: "counting", code: scanned.code, ...state.counting });
}

function coupon({ book, state, scanned, say, now }: Acting): void {
	state.coupons ??= {};
	say(takeScannedCoupon(book, state.coupons, scanned, now));
}

function closeCount({ book, state, scanned, say, now }: Acting): void {
	const counted = state.counting!;
	delete state.counting;
	const { id, device, code } = scanned;
	recordMovement(book, { id: `count-${id}`, ...counted, reason: "count", occurredAt: now.wall, device }, now);
	say({ did: "counted", code, ...counted });
}
