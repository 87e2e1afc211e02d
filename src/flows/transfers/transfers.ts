/**
 * Goods between stores. Head office plans; the one store sends, which takes them off its stock, and the other receives, which puts what
 * came on its own. What is between the two is in transit. Each act is one transaction, and once by the transfer's id.
 */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import type { Moment } from "../../words/time.ts";
import {
	differencesOf,
	differencesText,
	stepTransfer,
	type Transfer,
	type TransferLine,
	type TransferPlan,
} from "../../words/transfers/transfer.ts";
import { raise } from "../alarms.ts";
import { moved } from "../stock/stock.ts";

/** A plan from head office. A known one changes nothing. */
export function planTransfer(book: Book, plan: TransferPlan): void {
	const asked = JSON.stringify(plan);
	const known = book.transfers.asked(plan.id);
	if (known === asked) return;
	if (known !== undefined) throw new LedgerRefusal("transfer-differs", `Transfer ${plan.id} is here already with other contents.`);
	book.transfers.put({ ...plan, state: "planned" }, asked);
}

/** A line of a request: pieces, or milligrams of a weighed article. */
export interface AskedTransferLine {
	sku: string;
	quantity?: number;
	milligrams?: number;
}

export interface AskedTransfer {
	transfer: string;
	/** Left out: what was planned, or, to be received, what was sent. */
	lines?: AskedTransferLine[];
}

export interface TransferDone {
	transfer: Transfer;
	duplicate: boolean;
}

export function sendTransfer(book: Book, { transfer: id, lines: asked }: AskedTransfer, now: Moment): TransferDone {
	const transfer = ofThisStore(book, id, "from");
	const lines = asked ? linesOf(book, asked) : transfer.lines;
	if (transfer.sent) return again(transfer, transfer.sent, asked && lines);
	const after = stepTransfer(transfer, { act: "send", lines, at: now.wall });
	if (!after || transfer.state === "cancelled") throw new LedgerRefusal("transfer-cancelled", `Transfer ${id} was cancelled.`);
	for (const { sku, quantity } of lines) checkSending(book, transfer, sku, quantity);
	lines.forEach(({ sku, quantity }, n) => move(book, { transfer: id, part: `out-${n + 1}`, sku, quantity: -quantity }, now));
	book.transfers.keep(after);
	book.events.append({ type: "transfer.sent", transfer: id, from: transfer.from, to: transfer.to, lines }, now);
	return { transfer: after, duplicate: false };
}

export function receiveTransfer(book: Book, { transfer: id, lines: asked }: AskedTransfer, now: Moment): TransferDone {
	const transfer = ofThisStore(book, id, "to");
	const lines = asked ? linesOf(book, asked) : (transfer.sent ?? transfer.lines);
	if (transfer.received) return again(transfer, transfer.received, asked && lines);
	const after = stepTransfer(transfer, { act: "receive", lines, at: now.wall });
	if (!after || transfer.state === "cancelled") throw new LedgerRefusal("transfer-cancelled", `Transfer ${id} was cancelled.`);
	lines.forEach(({ sku, quantity }, n) => move(book, { transfer: id, part: `in-${n + 1}`, sku, quantity }, now));
	book.transfers.keep(after);
	book.events.append({ type: "transfer.received", transfer: id, from: transfer.from, to: transfer.to, lines }, now);
	sayDifferences(book, after, now);
	return { transfer: after, duplicate: false };
}

/** Head office tells the receiving store what left the other one. */
export function noteSent(
	book: Book,
	{ transfer: id, lines, at }: { transfer: string; lines: TransferLine[]; at: string },
	now: Moment,
): void {
	const transfer = book.transfers.get(id);
	const after = transfer && stepTransfer(transfer, { act: "send", lines, at });
	if (!after) return;
	book.transfers.keep(after);
	sayDifferences(book, after, now);
}

