import { statSync } from "node:fs";
import type { Moment } from "../../words/time.ts";
import type { Book } from "../book.ts";
import type { Connection } from "../file/open.ts";
import { limits } from "../limits.ts";
import { openBallast } from "./ballast.ts";
import { keepSamples, type Space, spaceOf, usedBytes } from "./pressure.ts";
import { retentionOf } from "./retention.ts";

export interface MaintenanceDone {
	space: Space;
	/** The ballast file was deleted because the disk was full, and there is not yet room to write it again. */
	ballastGone: boolean;
	dropped: { B: number; C: number };
	/** This step found something to do; another may too. */
	more: boolean;
}

export interface Maintenance {
	/** One bounded step of keeping the ledger within its budget; in transactions of its own. */
	maintain(budgetBytes: number, now: Moment): MaintenanceDone;
	/** SQLite said that the disk is full. True when room was made and the commit is worth another try. */
	relieve(now: Moment): boolean;
}

export function openMaintenance(db: Connection, directory: string, book: Book): Maintenance {
	const ballast = openBallast(directory);
	const retention = retentionOf(db, book);
	const getMeta = db.prepare<[string], { value: string }>("SELECT value FROM meta WHERE key = ?");
	const setMeta = db.prepare("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
	const walPages = db.pragma("wal_autocheckpoint", { simple: true }) as number;
	let logPages = walPages;
	let budget = Number.MAX_SAFE_INTEGER;
	let relievedAtMs = -limits.reliefPauseMs;

	const checkpoint = (mode: "PASSIVE" | "TRUNCATE"): void => void db.pragma(`wal_checkpoint(${mode})`);
	const walBytes = (): number => statSync(`${db.name}-wal`, { throwIfNoEntry: false })?.size ?? 0;
	/** On a nearly full disk the log must not take the room that its own checkpoint needs. */
	const keepLogShort = (freeBytes: number): void => {
		const pages = Math.max(limits.walPagesLeast, Math.min(walPages, Math.floor(freeBytes / 4_096 / limits.walShareOfFree)));
		if (pages !== logPages) db.pragma(`wal_autocheckpoint = ${(logPages = pages)}`);
	};
	const number = (key: string): number => Number(getMeta.get(key)?.value ?? "0");

	const inTransaction = <T>(act: () => T): T => {
		db.exec("BEGIN IMMEDIATE");
		try {
			const result = act();
			book.events.flushHeads();
			db.exec("COMMIT");
			return result;
		} catch (error) {
			if (db.inTransaction) db.exec("ROLLBACK");
			book.events.forget();
			throw error;
		}
	};

	/** Applies retention to one page of rows, gives freed pages back, and notes how much has been written so far. */
	function step(space: Space, now: Moment): { done: number; B: number; C: number } {
		const dropped = inTransaction(() => {
			const before = usedBytes(db);
			const result = retention.step(space.rung, space.percent, now);
			if (space.rung !== "full") retention.recordUnwritten(now);
			const freed = Math.max(0, before - usedBytes(db));
			if (freed > 0) setMeta.run("freedBytes", String(number("freedBytes") + freed));
			sample(now);
			return result;
		});
		const freePages = db.pragma("freelist_count", { simple: true }) as number;
		if (freePages > limits.vacuumedPages) {
			db.pragma(`incremental_vacuum(${limits.vacuumedPages})`);
			dropped.done += 1;
		}
		if (dropped.done === 0 && (walBytes() > limits.walKeptBytes || space.rung !== "well")) checkpoint("TRUNCATE");
		return dropped;
	}

	function sample(now: Moment): void {
		if (now.quality === "guess") return;
		const samples = book.meta.growth();
		const next = keepSamples(samples, { atMs: Date.parse(now.wall), writtenBytes: usedBytes(db) + number("freedBytes") });
		if (next.length !== samples.length || next[0]?.atMs !== samples[0]?.atMs) setMeta.run("growth", JSON.stringify(next));
	}

	keepLogShort(spaceOf(db, budget).freeOnDiskBytes);
	return {
		maintain(budgetBytes, now) {
			budget = budgetBytes;
			const before = spaceOf(db, budgetBytes);
			book.events.setThrift(before.rung === "full");
			keepLogShort(before.freeOnDiskBytes);
			const { done, B, C } = step(before, now);
			const space = spaceOf(db, budgetBytes);
			if (done === 0 && space.rung !== "full") ballast.takeOn();
			return { space, ballastGone: !ballast.there(), dropped: { B, C }, more: done > 0 };
		},
		relieve(now) {
			if (now.monoMs - relievedAtMs < limits.reliefPauseMs && now.monoMs >= relievedAtMs) return false;
			relievedAtMs = now.monoMs;
			const before = walBytes();
			let madeRoom = ballast.drop();
			book.events.setThrift(true);
			keepLogShort(0);
			try {
				checkpoint("TRUNCATE");
				madeRoom ||= walBytes() < before;
				for (let steps = 0; steps < 20; steps += 1) {
					const { done } = step({ ...spaceOf(db, budget), rung: "full" }, now);
					if (done === 0) break;
					madeRoom = true;
					checkpoint("TRUNCATE");
				}
			} catch {
				// Full again while making room: what was freed so far is free, the rest waits for the next try.
				book.events.forget();
			}
			return madeRoom;
		},
	};
}
