import { statSync } from "node:fs";
import type { Statement } from "better-sqlite3";
import type { Moment } from "../../words/time.ts";
import type { Book } from "../book.ts";
import type { Connection } from "../file/open.ts";
import { limits } from "../limits.ts";
import { openBallast } from "./ballast.ts";
import { keepSamples, type Space, spaceOf, usedBytes } from "./pressure.ts";
import { retentionOf } from "./retention.ts";

export interface MaintenanceDone {
	space: Space;
	/** The ballast file was deleted because the disk was full, and there is no room yet to write it again. */
	ballastGone: boolean;
	dropped: { B: number; C: number };
	/** Whether this step found something to do; another step may find more. */
	more: boolean;
}

export interface Maintenance {
	/** One bounded step of keeping the ledger within its budget; in transactions of its own. */
	maintain(budgetBytes: number, now: Moment): MaintenanceDone;
	/** Called when SQLite reported a full disk. True when room was made and the commit can be tried again. */
	relieve(now: Moment): boolean;
	/** A copy reads the log: it is not begun anew, but where the disk is full; then `lost` is called. */
	keepLog(lost: () => void): void;
}

/** The upkeep of one ledger. */
interface Upkeep {
	db: Connection;
	book: Book;
	ballast: ReturnType<typeof openBallast>;
	retention: ReturnType<typeof retentionOf>;
	getMeta: Statement<[string], { value: string }>;
	setMeta: Statement;
	/** Pages of the write-ahead log at which SQLite checkpoints: as it was opened, and as it is set for the room there is. */
	walPages: number;
	logPages: number;
	/** Bytes written, by the last `maintain`. */
	budget: number;
	/** By the monotonic clock. */
	relievedAtMs: number;
	/** Set while a copy reads the log. */
	lost: (() => void) | undefined;
}

export function openMaintenance(db: Connection, directory: string, book: Book): Maintenance {
	const walPages = db.pragma("wal_autocheckpoint", { simple: true }) as number;
	const upkeep: Upkeep = {
		db,
		book,
		ballast: openBallast(directory),
		retention: retentionOf(db, book),
		getMeta: db.prepare<[string], { value: string }>("SELECT value FROM meta WHERE key = ?"),
		setMeta: db.prepare("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"),
		walPages,
		logPages: walPages,
		budget: Number.MAX_SAFE_INTEGER,
		relievedAtMs: -limits.reliefPauseMs,
		lost: undefined,
	};
	keepLogShort(upkeep, spaceOf(upkeep.db, upkeep.budget).freeOnDiskBytes);
	return {
		keepLog(lost) {
			upkeep.lost = lost;
			upkeep.db.pragma("wal_autocheckpoint = 0");
		},
		maintain(budgetBytes, now) {
			upkeep.budget = budgetBytes;
			const before = spaceOf(upkeep.db, budgetBytes);
			upkeep.book.events.setThrift(before.rung === "full");
			keepLogShort(upkeep, before.freeOnDiskBytes);
			const { done, B, C } = step(upkeep, before, now);
			const space = spaceOf(upkeep.db, budgetBytes);
			if (done === 0 && space.rung !== "full") upkeep.ballast.takeOn();
			return { space, ballastGone: !upkeep.ballast.there(), dropped: { B, C }, more: done > 0 };
		},
		relieve(now) {
			if (now.monoMs - upkeep.relievedAtMs < limits.reliefPauseMs && now.monoMs >= upkeep.relievedAtMs) return false;
			upkeep.relievedAtMs = now.monoMs;
			const before = walBytes(upkeep);
			let madeRoom = upkeep.ballast.drop();
			upkeep.book.events.setThrift(true);
			keepLogShort(upkeep, 0);
			try {
				upkeep.lost?.();
				checkpoint(upkeep, "TRUNCATE");
				madeRoom ||= walBytes(upkeep) < before;
				for (let steps = 0; steps < 20; steps += 1) {
					const { done } = step(upkeep, { ...spaceOf(upkeep.db, upkeep.budget), rung: "full" }, now);
					if (done === 0) break;
					madeRoom = true;
					checkpoint(upkeep, "TRUNCATE");
				}
			} catch {
				// The disk became full again while room was made: what was freed stays free, the rest waits for the next try.
				upkeep.book.events.forget();
			}
			return madeRoom;
		},
	};
}

function checkpoint(upkeep: Upkeep, mode: "PASSIVE" | "TRUNCATE"): void {
	return void upkeep.db.pragma(`wal_checkpoint(${mode})`);
}

function walBytes(upkeep: Upkeep): number {
	return statSync(`${upkeep.db.name}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}

/** On a nearly full disk the log must not take the room that its own checkpoint needs. */
function keepLogShort(upkeep: Upkeep, freeBytes: number): void {
	if (upkeep.lost) return;
	const pages = Math.max(limits.walPagesLeast, Math.min(upkeep.walPages, Math.floor(freeBytes / 4_096 / limits.walShareOfFree)));
	if (pages !== upkeep.logPages) upkeep.db.pragma(`wal_autocheckpoint = ${(upkeep.logPages = pages)}`);
}

function number(upkeep: Upkeep, key: string): number {
	return Number(upkeep.getMeta.get(key)?.value ?? "0");
}

function inTransaction<T>(upkeep: Upkeep, act: () => T): T {
	upkeep.db.exec("BEGIN IMMEDIATE");
	try {
		const result = act();
		upkeep.book.events.flushHeads();
		upkeep.db.exec("COMMIT");
		return result;
	} catch (error) {
		if (upkeep.db.inTransaction) upkeep.db.exec("ROLLBACK");
		upkeep.book.events.forget();
		upkeep.book.memory.forget();
		throw error;
	}
}

/** Applies retention to one page of rows, gives freed pages back, and notes how much has been written so far. */
function step(upkeep: Upkeep, space: Space, now: Moment): { done: number; B: number; C: number } {
	const dropped = inTransaction(upkeep, () => {
		const before = usedBytes(upkeep.db);
		const result = upkeep.retention.step(space.rung, space.percent, now);
		if (space.rung !== "full") upkeep.retention.recordUnwritten(now);
		const freed = Math.max(0, before - usedBytes(upkeep.db));
		if (freed > 0) upkeep.setMeta.run("freedBytes", String(number(upkeep, "freedBytes") + freed));
		sample(upkeep, now);
		return result;
	});
	const freePages = upkeep.db.pragma("freelist_count", { simple: true }) as number;
	if (freePages > limits.vacuumedPages) {
		upkeep.db.pragma(`incremental_vacuum(${limits.vacuumedPages})`);
		dropped.done += 1;
	}
	if (dropped.done === 0 && !upkeep.lost && (walBytes(upkeep) > limits.walKeptBytes || space.rung !== "well"))
		checkpoint(upkeep, "TRUNCATE");
	return dropped;
}

function sample(upkeep: Upkeep, now: Moment): void {
	if (now.quality === "guess") return;
	const samples = upkeep.book.meta.growth();
	const next = keepSamples(samples, { atMs: Date.parse(now.wall), writtenBytes: usedBytes(upkeep.db) + number(upkeep, "freedBytes") });
	if (next.length !== samples.length || next[0]?.atMs !== samples[0]?.atMs) upkeep.setMeta.run("growth", JSON.stringify(next));
}