/** Head office tells the sending store what arrived in the other one. */
export function noteReceived(book: Book, { transfer: id, lines, at }: { transfer: string; lines: TransferLine[]; at: string }): void {
	const transfer = book.transfers.get(id);
	const after = transfer && stepTransfer(transfer, { act: "receive", lines, at });
	if (after) book.transfers.keep(after);
}

/** Head office cancels: the sending store decides, because it knows whether the goods have left. The other one is told afterwards. */
export function cancelTransfer(book: Book, { transfer: id, at }: { transfer: string; at: string }, now: Moment): void {
	const transfer = book.transfers.get(id);
	const after = transfer && stepTransfer(transfer, { act: "cancel", at });
	if (!after) return;
	book.transfers.keep(after);
	if (transfer.from === book.link.identity().store)
		book.events.append({ type: "transfer.cancelled", transfer: id, from: transfer.from, to: transfer.to }, now);
}

function ofThisStore(book: Book, id: string, end: "from" | "to"): Transfer {
	const transfer = book.transfers.get(id);
	if (!transfer) throw new LedgerRefusal("transfer-unknown", `This store has heard of no transfer ${id}.`);
	if (transfer[end] !== book.link.identity().store)
		throw new LedgerRefusal("transfer-other-end", `Transfer ${id} goes from ${transfer.from} to ${transfer.to}.`);
	return transfer;
}

function linesOf(book: Book, asked: readonly AskedTransferLine[]): TransferLine[] {
	const seen = new Set<string>();
	return asked.map(({ sku: given, quantity, milligrams }) => {
		const article = book.articles.find(given);
		if (!article) throw new LedgerRefusal("article-unknown", `No article has SKU or GTIN ${given}.`);
		const { sku, name } = article;
		if (seen.has(sku)) throw new LedgerRefusal("transfer-lines", `${name} (${sku}) stands there twice.`);
		seen.add(sku);
		const amount = article.weighed ? milligrams : quantity;
		if (amount === undefined)
			throw new LedgerRefusal(
				"unit-unclear",
				`${name} is sold by ${article.weighed ? "weight: give milligrams" : "the piece: give a quantity"}.`,
			);
		return { sku, quantity: amount };
	});
}

/** Not more than was planned, and nothing that is lent to online orders. */
function checkSending(book: Book, { id, lines }: Transfer, sku: string, quantity: number): void {
	const planned = lines.find((line) => line.sku === sku)?.quantity ?? 0;
	if (quantity > planned) throw new LedgerRefusal("transfer-lines", `Transfer ${id} is to take ${planned} of ${sku}, not ${quantity}.`);
	const available = book.stock.onHand(sku)?.available ?? 0;
	if (quantity > available)
		throw new LedgerRefusal(
			"stock-short",
			`${available} of ${sku} are neither sold, staged nor lent to online sales; ${quantity} are to go.`,
		);
}

/** An act that was asked before is answered as before; other lines under its id are refused as another act. */
function again(transfer: Transfer, before: readonly TransferLine[], asked: readonly TransferLine[] | undefined): TransferDone {
	if (asked && differencesOf({ sent: [...before], received: [...asked] }).length > 0)
		throw new LedgerRefusal("transfer-differs", `Transfer ${transfer.id} was done with other lines.`);
	return { transfer, duplicate: true };
}

function move(
	book: Book,
	{ transfer, part, sku, quantity }: { transfer: string; part: string; sku: string; quantity: number },
	now: Moment,
): void {
	if (quantity === 0) return;
	const wanted = `transfer-${transfer}-${part}`;
	let id = wanted;
	// Another program may have used this id for a movement; the goods must count all the same.
	for (let n = 2; book.stock.movement(id); n += 1) id = `${wanted}~${n}`;
	moved(book, { id, sku, quantity, reason: "transfer", occurredAt: now.wall, reference: transfer, origin: "store" }, now);
}

function sayDifferences(book: Book, transfer: Transfer, now: Moment): void {
	const differences = differencesOf(transfer);
	if (differences.length === 0) return;
	const { id, from } = transfer;
	raise(book, { code: "transfer-differs", subject: id, facts: { transfer: id, from, what: differencesText(differences) } }, now);
}
