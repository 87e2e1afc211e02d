/** Positions of the streams to HQ. Only HQ's acknowledgement moves them. */
import type { Book } from "../../ledger/ledger.ts";
import type { Moment } from "../../words/time.ts";
import { clear, raise } from "../alarms.ts";

export function moveUpPosition(
	book: Book,
	{ stream, epoch, upTo }: { stream: "facts" | "notes"; epoch: string; upTo: number; hash?: string },
	now: Moment,
): void {
	// An acknowledgement of another epoch is from before this ledger was restored.
	if (book.link.up(stream).epoch !== epoch) return;
	book.link.moveUp(stream, upTo);
	book.link.set("lastContactAt", now.wall);
}

/**
 * Begins a new epoch of the streams to HQ: after a backup was restored, or when HQ has another history. `ackedTo` is the newest record that
 * both sides have (left out: what HQ acknowledged); what comes after it goes up again under its old ids, by which HQ knows it.
 */
export function openUpEpoch(
	book: Book,
	{ ackedTo = {}, why = "restored" }: { ackedTo?: Partial<Record<"facts" | "notes", number>>; why?: string },
	now: Moment,
): { epoch: string } {
	const baseOf = (stream: "facts" | "notes"): { position: number; hash: string } => {
		const { acked, last, hash } = book.link.up(stream);
		const position = Math.min(ackedTo[stream] ?? acked, last);
		const known = position === last ? hash : book.link.upHash(stream, position);
		// Without its chain hash a record cannot be the start of the new epoch; then everything still in the ledger goes up again.
		return known === undefined ? { position: 0, hash: book.link.upHash(stream, 0)! } : { position, hash: known };
	};
	const epoch = book.epochs.open({ facts: baseOf("facts"), notes: baseOf("notes") }, why, now.wall);
	book.events.flushHeads();
	book.events.forget();
	return { epoch };
}

export function recordLine(book: Book, { up, why }: { up: boolean; why?: string }, now: Moment): void {
	if (up) {
		book.link.set("lastContactAt", now.wall);
		clear(book, "hq-out-of-reach", "hq", now);
	} else raise(book, { code: "hq-out-of-reach", subject: "hq", facts: { device: "hq", why: why ?? "" } }, now);
	book.events.append({ type: "line.changed", up, why: why ?? null }, now);
}

export interface Identity {
	store?: string;
	tenant?: string;
	inc?: number;
	locale?: string;
	timeZone?: string;
}

/** `redraws`: locale or time zone changed, so texts on labels may change too. */
export function setIdentity(book: Book, identity: Identity): { redraws: boolean } {
	const before = [book.link.locale(), book.link.timeZone()];
	if (identity.store !== undefined) book.link.set("store", identity.store);
	if (identity.tenant !== undefined) book.link.set("tenant", identity.tenant);
	if (identity.inc !== undefined) book.link.set("inc", String(identity.inc));
	if (identity.locale !== undefined) book.link.set("locale", identity.locale);
	if (identity.timeZone !== undefined) book.link.set("timeZone", identity.timeZone);
	book.events.flushHeads();
	book.events.forget();
	return { redraws: book.link.locale() !== before[0] || book.link.timeZone() !== before[1] };
}

/**
 * The daemon is up. `afterCrash`: the run before recorded no stop, so it ended by a crash or a power cut. `isUpgraded`: it was of an older
 * build, which did not keep all that this one keeps of each price.
 */
export function recordStart(
	book: Book,
	{ version, boot }: { version: string; boot: string },
	now: Moment,
): { afterCrash: boolean; isUpgraded: boolean } {
	const isUpgraded = book.link.isUpgraded();
	book.link.set("ranShape", book.link.shape());
	const afterCrash = book.link.boot() !== undefined && !book.link.stoppedCleanly();
	book.link.set("boot", boot);
	book.link.set("cleanStop", "0");
	book.events.append({ type: "gateway.started", version, boot, afterCrash }, now);
	return { afterCrash, isUpgraded };
}

export function recordStop(book: Book): void {
	book.link.set("cleanStop", "1");
}

/** Once a minute: the latest time this box is sure has passed, so that a clock that jumps back is noticed after a restart too. */
export function keepClockFloor(book: Book, _: object, now: Moment): void {
	const floor = book.link.clockFloor();
	if (now.quality === "guess") return;
	if (floor === null || floor < now.wall) book.link.set("clockFloor", now.wall);
}

export function storeCommandResult(book: Book, { id, code, out }: { id: string; code: string; out: unknown }, now: Moment): void {
	book.link.storeResult(id, code, out, now.wall);
}
