/** Goods between stores: planned and cancelled here, sent and received there. What is sent and not received is in transit. */

import type { HelloUp } from "../../link/protocol/messages.ts";
import { canonicalText } from "../../words/basics/canonical-text.ts";
import type { Instant } from "../../words/time.ts";
import {
	differencesOf,
	stepTransfer,
	type Transfer,
	type TransferDifference,
	type TransferLine,
	type TransferPlan,
	type TransferState,
} from "../../words/transfers/transfer.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { articleUnknown, skusOf } from "../stock/articles.ts";
import { holdStore } from "../stores/stores.ts";
import { sendToOne } from "../streams/to-all.ts";

export interface AskedTransferAtHq {
	id: string;
	from: string;
	to: string;
	lines: { sku: string; quantity?: number | undefined; milligrams?: number | undefined }[];
}

export type TransferAtHq = Transfer & { differences?: TransferDifference[]; cancelAsked?: true };

interface Row {
	asked: string;
	body: string;
	cancelling: boolean;
}

const shown = ({ body, cancelling }: Row): TransferAtHq => {
	const transfer = JSON.parse(body) as Transfer;
	const differences = differencesOf(transfer);
	const asked = cancelling && transfer.state === "planned";
	return { ...transfer, ...(differences.length > 0 && { differences }), ...(asked && { cancelAsked: true as const }) };
};

export async function findTransfer(tx: Queries, id: string, lock = ""): Promise<(Row & { transfer: Transfer }) | undefined> {
	const [row] = await tx.query<Row>(`SELECT asked, body, cancelling FROM transfer WHERE id = $1 ${lock}`, [id]);
	return row && { ...row, transfer: JSON.parse(row.body) as Transfer };
}

export async function planTransfer(
	db: Db,
	asked: AskedTransferAtHq,
	by: string,
	now: Instant,
): Promise<{ created: boolean; transfer: TransferAtHq }> {
	const text = canonicalText(asked);
	if (asked.from === asked.to) throw new HqRefusal("bad-field", "to: a transfer goes to another store.");
	return db.transaction(async (tx) => {
		for (const store of [asked.from, asked.to].sort()) await holdStore(tx, store);
		// One at a time: of two with one id the second finds the first.
		await tx.query("SELECT last FROM counter FOR UPDATE");
		const known = await findTransfer(tx, asked.id);
		if (known && known.asked !== "" && known.asked !== text)
			throw new HqRefusal("transfer-differs", `Transfer ${asked.id} was planned with other contents. Give this one an id of its own.`);
		if (known) return { created: false, transfer: shown(known) };
		for (const store of [asked.from, asked.to]) await checkAble(tx, store);
		const plan: TransferPlan = { id: asked.id, from: asked.from, to: asked.to, lines: await linesOf(tx, asked.lines), at: now, by };
		await insertTransfer(tx, plan, text);
		for (const store of [plan.from, plan.to]) await sendToOne(tx, store, [{ type: "transfer", transfer: plan }]);
		return { created: true, transfer: { ...plan, state: "planned" } };
	});
}

async function checkAble(tx: Queries, store: string): Promise<void> {
	const [row] = await tx.query<{ hello: string | null }>("SELECT hello FROM store WHERE id = $1", [store]);
	const hello = row?.hello == null ? undefined : (JSON.parse(row.hello) as HelloUp);
	if (hello && !hello.can?.includes("transfers"))
		throw new HqRefusal("store-too-old", `Store ${store} runs build ${hello.build}, which knows no transfers. Update its gateway.`);
}

