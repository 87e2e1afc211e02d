import type { BellName } from "./bell.ts";
import { writeBook, type Book } from "./book.ts";
import { openHeadFile } from "./head-file.ts";
import type { Answer, Call, Committed, Flows } from "./ledger.ts";
import { openForWriting, type OpenOptions } from "./open.ts";
import { LedgerRefusal } from "./refusal.ts";

export interface Writer {
	/** Runs calls in one transaction; returns after its fsync. */
	run(calls: Call[]): Committed;
	book: Book;
	close(): void;
}

/** The writing half: runs calls in one transaction. Lives in the ledger worker; tests may hold it directly. */
export function createWriter(directory: string, flows: Flows, options: OpenOptions = {}): Writer {
	const db = openForWriting(directory, options);
	const rung = new Set<BellName>();
	const book = writeBook(db, (bell) => rung.add(bell));
	const head = openHeadFile(directory, book.link.up("facts").epoch);
	head.write(book.events.last());
	const begin = db.prepare("BEGIN IMMEDIATE");
	const commit = db.prepare("COMMIT");
	const savepoint = db.prepare("SAVEPOINT flow");
	const release = db.prepare("RELEASE flow");
	const undo = db.prepare("ROLLBACK TO flow");

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
			if (error instanceof LedgerRefusal) return { n: call.n, ok: false, kind: "refusal", code: error.code, message: error.message };
			if (isDiskTrouble(error)) throw error;
			return { n: call.n, ok: false, kind: "trouble", code: "flow-failed", message: `${call.flow}: ${(error as Error).stack ?? String(error)}` };
		}
	};

	return {
		book,
		run(calls) {
			rung.clear();
			try {
				begin.run();
				const answers = calls.map(runOne);
				book.events.flushHeads();
				commit.run();
				head.write(book.events.next() - 1);
				return { answers, bells: [...rung] };
			} catch (error) {
				if (db.inTransaction) db.exec("ROLLBACK");
				book.events.forget();
				const code = isDiskTrouble(error) ? (error.code === "SQLITE_FULL" ? "disk-full" : "disk-failed") : "ledger-failed";
				const message = `${(error as Error).message}`;
				return { answers: calls.map((call) => ({ n: call.n, ok: false, kind: "trouble", code, message })), bells: [] };
			}
		},
		close() {
			db.close();
			head.close();
		},
	};
}

export function isDiskTrouble(error: unknown): error is Error & { code: string } {
	return error instanceof Error && "code" in error && typeof error.code === "string" && /^SQLITE_(FULL|IOERR|CORRUPT|NOTADB|READONLY|CANTOPEN)/.test(error.code);
}
