/**
 * Rows that are deleted when space is short, and in which order. Facts that HQ does not have are never deleted.
 *
 *   rung      facts and notes HQ has, kept for   notes HQ does not have
 *   well      30 days                            all
 *   short     7 days                             C: every tenth
 *   shorter   1 day                              C: none          B: every tenth
 *   full      the last rows                      C: none, and no new ones   B: none
 *
 * Minutes of watched temperatures go by age alone (`coldChainDays`), and their record says up to when.
 *
 * A dropped note leaves a gap in its stream, which the link reports (LINK rule 11); every drop is counted in a `loss.recorded`
 * fact of the same commit.
 */
import type { EventType } from "../../words/event.ts";
import { streamOf } from "../../words/streams/event-streams.ts";
import type { Instant, Moment } from "../../words/time.ts";
import type { Book } from "../book.ts";
import type { Connection } from "../file/open.ts";
import { limits } from "../limits.ts";
import type { Rung } from "./pressure.ts";

export type EventClass = "A" | "B" | "C";

/** A note of class C resembles the next one of its kind; a note of class B does not. */
const classC: ReadonlySet<EventType> = new Set<EventType>([
	"weight.settled",
	"device.troubled",
	"device.recovered",
	"alarm.raised",
	"alarm.cleared",
	"alarm.acknowledged",
	"line.changed",
]);

export const classOf = (type: EventType): EventClass => (streamOf(type) === "facts" ? "A" : classC.has(type) ? "C" : "B");

const keptDays: Readonly<Record<Rung, number>> = { well: limits.keptDays, short: 7, shorter: 1, full: 0 };
const oneIn: Readonly<Record<Rung, Readonly<Record<"B" | "C", number>>>> = {
	well: { C: 1, B: 1 },
	short: { C: 10, B: 1 },
	shorter: { C: 0, B: 10 },
	full: { C: 0, B: 0 },
};
const rungs: readonly Rung[] = ["well", "short", "shorter", "full"];

export interface RetentionDone {
	done: number;
	B: number;
	C: number;
}

const daysBefore = (wall: Instant, days: number): Instant => new Date(Date.parse(wall) - days * 86_400_000).toISOString();