async function linesOf(tx: Queries, asked: AskedTransferAtHq["lines"]): Promise<TransferLine[]> {
	const skus = await skusOf(
		tx,
		asked.map(({ sku }) => sku),
	);
	const rows = await tx.query<{ sku: string; body: string }>("SELECT sku, body FROM article WHERE sku = ANY($1)", [[...skus.values()]]);
	const weighed = new Set(rows.filter(({ body }) => (JSON.parse(body) as { weighed?: boolean }).weighed === true).map(({ sku }) => sku));
	const seen = new Set<string>();
	return asked.map(({ sku: given, quantity, milligrams }) => {
		const sku = skus.get(given);
		if (sku === undefined) throw articleUnknown(given);
		if (seen.has(sku)) throw new HqRefusal("bad-field", `lines: ${sku} stands there twice. Give one line for each article.`);
		seen.add(sku);
		const amount = weighed.has(sku) ? milligrams : quantity;
		if (amount === undefined)
			throw new HqRefusal(
				"unit-unclear",
				`${sku} is sold by ${weighed.has(sku) ? "weight: give milligrams" : "the piece: give a quantity"}. Nothing was planned.`,
			);
		return { sku, quantity: amount };
	});
}

/** False when the id is known. `asked`: empty where a store gave the plan back. */
export async function insertTransfer(tx: Queries, plan: TransferPlan, asked: string): Promise<boolean> {
	const made = await tx.query(
		`INSERT INTO transfer (id, from_store, to_store, state, asked, body, cancelling, at) VALUES ($1, $2, $3, 'planned', $4, $5, false, $6)
		 ON CONFLICT (id) DO NOTHING RETURNING 1`,
		[plan.id, plan.from, plan.to, asked, JSON.stringify({ ...plan, state: "planned" }), plan.at],
	);
	return made.length > 0;
}

/** Keeps what became of a transfer, and what of it is on the way. */
export async function keepTransfer(tx: Queries, transfer: Transfer): Promise<void> {
	const { id, to, state, sent, received } = transfer;
	await tx.query("UPDATE transfer SET state = $2, body = $3 WHERE id = $1", [id, state, JSON.stringify(transfer)]);
	await tx.query("DELETE FROM in_transit WHERE transfer = $1", [id]);
	if (!sent || received) return;
	for (const { sku, quantity } of sent)
		if (quantity > 0)
			await tx.query("INSERT INTO in_transit (transfer, store, sku, quantity) VALUES ($1, $2, $3, $4)", [id, to, sku, quantity]);
}

/** Asks the sending store to cancel: it alone knows whether the goods have left. */
export async function cancelTransfer(db: Db, id: string, now: Instant): Promise<TransferAtHq> {
	return db.transaction(async (tx) => {
		await tx.query("SELECT last FROM counter FOR UPDATE");
		const known = await findTransfer(tx, id, "FOR UPDATE");
		if (!known) throw transferUnknown(id);
		const { transfer, cancelling } = known;
		if (transfer.state === "cancelled" || cancelling) return shown(known);
		if (!stepTransfer(transfer, { act: "cancel", at: now }))
			throw new HqRefusal("transfer-over", `Transfer ${id} is ${transfer.state}: the goods have left store ${transfer.from}.`);
		await tx.query("UPDATE transfer SET cancelling = true WHERE id = $1", [id]);
		await sendToOne(tx, transfer.from, [{ type: "transfer-cancel", transfer: id, at: now }]);
		return shown({ ...known, cancelling: true });
	});
}

const transferUnknown = (id: string): HqRefusal =>
	new HqRefusal("transfer-unknown", `No transfer has the id ${id}. GET /api/v1/transfers lists them.`);

export async function requireTransfer(db: Queries, id: string): Promise<TransferAtHq> {
	const known = await findTransfer(db, id);
	if (!known) throw transferUnknown(id);
	return shown(known);
}

export interface AskedTransfers {
	store?: string | undefined;
	state?: TransferState | undefined;
	after: string;
	limit: number;
}

/** By id. `store`: at either end. */
export async function listTransfers(db: Queries, { store, state, after, limit }: AskedTransfers): Promise<TransferAtHq[]> {
	const rows = await db.query<Row>(
		`SELECT asked, body, cancelling FROM transfer WHERE id > $1 AND ($2::text IS NULL OR from_store = $2 OR to_store = $2)
		 AND ($3::text IS NULL OR state = $3) ORDER BY id LIMIT $4`,
		[after, store ?? null, state ?? null, limit],
	);
	return rows.map(shown);
}
