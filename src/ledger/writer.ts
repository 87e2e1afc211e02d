import type { Moment } from "../words/time.ts";
import type { BellName } from "./bell.ts";
import { type Book, writeBook } from "./book.ts";
import { writeChecksums } from "./file/checksum-file.ts";
import { openHighWaterMark } from "./file/high-water-mark.ts";
import { openChecked } from "./file/integrity-check.ts";
import { type Connection, ledgerFile, type OpenOptions } from "./file/open.ts";
import type { Answer, Call, Committed, Flows } from "./ledger.ts";
import { limits } from "./limits.ts";
import { LedgerRefusal } from "./refusal.ts";
import { type MaintenanceDone, openMaintenance } from "./space/maintenance.ts";

export interface Writer {
	/** Runs calls in one transaction; returns after its fsync. */
	run(calls: Call[]): Committed;
	/** One bounded step of keeping within the byte budget, in commits of its own. */
	maintain(budgetBytes: number, now: Moment): { done: MaintenanceDone; bells: BellName[] };
	book: Book;
	/**
	 * From now on SQLite checkpoints no more by itself. `lost` is called when the log had to be begun anew all the same, because the disk was
	 * full.
	 */
	keepLog(lost: () => void): KeptLog;
	close(): void;
}

/** The write-ahead log while a copy reads it. */
export interface KeptLog {
	/** Works the log into the pages as far as readers let it; answers whether all of it was. */
	checkpoint(): boolean;
	/** Frames in the log, and how many of them are not in the pages yet. */
	log(): { frames: number; left: number };
}

/** The writing half: runs calls in one transaction. Lives in the ledger worker; tests may hold it directly. */
export function createWriter(directory: string, flows: Flows, options: OpenOptions = {}): Writer {
	const db = openChecked(directory, options);
	const rung = new Set<BellName>();
	const book = writeBook(db, (bell) => rung.add(bell));
	const maintenance = openMaintenance(db, directory, book);
	const highWaterMark = openHighWaterMark(directory);
	const epoch = db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'epoch'");
	const noteHighWaterMark = (): void => highWaterMark.write({ epoch: epoch.get()!.value, seq: book.events.next() - 1 });
	noteHighWaterMark();
	const transact = openTransactions({ db, book, flows, rung, committed: noteHighWaterMark });

	return {
		book,
		run(calls) {
			for (let again = true; ; again = false) {
				try {
					return { answers: transact(calls), bells: [...rung] };
				} catch (error) {
					if (db.inTransaction) db.exec("ROLLBACK");
					book.events.forget();
					book.memory.forget();
					const isFull = isDiskTrouble(error) && error.code === "SQLITE_FULL";
					if (isFull && again && maintenance.relieve(calls.at(-1)!.now)) continue;
					const code = isFull ? "disk-full" : isDiskTrouble(error) ? "disk-failed" : "ledger-failed";
					return {
						answers: calls.map((call) => ({ n: call.n, ok: false, kind: "trouble", code, message: (error as Error).message })),
						bells: [],
					};
				}
			}
		},
		maintain(budgetBytes, now) {
			rung.clear();
			const done = maintenance.maintain(budgetBytes, now);
			noteHighWaterMark();
			return { done, bells: [...rung] };
		},
		keepLog(lost) {
			maintenance.keepLog(lost);
			const look = (mode: "NOOP" | "PASSIVE"): { frames: number; left: number } => {
				const [{ log, checkpointed }] = db.pragma(`wal_checkpoint(${mode})`) as [{ log: number; checkpointed: number }];
				return { frames: Math.max(0, log), left: Math.max(0, log - checkpointed) };
			};
			return { checkpoint: () => look("PASSIVE").left === 0, log: () => look("NOOP") };
		},
		close() {
			const opens = db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'opens'").get()!.value;
			const [done] = db.pragma("wal_checkpoint(TRUNCATE)") as [{ busy: number }];
			db.close();
			highWaterMark.close();
			// While a reader holds the log back, a part of the ledger is still in it; then no checksum file is written.
			if (done.busy === 0) writeChecksums(directory, ledgerFile(directory), opens);
		},
	};
}

