/**
 * The ledger: facts, work to do, positions, in one SQLite file with one writer.
 *
 *   door ── do("recordScans", …) ──▶ worker: BEGIN · flow · flow · flow · COMMIT (one fsync) ──▶ answers, then bells
 *   door ── read.… ──▶ a read-only connection of its own; never waits for the writer
 *
 * Everything asked while a commit runs shares the next one, a savepoint each, so that a refused flow takes nothing with it.
 */
import type { Worker } from "node:worker_threads";
import type { Moment } from "../words/time.ts";
import { type BellName, type Bells, createBells } from "./bell.ts";
import { type Book, type ReadBook, readBook } from "./book.ts";
import { type Connection, openForReading } from "./file/open.ts";
import { limits } from "./limits.ts";
import { LedgerRefusal, LedgerTrouble } from "./refusal.ts";
import { runIdleWork } from "./space/idle-work.ts";
import type { MaintenanceDone } from "./space/maintenance.ts";
import { createWriter } from "./writer.ts";

export type { BellName, Bells } from "./bell.ts";
export type { Book, ReadBook } from "./book.ts";
export { LedgerRefusal, LedgerTrouble } from "./refusal.ts";
export type { MaintenanceDone } from "./space/maintenance.ts";
export type { GrowthSample, Rung, Space } from "./space/pressure.ts";
export type { BrokerOp, BrokerState } from "./tables/broker-memory.ts";
export type { AlarmRow } from "./tables/devices.ts";
export type { PendingSnapshot, PlannedLabel } from "./tables/head-office/snapshots.ts";
export { slipIsVoid } from "./tables/jobs.ts";
export type { LabelRow, LabelTask, StoredPicture } from "./tables/labels.ts";
export type { ScanBacklogRow } from "./tables/scan-backlog.ts";
export { createWriter, type Writer } from "./writer.ts";

/** One story's step: a transaction. No clock, no timer, no I/O but the book. */
// Flows differ in their arguments; `any` here only widens the type of the table's elements.
export type Flow = (book: Book, args: any, now: Moment) => unknown;
export type Flows = Record<string, Flow>;

export interface Ledger<F extends Flows> {
	/**
	 * Resolves after the fsync of the flow's transaction. Rejects with LedgerRefusal (nothing changed) or LedgerTrouble (disk). `moment`
	 * names what differs from now(): most often the actor.
	 */
	do<N extends keyof F & string>(flow: N, args: Parameters<F[N]>[1], moment?: Partial<Moment>): Promise<ReturnType<F[N]>>;
	read: ReadBook;
	bells: Bells;
	now(): Moment;
	/**
	 * Brings the ledger back within its byte budget, a page at a time between commits. Rejects with LedgerTrouble when the disk is too full
	 * even for that.
	 */
	tend(budgetBytes: number): Promise<MaintenanceDone>;
	/** Calls handed in and not yet answered. */
	waiting(): number;
	close(): Promise<void>;
}

export interface Call {
	n: number;
	flow: string;
	args: unknown;
	now: Moment;
}
export type Answer =
	| { n: number; ok: true; value: unknown }
	| { n: number; ok: false; kind: "refusal" | "trouble"; code: string; message: string };
interface TendOrder {
	tend: number;
	budgetBytes: number;
	now: Moment;
}
type TendAnswer = { tend: number; bells: BellName[] } & ({ tended: MaintenanceDone } | { code: string; message: string });
export interface Committed {
	answers: Answer[];
	bells: BellName[];
}

/** The ledger worker's loop: everything that arrived while a commit ran goes into the next. In quiet moments it runs `aside`. */
export function serveLedger(
	port: { on(event: "message", fn: (message: unknown) => void): void; postMessage(message: unknown): void; close(): void },
	directory: string,
	flows: Flows,
	aside?: IdleWork,
): void {
	const writer = createWriter(directory, flows);
	let held: Call[] = [];
	let scheduled = false;
	let closed = false;
	const commit = (): void => {
		scheduled = false;
		const calls = held.splice(0, limits.callsPerCommit);
		if (calls.length > 0) {
			const committed = writer.run(calls);
			port.postMessage(committed);
			asideLater?.committed(committed.bells);
		}
		if (held.length > 0) schedule();
	};
	const asideLater =
		aside &&
		runIdleWork(aside.bell, () => {
			if (closed) return false;
			const moment = { wall: new Date().toISOString(), boot: "", monoMs: 0, quality: "guess" } as const;
			const {
				answers: [answer],
				bells,
			} = writer.run([{ n: 0, flow: aside.flow, args: {}, now: moment }]);
			port.postMessage({ answers: [], bells } satisfies Committed);
			return answer!.ok ? answer!.value === true : undefined;
		});
	const schedule = (): void => {
		if (scheduled) return;
		scheduled = true;
		setImmediate(commit);
	};
	const tend = ({ tend: n, budgetBytes, now }: TendOrder, dropped = { B: 0, C: 0 }, steps = 0): void => {
		if (closed) return;
		try {
			const { tended, bells } = writer.tend(budgetBytes, now);
			const sum = { B: dropped.B + tended.dropped.B, C: dropped.C + tended.dropped.C };
			// The doors come first: between two pages everything that waits is committed.
			if (tended.more && steps < limits.stepsPerTending) setImmediate(() => tend({ tend: n, budgetBytes, now }, sum, steps + 1));
			else port.postMessage({ tend: n, bells, tended: { ...tended, dropped: sum } } satisfies TendAnswer);
		} catch (error) {
			port.postMessage({ tend: n, bells: [], code: "disk-full", message: (error as Error).message } satisfies TendAnswer);
		}
	};
	port.on("message", (message) => {
		if (typeof message === "object" && message !== null && "tend" in message) return tend(message as TendOrder);
		if (message === "close") {
			closed = true;
			asideLater?.stop();
			while (held.length > 0) commit();
			writer.close();
			port.postMessage("closed");
			port.close();
			return;
		}
		held.push(...(message as Call[]));
		schedule();
	});
	port.postMessage("open");
}