function statementsOf(db: Connection) {
	const acked = db.prepare<[string], { acked: number; last: number }>("SELECT acked, last FROM head WHERE name = ?");
	const old = db.prepare(`DELETE FROM event WHERE seq IN (
		SELECT seq FROM event WHERE stream = ? AND stream_seq <= ? ORDER BY stream_seq LIMIT ?) AND at < ?`);
	const notes = db.prepare<[number, number, number], { seq: number; type: EventType; stream_seq: number }>(
		"SELECT seq, type, stream_seq FROM event WHERE stream = 'notes' AND stream_seq > ? AND stream_seq < ? ORDER BY stream_seq LIMIT ?",
	);
	const drop = db.prepare("DELETE FROM event WHERE seq = ?");
	const getMeta = db.prepare<[string], { value: string }>("SELECT value FROM meta WHERE key = ?");
	const setMeta = db.prepare("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
	const dropMeta = db.prepare("DELETE FROM meta WHERE key = ?");
	const settledJobs = db.prepare(
		"DELETE FROM print_job WHERE n IN (SELECT n FROM print_job WHERE state IN ('printed', 'sent', 'failed') AND changed_at < ? ORDER " +
			"BY n LIMIT ?)",
	);
	const oldResults = db.prepare("DELETE FROM command_result WHERE at < ?");
	const oldReceived = db.prepare("DELETE FROM told WHERE n IN (SELECT n FROM told WHERE at < ? ORDER BY n LIMIT ?)");
	const oldRuns = db.prepare(
		"DELETE FROM told_run WHERE (stream, first) IN (SELECT stream, first FROM told_run WHERE at < ? ORDER BY at LIMIT ?)",
	);
	const oldSeals = db.prepare("DELETE FROM told_seal WHERE at < ? AND id NOT IN (SELECT seal FROM told_run)");
	const oldAlarms = db.prepare("DELETE FROM alarm WHERE cleared_at < ?");
	// A movement from before the count no longer counts; its id is kept as long as somebody might send it again.
	const oldMovements = db.prepare(`DELETE FROM movement WHERE id IN (
		SELECT m.id FROM movement m JOIN on_hand h ON h.sku = m.sku WHERE h.counted_at IS NOT NULL AND m.occurred_at < h.counted_at
		 AND m.occurred_at < ? LIMIT ?)`);
	const oldMinutes = db.prepare("DELETE FROM cold_minute WHERE sensor = ? AND minute <= ?");
	const oldGaps = db.prepare("DELETE FROM cold_gap WHERE sensor = ? AND last <= ?");
	const agedCold = db.prepare<[number], { n: number; first: number; dropped: number }>(
		"SELECT n, first, dropped FROM cold_sensor WHERE max(first - 1, dropped) < ?",
	);
	const oldTags = db.prepare("DELETE FROM tag_seen WHERE at < ?");
	const setDropped = db.prepare("UPDATE cold_sensor SET dropped = ? WHERE n = ?");
	return {
		acked,
		old,
		notes,
		drop,
		getMeta,
		setMeta,
		dropMeta,
		settledJobs,
		oldResults,
		oldReceived,
		oldRuns,
		oldSeals,
		oldAlarms,
		oldMovements,
		oldMinutes,
		oldGaps,
		agedCold,
		setDropped,
		oldTags,
	};
}

export function retentionOf(db: Connection, book: Book) {
	const { acked, old, notes, drop, getMeta, setMeta, dropMeta, ...aged } = statementsOf(db);

	/** Deletes one page of what HQ has; returns how many rows. While the clock is a guess, ages are unknown and only rung `full` deletes. */
	function forgetOld(rung: Rung, now: Moment): number {
		if (now.quality === "guess" && rung !== "full") return 0;
		const before = keptDays[rung] === 0 ? "9999" : daysBefore(now.wall, keptDays[rung]);
		let gone = 0;
		for (const stream of ["facts", "notes"])
			gone += old.run(stream, acked.get(stream)!.acked - limits.comparedRows, limits.retentionPageRows, before).changes;
		gone += old.run("kept", Number.MAX_SAFE_INTEGER, limits.retentionPageRows, before).changes;
		gone += aged.oldReceived.run(before, limits.retentionPageRows).changes;
		gone += aged.oldRuns.run(before, limits.retentionPageRows).changes + aged.oldSeals.run(before).changes;
		if (now.quality === "guess") return gone;
		gone += aged.settledJobs.run(daysBefore(now.wall, Math.max(1, keptDays[rung])), limits.retentionPageRows).changes;
		gone += aged.oldMovements.run(daysBefore(now.wall, limits.movementDays), limits.retentionPageRows).changes;
		gone += aged.oldResults.run(daysBefore(now.wall, limits.commandResultDays)).changes;
		gone += forgetMinutes(now) + aged.oldTags.run(daysBefore(now.wall, 1)).changes;
		return gone + aged.oldAlarms.run(daysBefore(now.wall, limits.movementDays)).changes;
	}

	/** Deletes minutes that are too old, a page at a time, and notes in the same transaction up to which. */
	function forgetMinutes(now: Moment): number {
		const before = Math.floor(Date.parse(now.wall) / 60_000) - limits.coldChainDays * 1_440;
		let gone = 0;
		for (const { n, first, dropped } of aged.agedCold.all(before)) {
			const upTo = Math.min(before, Math.max(first - 1, dropped) + limits.retentionPageRows);
			gone += aged.oldMinutes.run(n, upTo).changes + aged.oldGaps.run(n, upTo).changes;
			gone += aged.setDropped.run(upTo, n).changes;
		}
		return gone;
	}

	/** One page of notes HQ does not have, in order; a higher rung begins again at the first. */
	function dropNotes(rung: Rung, now: Moment, percent: number): RetentionDone {
		const key = `thinned:${rung}`;
		const head = acked.get("notes")!;
		const from = Math.max(head.acked, Number(getMeta.get(key)?.value ?? "0"));
		const page = notes.all(from, head.last, limits.retentionPageRows);
		if (page.length === 0) return { done: 0, B: 0, C: 0 };
		const gone: Record<"B" | "C", number[]> = { B: [], C: [] };
		for (const row of page) {
			const kind = classOf(row.type);
			if (kind === "A") continue;
			const every = oneIn[rung][kind];
			if (every === 1 || (every > 1 && row.stream_seq % every === 0)) continue;
			drop.run(row.seq);
			gone[kind].push(row.seq);
		}
		setMeta.run(key, String(page.at(-1)!.stream_seq));
		for (const kind of ["C", "B"] as const)
			recordLoss(kind, gone[kind].length, gone[kind][0]!, gone[kind].at(-1)!, `space: ${percent} % used`, now);
		return { done: page.length, B: gone.B.length, C: gone.C.length };
	}

	function recordLoss(kind: "B" | "C", count: number, fromSeq: number, toSeq: number, why: string, now: Moment): void {
		if (count > 0) book.events.append({ type: "loss.recorded", class: kind, count, fromSeq, toSeq, why }, now);
	}

	return {
		/** One bounded step, inside a transaction of the caller's. */
		step(rung: Rung, percent: number, now: Moment): RetentionDone {
			for (const passed of rungs.slice(rungs.indexOf(rung) + 1)) dropMeta.run(`thinned:${passed}`);
			const forgotten = forgetOld(rung, now);
			if (forgotten > 0 || rung === "well") return { done: forgotten, B: 0, C: 0 };
			return dropNotes(rung, now, percent);
		},
		/** Counts the notes that were not written while the disk was full in a `loss.recorded` fact, once there is room for it. */
		recordUnwritten(now: Moment): void {
			const unkept = book.events.takeUnkept();
			if (unkept) recordLoss("C", unkept.count, unkept.fromSeq, unkept.toSeq, "the disk was full", now);
		},
	};
}