interface TransactionDeps {
	db: Connection;
	book: Book;
	flows: Flows;
	/** Bells rung by the flows of this transaction; a refused call's are taken out again. */
	rung: Set<BellName>;
	committed(): void;
}

/**
 * Runs calls in one transaction; throws when the disk refuses, and then nothing is committed.
 *
 *   without savepoints ── no call refused ──▶ COMMIT
 *          │ one of several refused: ROLLBACK; the next `carefulCommits` transactions begin with savepoints
 *          ▼
 *   a savepoint for each call, undone where it refuses ──▶ COMMIT
 *
 * Most transactions contain no refusal, and a savepoint for each call costs time.
 */
function openTransactions({ db, book, flows, rung, committed }: TransactionDeps): (calls: Call[]) => Answer[] {
	const begin = db.prepare("BEGIN IMMEDIATE");
	const commit = db.prepare("COMMIT");
	const undoAll = db.prepare("ROLLBACK");
	const savepoint = db.prepare("SAVEPOINT flow");
	const release = db.prepare("RELEASE flow");
	const undo = db.prepare("ROLLBACK TO flow");
	let carefulLeft = 0;

	function valueOf(call: Call): unknown {
		const flow = flows[call.flow];
		if (!flow) throw new LedgerRefusal("flow-unknown", `no flow is called ${call.flow}`);
		return flow(book, call.args, call.now);
	}

	function runWithSavepoint(call: Call): Answer {
		const takeBack = book.events.savepoint();
		const before = [...rung];
		savepoint.run();
		try {
			const value = valueOf(call);
			release.run();
			return { n: call.n, ok: true, value };
		} catch (error) {
			// SQLITE_FULL and SQLITE_IOERR may have ended the whole transaction: then there is no savepoint to return to.
			if (!db.inTransaction) throw error;
			undo.run();
			release.run();
			takeBack();
			book.memory.forget();
			rung.clear();
			for (const bell of before) rung.add(bell);
			if (isDiskTrouble(error)) throw error;
			return refusalOf(call, error);
		}
	}

	/** Undefined when one of several calls was refused: the transaction was rolled back and nothing has changed. */
	function runWithoutSavepoints(calls: Call[]): Answer[] | undefined {
		try {
			return calls.map((call): Answer => ({ n: call.n, ok: true, value: valueOf(call) }));
		} catch (error) {
			if (!db.inTransaction || isDiskTrouble(error)) throw error;
			undoAll.run();
			book.events.forget();
			book.memory.forget();
			rung.clear();
			return calls.length === 1 ? [refusalOf(calls[0]!, error)] : undefined;
		}
	}

	return (calls) => {
		rung.clear();
		begin.run();
		book.memory.forget();
		let answers = carefulLeft > 0 && calls.length > 1 ? undefined : runWithoutSavepoints(calls);
		if (carefulLeft > 0) carefulLeft -= 1;
		if (!answers) {
			if (!db.inTransaction) {
				carefulLeft = limits.carefulCommits;
				begin.run();
			}
			answers = calls.map(runWithSavepoint);
		}
		if (db.inTransaction) {
			book.events.flushHeads();
			commit.run();
			committed();
		}
		return answers;
	};
}

function refusalOf(call: Call, error: unknown): Answer {
	if (error instanceof LedgerRefusal) return { n: call.n, ok: false, kind: "refusal", code: error.code, message: error.message };
	const message = `${call.flow}: ${(error as Error).stack ?? String(error)}`;
	return { n: call.n, ok: false, kind: "trouble", code: "flow-failed", message };
}

function isDiskTrouble(error: unknown): error is Error & { code: string } {
	return (
		error instanceof Error &&
		"code" in error &&
		typeof error.code === "string" &&
		/^SQLITE_(FULL|IOERR|CORRUPT|NOTADB|READONLY|CANTOPEN)/.test(error.code)
	);
}
