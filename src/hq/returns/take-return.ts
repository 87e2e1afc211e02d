/** Head office takes goods back itself: a parcel that came back, or a refund that the online shop grants. */
import { canonicalText } from "../../words/basics/canonical-text.ts";
import { defined } from "../../words/defined.ts";
import type { Movement } from "../../words/stock.ts";
import {
	lengthOf,
	lineName,
	type PieceRange,
	type ReturnCondition,
	readLineName,
	refundOf,
	type SoldLine,
} from "../../words/tills/return.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { sendStock } from "../stock/orders.ts";
import { bookMovements } from "../stock/stock.ts";
import { holdStore } from "../stores/stores.ts";
import { type GoodsReturnAtHq, keepOwnReturn, ownReturn, type ReturnMade } from "./returned.ts";
import { freePieces, holdReturns, keepAsk, openOrderLine, soldLine } from "./rights.ts";

export interface AskedReturnAtHq {
	id: string;
	line: string;
	/** Pieces, or milligrams of a weighed article: one of them. */
	quantity?: number | undefined;
	milligrams?: number | undefined;
	condition: ReturnCondition;
	/** The store whose stock the goods are added to. Left out: they stay at head office and in no store's stock. */
	store?: string | undefined;
	reason?: string | undefined;
}

/** The outcome of a return. One that was not taken: the right is not head office's, and was asked for under `ask`. */
type Outcome = ReturnMade | { ask: string } | { refusal: HqRefusal };

/** `settle`: sends the request for the right. */
export async function takeReturn(
	db: Db,
	given: AskedReturnAtHq,
	{ by, now, settle }: { by: string; now: Instant; settle(ask: string): Promise<void> },
): Promise<ReturnMade> {
	const read = readLineName(given.line);
	if (!read) throw new HqRefusal("bad-field", `line: "${given.line.slice(0, 80)}" names no line of a sale or order.`);
	if (given.store !== undefined && given.condition !== "sellable")
		throw new HqRefusal("bad-field", "store: only sellable goods go on hand in a store; the store itself takes in what is not.");
	const asked = { ...defined(given), line: lineName(read) };
	const outcome = await db.transaction((tx) => take(tx, asked, by, now));
	if ("created" in outcome) return outcome;
	if ("refusal" in outcome) throw outcome.refusal;
	await settle(outcome.ask);
	throw new HqRefusal(
		"return-asked",
		`The store that sold line ${asked.line} has the right to take it back, and was asked for it. ` +
			"Send the same return again in a few seconds, or, while that store is cut off, once it is heard again.",
	);
}

async function take(tx: Queries, asked: AskedReturnAtHq, by: string, now: Instant): Promise<Outcome> {
	const { id, line, condition, store } = asked;
	if (store !== undefined) await holdStore(tx, store);
	await holdReturns(tx);
	const text = canonicalText(asked);
	const known = await ownReturn(tx, id);
	if (known) {
		if (known.asked !== text)
			throw new HqRefusal("return-differs", `Return ${id} was taken with other contents. Give this one an id of its own.`);
		return { created: false, taken: known.taken };
	}
	const missing = await openOrderLine(tx, line);
	if (missing !== undefined) throw new HqRefusal(missing, `Line ${line}.`);
	const sold = await soldLine(tx, line);
	const quantity = sold ? await quantityOf(tx, sold, asked) : (asked.quantity ?? asked.milligrams)!;
	if (sold && quantity > sold.quantity)
		throw new HqRefusal("return-too-many", `${sold.quantity} were sold in line ${line}, and ${quantity} come back.`);
	const pieces = firstOf(await freePieces(tx, line), quantity);
	if (!sold || !pieces) return askFor(tx, asked, quantity, now);
	const { sku, name, currency } = sold;
	const goods = { sku, quantity, condition, ...defined({ name, reason: asked.reason }) };
	const taken: GoodsReturnAtHq = {
		id,
		at: now,
		store: store ?? null,
		line,
		...goods,
		refundMinor: refundOf(sold, pieces),
		currency,
		by,
		pieces,
	};
	await keepOwnReturn(tx, taken, text, now);
	if (store !== undefined) await putOnHand(tx, store, taken, now);
	return { created: true, taken };
}

async function quantityOf(tx: Queries, { sku }: SoldLine, { quantity, milligrams }: AskedReturnAtHq): Promise<number> {
	const [row] = await tx.query<{ body: string }>("SELECT body FROM article WHERE sku = $1", [sku]);
	const isWeighed = row !== undefined && (JSON.parse(row.body) as { weighed?: boolean }).weighed === true;
	const given = isWeighed ? milligrams : quantity;
	if (given === undefined)
		throw new HqRefusal("unit-unclear", `${sku} is sold by ${isWeighed ? "weight: give milligrams" : "the piece: give a quantity"}.`);
	return given;
}

function firstOf(free: readonly PieceRange[], quantity: number): (PieceRange & { right: string })[] | undefined {
	if (lengthOf(free) < quantity) return undefined;
	let missing = quantity;
	return free.flatMap(({ from, to }) => {
		const end = Math.min(to, from + missing);
		missing -= end - from;
		return from < end ? [{ from, to: end, right: "head office" }] : [];
	});
}

/** Asks the seller of a line for the right, unless it has answered that nothing is left. */
async function askFor(tx: Queries, { line }: AskedReturnAtHq, quantity: number, now: Instant): Promise<Outcome> {
	const asks = await tx.query<{ id: string; state: string; why: string | null }>(
		"SELECT id, state, why FROM return_ask WHERE line = $1 AND store = '' ORDER BY at DESC, id DESC",
		[line],
	);
	const waits = asks.find(({ state }) => state === "open" || state === "waiting");
	if (waits) return { ask: waits.id };
	const [last] = asks;
	const isOrder = "order" in readLineName(line)!;
	if (isOrder || last?.why) {
		// Said once: whoever asks again asks the seller again.
		if (last) await tx.query("UPDATE return_ask SET why = NULL WHERE id = $1", [last.id]);
		if (last?.why === "return-line-unknown") return { refusal: new HqRefusal("return-line-unknown", `Line ${line}.`) };
		return { refusal: new HqRefusal("line-returned", `Line ${line}: so much of it is not left to come back, or a store was lent it.`) };
	}
	const ask = `:${line}:${asks.length + 1}`;
	await keepAsk(tx, { id: ask, line, store: "", quantity }, now);
	return { ask };
}

async function putOnHand(tx: Queries, store: string, { id, sku, quantity }: GoodsReturnAtHq, now: Instant): Promise<void> {
	const movement: Movement = { id: `hq-return-${id}`, sku, quantity, reason: "return", occurredAt: now, reference: id, origin: "hq" };
	await bookMovements(tx, store, [movement]);
	await sendStock(tx, store, [{ type: "movement", movement }]);
}
