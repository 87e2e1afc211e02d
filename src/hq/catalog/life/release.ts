import { termsOf } from "../../../trust/approvers.ts";
import type { Actor } from "../../../words/actor.ts";
import { defined } from "../../../words/defined.ts";
import type { Price } from "../../../words/prices/price.ts";
import type { Instant } from "../../../words/time.ts";
import { wallOfInstant } from "../../../words/wall-time.ts";
import type { Db, Queries } from "../../database/database.ts";
import { HqRefusal } from "../../refusal.ts";
import { keepHeld, type StoreReason } from "../accept-push.ts";
import { nameOf } from "../guard-rails.ts";
import { type AddressedStore, addressedStores, namedStores, type PriceChange } from "../pushes.ts";
import { openedMembers, zoneOfChange } from "../waves/members.ts";
import { areWavesStopped, holdWaves, resumeWaves } from "../waves/roll-out.ts";
import { variantsByWave } from "../waves/write-wave.ts";
import { type ApprovalOf, termsOfChange, type Variant, variantsByZone, writePush } from "../write-push.ts";
import type { SignedRelease } from "./approval.ts";
import { endPrices } from "./end-prices.ts";
import { pricesHeldInStores, releaseInStores } from "./held-in-stores.ts";
import { holdPushRow, type PushOnFile, requireNotWithdrawn } from "./push-row.ts";

/** The result of an act on a push, and the stores that get new records by it. */
export interface PushMoved {
	/** How many changes were released, resumed, held or ended. */
	changes: number;
	stores: string[];
}

/** The code of a change that a person holds. Every other code is a guard rail's, and takes a second person. */
const byPerson = "by-person";

const isByRail = (code: string): boolean => code !== byPerson;

async function releasable(tx: Queries, id: string, by: Actor): Promise<PushOnFile> {
	const push = await holdPushRow(tx, id);
	requireNotWithdrawn(push);
	if (push.author === nameOf(by))
		throw new HqRefusal("own-push", `${push.author} pushed ${id}; another person has to release it. Nothing was changed.`);
	return push;
}

/** The canonical terms of all prices that a release at this time would let go, at HQ and in stores. Throws push-not-held. */
async function termsReleased(tx: Queries, push: PushOnFile, now: Instant): Promise<string[]> {
	const { changes } = await heldHere(tx, push, isByRail, now);
	const effectiveAt = effectiveFrom(push, now);
	const { variants } = await recipientsOf(tx, push, changes, effectiveAt);
	const here = variants.flatMap(({ changes, timeZone }) =>
		changes.map((change) => termsOfChange(change, { id: push.id, effectiveAt, now }, timeZone)),
	);
	const terms = [...here, ...(await pricesHeldInStores(tx, push.id))].map(termsOf);
	if (terms.length === 0) throw nothingHeld(push.id);
	return terms;
}

const nothingHeld = (id: string): HqRefusal => new HqRefusal("push-not-held", `Nothing of push ${id} waits for that. Nothing was changed.`);

/** The terms that an approver is asked to sign. Throws push-not-held where nothing waits. */
export function releaseTerms(db: Db, id: string, by: Actor, now: Instant): Promise<string[]> {
	return db.transaction(async (tx) => termsReleased(tx, await releasable(tx, id, by), now));
}

/** A second person releases what guard rails hold, at HQ or in stores. Throws own-push for the push's author. */
export function releasePush(db: Db, id: string, by: Actor, asked: Instant, signed?: SignedRelease): Promise<PushMoved> {
	return db.transaction(async (tx) => {
		const push = await releasable(tx, id, by);
		const now = signed?.at ?? asked;
		const approvalOf = signed?.approve(await termsReleased(tx, push, now));
		const inStores = await releaseInStores(tx, id, nameOf(by), approvalOf);
		const here = await letGo(tx, push, isByRail, { now, mayBeNothing: inStores.changes > 0, approvalOf });
		const moved = { changes: here.changes + inStores.changes, stores: [...new Set([...here.stores, ...inStores.stores])] };
		if (moved.changes > 0) await tx.query("UPDATE push SET approver = $2, released_at = $3 WHERE id = $1", [id, nameOf(by), now]);
		return moved;
	});
}

/** Releases the changes that a person held, and lets waves that stand go on; changes that guard rails hold stay held. */
export function resumePush(db: Db, id: string, by: Actor, now: Instant): Promise<PushMoved> {
	return db.transaction(async (tx) => {
		const push = await holdPushRow(tx, id);
		requireNotWithdrawn(push);
		// Released first, so that a wave that opens by it gets these changes too.
		const waits = await areWavesStopped(tx, id);
		const moved = await letGo(tx, push, (code) => code === byPerson, { now, mayBeNothing: waits });
		const sent = await resumeWaves(tx, await holdPushRow(tx, id), by, now);
		return { changes: moved.changes, stores: [...new Set([...moved.stores, ...sent])] };
	});
}

/** The changes that wait here for a reason that is meant, and their numbers among what was held. */
async function heldHere(
	tx: Queries,
	push: PushOnFile,
	isMeant: (code: string) => boolean,
	now: Instant,
): Promise<{ numbers: number[]; changes: PriceChange[] }> {
	const rows = await tx.query<{ n: number; change: string; reasons: string }>(
		"SELECT n, change, reasons FROM push_held WHERE push = $1 AND waits ORDER BY n",
		[push.id],
	);
	const meant = rows.filter(({ reasons }) => (JSON.parse(reasons) as StoreReason[]).some(({ code }) => isMeant(code)));
	return { numbers: meant.map(({ n }) => n), changes: meant.map(({ change }) => notBefore(JSON.parse(change) as PriceChange, now)) };
}

