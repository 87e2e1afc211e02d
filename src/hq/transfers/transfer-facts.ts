/** Stores' facts about transfers: the other end is told, and differences are told to people. */
import type { StoreEvent } from "../../words/event.ts";
import type { StockRecord } from "../../words/streams/catalog.ts";
import type { Instant } from "../../words/time.ts";
import { differencesOf, differencesText, stepTransfer, type Transfer, type TransferAct } from "../../words/transfers/transfer.ts";
import { type NewAlarm, standAlarms } from "../alarms/standing-alarms.ts";
import type { Db, Queries } from "../database/database.ts";
import { sendToOne } from "../streams/to-all.ts";
import { findTransfer, keepTransfer } from "./transfers.ts";

type TransferFact = Extract<StoreEvent, { type: "transfer.sent" | "transfer.received" | "transfer.cancelled" }>;

const isTransferFact = (event: StoreEvent): event is TransferFact => event.type.startsWith("transfer.");

/** Whether somebody is to be told of these facts. */
export const hasTransfers = (events: readonly StoreEvent[]): boolean => events.some(isTransferFact);

/** A fact that does not fit, and why. */
export interface UnfitTransfer {
	event: string;
	why: string;
}

/** The caller holds the store. */
export async function takeTransferFacts(tx: Queries, store: string, events: readonly StoreEvent[]): Promise<UnfitTransfer[]> {
	const unfit: UnfitTransfer[] = [];
	for (const event of events) {
		if (!isTransferFact(event)) continue;
		const why = await takeFact(tx, store, event);
		if (why !== undefined) unfit.push({ event: event.id, why });
	}
	return unfit;
}

const acts = { "transfer.sent": "send", "transfer.received": "receive", "transfer.cancelled": "cancel" } as const;

async function takeFact(tx: Queries, store: string, event: TransferFact): Promise<string | undefined> {
	// Both ends may report at once.
	const known = await findTransfer(tx, event.transfer, "FOR UPDATE");
	const end = event.type === "transfer.received" ? "to" : "from";
	if (!known || known.transfer[end] !== store) return `Head office knows no transfer ${event.transfer} with store ${store} at this end.`;
	const before = known.transfer;
	const act = acts[event.type];
	const step: TransferAct =
		event.type === "transfer.cancelled" ? { act: "cancel", at: event.at } : { act: acts[event.type], at: event.at, lines: event.lines };
	const after = stepTransfer(before, step);
	if (!after) return `Transfer ${event.transfer} was ${before.state} here when store ${store} said ${act}.`;
	await keepTransfer(tx, after);
	await tx.query("UPDATE transfer SET telling = array_append(telling, $2) WHERE id = $1", [after.id, event.type]);
	const alarm = differenceAlarm(after, event.type === "transfer.cancelled" || before.cancelledAt !== undefined);
	if (alarm) await standAlarms(tx, [alarm], event.at);
	return undefined;
}

/** `isOdd`: goods that left although the plan had ended. */
function differenceAlarm(transfer: Transfer, isOdd: boolean): NewAlarm | undefined {
	const differences = differencesOf(transfer);
	const { id, from, to, received } = transfer;
	if (differences.length === 0 && !(isOdd && received && !transfer.sent)) return undefined;
	const what = differences.length > 0 ? differencesText(differences) : "received, and cancelled where it should have been sent";
	return { code: "transfer-differs", store: to, subject: id, facts: { transfer: id, from, what } };
}

/**
 * Tells the other store what was sent or received, or that nothing will come; also what was left untold because head office stopped, or its
 * disk was full, in between. Answers the stores that were told.
 */
export async function announceToOtherEnds(db: Db): Promise<string[]> {
	const left = await db.query<{ id: string; type: TransferFact["type"] }>(
		"SELECT id, unnest(telling) AS type FROM transfer WHERE telling <> '{}' ORDER BY id",
	);
	const notified: string[] = [];
	for (const { id, type } of left)
		await db.transaction(async (tx) => {
			await tx.query("SELECT last FROM counter FOR UPDATE");
			const isLeft = await tx.query(
				"UPDATE transfer SET telling = array_remove(telling, $2) WHERE id = $1 AND $2 = ANY(telling) RETURNING 1",
				[id, type],
			);
			const known = isLeft.length > 0 ? await findTransfer(tx, id) : undefined;
			const record = known && recordFor(known.transfer, type);
			if (!known || !record) return;
			const store = known.transfer[type === "transfer.received" ? "from" : "to"];
			await sendToOne(tx, store, [record]);
			notified.push(store);
		});
	return notified;
}

function recordFor({ id, sent, sentAt, received, receivedAt, cancelledAt }: Transfer, type: TransferFact["type"]): StockRecord | undefined {
	if (type === "transfer.received")
		return received && { type: "transfer-received", transfer: id, lines: received, at: receivedAt as Instant };
	if (type === "transfer.sent") return sent && { type: "transfer-sent", transfer: id, lines: sent, at: sentAt as Instant };
	return cancelledAt === undefined ? undefined : { type: "transfer-cancel", transfer: id, at: cancelledAt };
}
