import { createHash, randomBytes } from "node:crypto";
import type { BoxKey } from "../../link/hq/repository.ts";
import type { HelloUp } from "../../link/protocol/messages.ts";
import type { PlaceApproval } from "../../trust/approvers.ts";
import type { Instant } from "../../words/time.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { releaseQuarantine } from "./quarantine.ts";
import { holdStore } from "./stores.ts";

export interface Granted {
	store: string;
	inc: number;
	/** The store's new password for the broker, shown once. */
	token: string;
}

/**
 * A box swap: the next box that HQ has never heard takes the next incarnation, and the old one is fenced from now on. `box`: the epoch of a
 * box that HQ knows, as the list of quarantines has it; that box gets the incarnation instead. Throws box-unknown, and box-not-let-in where
 * the store has keys and no box could take the place: the store would be left without one.
 */
export async function swapBox(db: Db, store: string, box: string | undefined, now: Instant, approval?: PlaceApproval): Promise<Granted> {
	return db.transaction(async (tx) => {
		await holdStore(tx, store);
		await requireWelcome(tx, store, box);
		return grant(tx, store, box, now, approval);
	});
}

/** The next incarnation, for a key that has just enrolled. */
export function grantIncarnation(db: Db, store: string, now: Instant, approval?: PlaceApproval): Promise<Granted> {
	return db.transaction(async (tx) => {
		await holdStore(tx, store);
		return grant(tx, store, undefined, now, approval);
	});
}

async function requireWelcome(tx: Queries, store: string, box: string | undefined): Promise<void> {
	const [any] = await tx.query("SELECT 1 FROM store_key WHERE store = $1 LIMIT 1", [store]);
	if (box === undefined) {
		if (!any) return;
		throw new HqRefusal(
			"box-not-let-in",
			`Boxes of store ${store} have keys, so that a new one gets in by a code only: gondola hq enroll ${store} --again. Nothing was changed.`,
		);
	}
	const known = await tx.query<{ kid: string | null }>(
		`SELECT kid FROM quarantine_epoch WHERE store = $1 AND epoch = $2
		 UNION ALL SELECT k.kid FROM up_epoch u LEFT JOIN store_key k ON k.store = u.store AND k.ended_at IS NULL AND u.current
		 WHERE u.store = $1 AND u.epoch = $2 AND u.stream = 'facts'`,
		[store, box],
	);
	if (known.length === 0)
		throw new HqRefusal("box-unknown", `Store ${store} has no box ${box}. GET /api/v1/stores/${store}/quarantine lists them.`);
	if (!any) return;
	const live = await tx.query("SELECT 1 FROM store_key WHERE store = $1 AND ended_at IS NULL AND kid = ANY($2)", [
		store,
		known.flatMap(({ kid }) => (kid === null ? [] : [kid])),
	]);
	if (live.length === 0)
		throw new HqRefusal(
			"box-not-let-in",
			`No key of box ${box} counts any more: it would not be let in, and the box that works now would be shut out. ` +
				`Enrol it again: gondola hq enroll ${store} --again. Nothing was changed.`,
		);
}

async function grant(tx: Queries, store: string, box: string | undefined, now: Instant, approval?: PlaceApproval): Promise<Granted> {
	const token = randomBytes(24).toString("base64url");
	const [row] = await tx.query<{ inc: number }>(
		`UPDATE store SET inc = inc + 1, fenced = false, token_sha256 = $2, place_approval = coalesce($3, place_approval) WHERE id = $1
		 RETURNING inc`,
		[store, createHash("sha256").update(token).digest("hex"), approval ? JSON.stringify(approval) : null],
	);
	if (approval && (approval.act.inc !== row!.inc || approval.act.box !== box))
		throw new HqRefusal("approval-refused", `Another box got the place of store ${store} meanwhile; sign again. Nothing was changed.`);
	await tx.query(
		`INSERT INTO incarnation (store, inc, box, granted_at) VALUES ($1, $2, $3, $4)
		 ON CONFLICT (store) DO UPDATE SET inc = excluded.inc, box = excluded.box, granted_at = excluded.granted_at, taken_by = NULL,
		  taken_at = NULL`,
		[store, row!.inc, box ?? null, now],
	);
	return { store, inc: row!.inc, token };
}

/**
 * The incarnation this box may take, if one waits for it: again the same one, because a welcome may be lost. Where the store has keys, one
 * that was granted at an enrolment waits for the key that enrolled, whatever its ledger is; a box whose key has ended takes none.
 */
export async function takeIncarnation(
	db: Db,
	store: string,
	hello: HelloUp,
	key: BoxKey | undefined,
	now: Instant,
): Promise<number | undefined> {
	if (key?.ended) return undefined;
	const head = hello.up.facts;
	if (!head) return undefined;
	const taken = await db.transaction(async (tx) => {
		await holdStore(tx, store);
		const [state] = await tx.query<{ inc: number; granted: number | null; box: string | null; taken_by: string | null }>(
			`SELECT s.inc, i.inc AS granted, i.box, i.taken_by FROM store s LEFT JOIN incarnation i ON i.store = s.id AND i.inc = s.inc
			 WHERE s.id = $1 AND NOT s.fenced`,
			[store],
		);
		if (!state || state.inc <= hello.inc) return undefined;
		if (state.taken_by === head.epoch) return state.inc;
		if (state.taken_by !== null) return undefined;
		const heard = await tx.query("SELECT 1 FROM up_epoch WHERE store = $1 AND epoch = $2 LIMIT 1", [store, head.epoch]);
		const isNew = heard.length === 0 && !head.parent;
		const isGrantedToKey = key !== undefined && key.inc === state.inc;
		if (!isGrantedToKey && (state.box === null ? !isNew : state.box !== head.epoch)) return undefined;
		if (key) await tx.query("UPDATE store_key SET inc = $2 WHERE kid = $1", [key.kid, state.inc]);
		await tx.query(
			`INSERT INTO incarnation (store, inc, box, granted_at, taken_by, taken_at) VALUES ($1, $2, NULL, $4, $3, $4)
			 ON CONFLICT (store) DO UPDATE SET inc = excluded.inc, taken_by = excluded.taken_by, taken_at = excluded.taken_at`,
			[store, state.inc, head.epoch, now],
		);
		// A spare that took over the former box's ledger has its grants and its alarms.
		const [continued] = await tx.query("SELECT 1 FROM up_epoch WHERE store = $1 AND stream = 'facts' AND current AND epoch = ANY($2)", [
			store,
			[head.epoch, ...(head.parent ? [head.parent.epoch] : [])],
		]);
		if (continued) return state.inc;
		// The grants of the former box are void: the new one does not reserve that stock, and is asked for grants of its own.
		await tx.query("UPDATE stock_grant SET granted = used WHERE store = $1", [store]);
		// The new box reports its own alarms; those of the former box would never be cleared.
		await tx.query("DELETE FROM store_alarm WHERE store = $1", [store]);
		return state.inc;
	});
	if (taken !== undefined) await releaseQuarantine(db, store, head.epoch);
	return taken;
}