/** Of a push in waves, the stores of later waves get what is released here with the rest, when their wave opens. */
async function recipientsOf(
	tx: Queries,
	push: PushOnFile,
	changes: readonly PriceChange[],
	effectiveAt: string | undefined,
): Promise<{ stores: readonly AddressedStore[]; variants: Variant[]; isInWaves: boolean }> {
	const opened = await openedMembers(tx, push.id);
	if (opened) return { stores: opened, variants: variantsByWave(opened, changes), isInWaves: true };
	const stores = await addressedStores(tx, push.targets ?? "all");
	return { stores, variants: variantsByZone(stores, changes, effectiveAt), isInWaves: false };
}

const effectiveFrom = ({ effectiveAt }: PushOnFile, now: Instant): string | undefined =>
	effectiveAt === null ? undefined : laterOf(effectiveAt, now);

async function letGo(
	tx: Queries,
	push: PushOnFile,
	isMeant: (code: string) => boolean,
	{ now, mayBeNothing = false, approvalOf }: { now: Instant; mayBeNothing?: boolean; approvalOf?: ApprovalOf | undefined },
): Promise<PushMoved> {
	const { numbers, changes } = await heldHere(tx, push, isMeant, now);
	if (changes.length === 0 && mayBeNothing) return { changes: 0, stores: [] };
	if (changes.length === 0) throw nothingHeld(push.id);
	const effectiveAt = effectiveFrom(push, now);
	const { stores, variants, isInWaves } = await recipientsOf(tx, push, changes, effectiveAt);
	const { firstFrom } = await writePush(tx, {
		id: push.id,
		variants,
		effectiveAt,
		now,
		firstN: (await tx.query<{ n: number }>("SELECT coalesce(max(n), 0) + 1 AS n FROM push_change WHERE push = $1", [push.id]))[0]!.n,
		head: {
			changes: push.changes + changes.length,
			stores: isInWaves ? stores.map(({ id }) => id) : namedStores(push.targets ?? "all", stores),
		},
		isReleased: true,
		approvalOf,
	});
	await tx.query("UPDATE push_held SET waits = false WHERE push = $1 AND n = ANY($2::int[])", [push.id, numbers]);
	await tx.query("UPDATE push SET changes = changes + $2, first_from = least(first_from, $3) WHERE id = $1", [
		push.id,
		changes.length,
		firstFrom ?? null,
	]);
	return { changes: changes.length, stores: stores.map(({ id }) => id) };
}

/** A released price begins at its release and not in the past, so that it ranks above prices that were decided meanwhile. */
const notBefore = ({ from, ...change }: PriceChange, now: Instant): PriceChange => defined({ ...change, from: from && laterOf(from, now) });

const laterOf = (time: string, now: Instant): string => (/Z$/.test(time) && time < now ? now : time);

interface NotBegun {
	n: number;
	sku: string;
	version: number;
	variant: string | null;
	zone: string | null;
	body: string;
}

/**
 * Holds the prices that have not begun: they come into force nowhere until a person resumes them. Prices that have begun stay. Of a push
 * in waves no further wave opens.
 */
export function holdPush(db: Db, id: string, by: Actor, now: Instant): Promise<PushMoved> {
	return db.transaction(async (tx) => {
		const push = await holdPushRow(tx, id);
		requireNotWithdrawn(push);
		const rows = (
			await tx.query<NotBegun>(
				`SELECT c.n, c.sku, c.version, c.variant, ${zoneOfChange} AS zone, r.body FROM push_change c JOIN record r ON r.n = c.version
				 WHERE c.push = $1 AND c.ended_at IS NULL ORDER BY c.n, c.version`,
				[id],
			)
		)
			.map((row) => ({ ...row, price: (JSON.parse(row.body) as { price: Price }).price }))
			.filter(({ price }) => price.from > now);
		const isStopped = await holdWaves(tx, id, by, now);
		if (rows.length === 0 && isStopped) return { changes: 0, stores: [] };
		if (rows.length === 0)
			throw new HqRefusal("push-begun", `Every change of push ${id} has begun. To take it back: gondola hq withdraw ${id}`);
		const stores = await endPrices(tx, { push: id, prices: rows, at: now, isTakenBack: true });
		// A change may have a variant for each time zone; any of them serves here, because it has the times by the stores' own clocks.
		const held = [...Map.groupBy(rows, ({ n }) => n).values()].map(([row]) => row!);
		const reason = { code: byPerson, reason: `${nameOf(by)} holds it.` } satisfies StoreReason;
		const [last] = await tx.query<{ n: number }>("SELECT coalesce(max(n), 0) AS n FROM push_held WHERE push = $1", [id]);
		await keepHeld(
			tx,
			id,
			Math.max(last!.n, push.accepted),
			held.map(({ price, zone }) => ({ change: changeOf(price, zone), reasons: [reason] })),
		);
		await tx.query("UPDATE push SET changes = changes - $2 WHERE id = $1", [id, held.length]);
		return { changes: held.length, stores };
	});
}

/** The change as it was asked for: with instants, or with times by the stores' clocks where it has a variant per time zone. */
function changeOf({ version: _, push: __, from, until, ...price }: Price, zone: string | null): PriceChange {
	const again = (at: Instant): string => (zone === null ? at : wallOfInstant(at, zone));
	return { ...price, from: again(from), ...(until !== undefined && { until: again(until) }), article: {} };
}
