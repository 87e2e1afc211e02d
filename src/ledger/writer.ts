import type { Moment } from "../words/time.ts";
import type { BellName } from "./bell.ts";
import { type Book, writeBook } from "./book.ts";
import { writeChecksums } from "./file/checksum-file.ts";
import { openHighWaterMark } from "./file/high-water-mark.ts";
import { openChecked } from "./file/integrity-check.ts";
import { ledgerFile, type OpenOptions } from "./file/open.ts";
import type { Answer, Call, Committed, Flows } from "./ledger.ts";
import { limits } from "./limits.ts";
import { LedgerRefusal } from "./refusal.ts";
import { type MaintenanceDone, openMaintenance } from "./space/maintenance.ts";

export interface Writer {
	/** Runs calls in one transaction; returns after its fsync. */
	run(calls: Call[]): Committed;
	/** One bounded step of keeping within the byte budget, in commits of its own. */
	tend(budgetBytes: number, now: Moment): { tended: MaintenanceDone; bells: BellName[] };
	book: Book;
	close(): void;
}

/** The writing half: runs calls in one transaction. Lives in the ledger worker; tests may hold it directly. */
export function createWriter(directory: string, flows: Flows, options: OpenOptions = {}): Writer {
	const db = openChecked(directory, options);
	const rung = new Set<BellName>();
	const book = writeBook(db, (bell) => rung.add(bell));
	const maintenance = openMaintenance(db, directory, book);
	const headFile = openHighWaterMark(directory);
	const epoch = db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'epoch'");
	const noteHead = (): void => headFile.write({ epoch: epoch.get()!.value, seq: book.events.next() - 1 });
	noteHead();
	const begin = db.prepare("BEGIN IMMEDIATE");
	const commit = db.prepare("COMMIT");
	const undoAll = db.prepare("ROLLBACK");
	const savepoint = db.prepare("SAVEPOINT flow");
	const release = db.prepare("RELEASE flow");
	const undo = db.prepare("ROLLBACK TO flow");

	const refusalOf = (call: Call, error: unknown): Answer => {
		if (error instanceof LedgerRefusal) return { n: call.n, ok: false, kind: "refusal", code: error.code, message: error.message };
		return {
			n: call.n,
			ok: false,
			kind: "trouble",
			code: "flow-failed",
			message: `${call.flow}: ${(error as Error).stack ?? String(error)}`,
		};
	};

	const runOne = (call: Call): Answer => {
		const takeBack = book.events.mark();
		const before = [...rung];
		savepoint.run();
		try {
			const flow = flows[call.flow];
			if (!flow) throw new LedgerRefusal("flow-unknown", `no flow is called ${call.flow}`);
			const value = flow(book, call.args, call.now);
			release.run();
			return { n: call.n, ok: true, value };
		} catch (error) {
			// SQLITE_FULL and SQLITE_IOERR may have ended the whole transaction; then there is no savepoint to go back to.
			if (!db.inTransaction) throw error;
			undo.run();
			release.run();
			takeBack();
			rung.clear();
			for (const bell of before) rung.add(bell);
			if (isDiskTrouble(error)) throw error;
			return refusalOf(call, error);
		}
	};

	/** Calls without a way back each; undefined when one said no: then nothing has happened. */
	const runBare = (calls: Call[]): Answer[] | undefined => {
		let at = 0;
		try {
			const answers: Answer[] = [];
			for (; at < calls.length; at += 1) {
				const call = calls[at]!;
				const flow = flows[call.flow];
				if (!flow) throw new LedgerRefusal("flow-unknown", `no flow is called ${call.flow}`);
				answers.push({ n: call.n, ok: true, value: flow(book, call.args, call.now) });
			}
			return answers;
		} catch (error) {
			if (!db.inTransaction || isDiskTrouble(error)) throw error;
			undoAll.run();
			book.events.forget();
			rung.clear();
			return calls.length === 1 ? [refusalOf(calls[0]!, error)] : undefined;
		}
	};

	// Most commits hold no refusal, and then a savepoint for each call is for nothing. After one, the next commits are careful from the start.
	let careful = 0;
	const attempt = (calls: Call[]): Committed => {
		rung.clear();
		begin.run();
		let answers = careful > 0 && calls.length > 1 ? undefined : runBare(calls);
		if (careful > 0) careful -= 1;
		if (!answers) {
			if (!db.inTransaction) {
				careful = limits.carefulCommits;
				begin.run();
			}
			answers = calls.map(runOne);
		}
		if (db.inTransaction) {
			book.events.flushHeads();
			commit.run();
			noteHead();
		}
		return { answers, bells: [...rung] };
	};
	const giveUp = (): void => {
		if (db.inTransaction) db.exec("ROLLBACK");
		book.events.forget();
	};

	return {
		book,
		run(calls) {
			for (let again = true; ; again = false) {
				try {
					return attempt(calls);
				} catch (error) {
					giveUp();
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
		tend(budgetBytes, now) {
			rung.clear();
			const tended = maintenance.tend(budgetBytes, now);
			noteHead();
			return { tended, bells: [...rung] };
		},
		close() {
			const opens = db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'opens'").get()!.value;
			const [done] = db.pragma("wal_checkpoint(TRUNCATE)") as [{ busy: number }];
			db.close();
			headFile.close();
			// With a reader in the way part of the ledger is still in the log: then the next start checks it the long way.
			if (done.busy === 0) writeChecksums(directory, ledgerFile(directory), opens);
		},
	};
}

function isDiskTrouble(error: unknown): error is Error & { code: string } {
	return (
		error instanceof Error &&
		"code" in error &&
		typeof error.code === "string" &&
		/^SQLITE_(FULL|IOERR|CORRUPT|NOTADB|READONLY|CANTOPEN)/.test(error.code)
	);
}