/** A flow that takes no arguments, runs when the bell has rung and the doors are quiet, and answers whether there is more for it to do. */
export interface IdleWork {
	bell: BellName;
	flow: string;
}

/** The doors' half, on the main thread. Resolves once the worker has opened and migrated the file. */
export async function openLedger<F extends Flows>(options: { directory: string; worker: Worker; now: () => Moment }): Promise<Ledger<F>> {
	const { worker } = options;
	await new Promise<void>((resolve, reject) => {
		worker.once("message", (message) => (message === "open" ? resolve() : reject(new Error("the ledger worker did not open"))));
		worker.once("error", reject);
	});
	return connectLedger<F>(options.directory, worker, options.now);
}

function connectLedger<F extends Flows>(directory: string, worker: Worker, now: () => Moment): Ledger<F> {
	const db: Connection = openForReading(directory);
	const bells = createBells();
	const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
	const maintenance = new Map<number, { resolve: (tended: MaintenanceDone) => void; reject: (error: Error) => void }>();
	let n = 0;
	let outgoing: Call[] = [];
	let closing: (() => void) | undefined;
	let dead: Error | undefined;

	// The doors' calls of one turn of the event loop cross to the worker as one message: half the cost at high rates.
	const send = (): void => {
		const calls = outgoing;
		outgoing = [];
		worker.postMessage(calls);
	};
	worker.on("message", (message: Committed | TendAnswer | "closed") => {
		if (message === "closed") return closing?.();
		if ("tend" in message) {
			const asked = maintenance.get(message.tend);
			maintenance.delete(message.tend);
			if ("tended" in message) asked?.resolve(message.tended);
			else asked?.reject(new LedgerTrouble(message.code, message.message));
			return bells.ring(message.bells);
		}
		for (const answer of message.answers) {
			const call = waiting.get(answer.n);
			waiting.delete(answer.n);
			if (!call) continue;
			if (answer.ok) call.resolve(answer.value as never);
			else
				call.reject(
					answer.kind === "refusal" ? new LedgerRefusal(answer.code, answer.message) : new LedgerTrouble(answer.code, answer.message),
				);
		}
		bells.ring(message.bells);
	});
	worker.on("error", (error) => {
		dead = new LedgerTrouble("ledger-failed", `the ledger worker stopped: ${(error as Error).message}`);
		for (const call of [...waiting.values(), ...maintenance.values()]) call.reject(dead);
		waiting.clear();
		maintenance.clear();
	});

	return {
		do(flow, args, moment = {}) {
			if (dead) return Promise.reject(dead);
			if (waiting.size >= limits.callsWaiting)
				return Promise.reject(new LedgerTrouble("ledger-busy", "the disk does not keep up with what arrives"));
			return new Promise((resolve, reject) => {
				n += 1;
				waiting.set(n, { resolve, reject });
				if (outgoing.push({ n, flow, args, now: { ...now(), ...moment } }) === 1) queueMicrotask(send);
			});
		},
		tend(budgetBytes) {
			if (dead) return Promise.reject(dead);
			return new Promise((resolve, reject) => {
				n += 1;
				maintenance.set(n, { resolve, reject });
				worker.postMessage({ tend: n, budgetBytes, now: now() } satisfies TendOrder);
			});
		},
		read: readBook(db),
		bells,
		now,
		waiting: () => waiting.size,
		async close() {
			await new Promise<void>((resolve) => {
				closing = resolve;
				worker.postMessage("close");
			});
			db.close();
			await worker.terminate();
		},
	};
}
