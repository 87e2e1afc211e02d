/**
 * The ledger: facts, work to do, positions, in one SQLite file with one writer.
 *
 *   door ── do("recordScans", …) ──▶ worker: BEGIN · flow · flow · flow · COMMIT (one fsync) ──▶ answers, then bells
 *   door ── read.… ──▶ a read-only connection of its own; never waits for the writer
 *
 * Everything asked while a commit runs is part of the next one. After a refusal each call has a savepoint, so that a refused flow
 * undoes only itself.
 */
import type { MessagePort, Worker } from "node:worker_threads";
import type { Moment } from "../words/time.ts";
import { type BellName, type Bells, createBells } from "./bell.ts";
import { type Book, type ReadBook, readBook } from "./book.ts";
import { type CopyRules, HeldAnswers } from "./copy/held-answers.ts";
import { type Connection, openForReading } from "./file/open.ts";
import { limits } from "./limits.ts";
import { LedgerRefusal, LedgerTrouble } from "./refusal.ts";
import { runIdleWork } from "./space/idle-work.ts";
import type { MaintenanceDone } from "./space/maintenance.ts";
import { createWriter, type Writer } from "./writer.ts";

export type { BellName, Bells } from "./bell.ts";
export type { Book, ReadBook } from "./book.ts";
export type { CopierSays, CopyRules, WriterSays } from "./copy/held-answers.ts";
export { LedgerRefusal, LedgerTrouble } from "./refusal.ts";
export type { MaintenanceDone } from "./space/maintenance.ts";
export type { GrowthSample, Rung, Space } from "./space/pressure.ts";
export type { BrokerOp, BrokerState } from "./tables/broker-memory.ts";
export type { AlarmRow } from "./tables/devices.ts";
export type { KeptSeal } from "./tables/head-office/received-log.ts";
export type { PendingSnapshot, PlannedLabel } from "./tables/head-office/snapshots.ts";
export { endedTwice, endedTwiceSlipVoid, isSlipVoid, slipIsVoid, slipIsVoidAfterEnd } from "./tables/jobs.ts";
export type { LabelRow, LabelTask, StoredPicture } from "./tables/labels.ts";
export type { ScanBacklogRow } from "./tables/scan-backlog.ts";
export { createWriter, type Writer } from "./writer.ts";

/** A flow: one transaction. No clock, no timer, no I/O except the book. */
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
	 * Brings the ledger back within its byte budget, a page at a time between commits. Rejects with LedgerTrouble when the
	 * disk is too full even for that.
	 */
	maintain(budgetBytes: number): Promise<MaintenanceDone>;
	/** Calls that were passed in and not answered yet. */
	waiting(): number;
	/** Answers wait from now on for a copy of the ledger, by these rules. `copier`: the other end of a channel to who makes the copy. */
	holdForCopy(copier: MessagePort, rules: CopyRules): void;
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
interface MaintenanceOrder {
	maintenance: number;
	budgetBytes: number;
	now: Moment;
}
type MaintenanceAnswer = { maintenance: number; bells: BellName[] } & ({ done: MaintenanceDone } | { code: string; message: string });
export interface Committed {
	answers: Answer[];
	bells: BellName[];
}

interface CopyOrder {
	copier: MessagePort;
	rules: CopyRules;
}

interface WorkerPort {
	on(event: "message", fn: (message: unknown) => void): void;
	postMessage(message: unknown): void;
	close(): void;
}

/** The ledger worker's loop: everything that arrived while a commit ran goes into the next. `idleWork` runs while the doors are quiet. */
export function serveLedger(port: WorkerPort, directory: string, flows: Flows, idleWork?: IdleWork): void {
	const writer = createWriter(directory, flows);
	let copy: HeldAnswers | undefined;
	const send = (committed: Committed): void => port.postMessage(committed);
	const answer = (calls: readonly Call[], committed: Committed): void => (copy ? copy.committed(calls, committed) : send(committed));
	const idle = idleWork && startIdleWork(writer, idleWork, answer, () => closed);
	let held: Call[] = [];
	let scheduled = false;
	let closed = false;
	const commit = (): void => {
		scheduled = false;
		const taken = held.splice(0, limits.callsPerCommit);
		const calls = copy ? copy.admit(taken) : taken;
		if (calls.length > 0) {
			const committed = writer.run(calls);
			answer(calls, committed);
			idle?.committed(committed.bells);
		}
		if (held.length > 0) schedule();
	};
	const schedule = (): void => {
		if (scheduled) return;
		scheduled = true;
		setImmediate(commit);
	};
	const close = async (): Promise<void> => {
		closed = true;
		idle?.stop();
		while (held.length > 0) commit();
		await copy?.close();
		writer.close();
		port.postMessage("closed");
		port.close();
	};
	port.on("message", (message) => {
		if (typeof message === "object" && message !== null && "maintenance" in message)
			return maintainInSteps(port, writer, message as MaintenanceOrder, answer, () => closed);
		if (message === "close") return void close();
		if (typeof message === "object" && message !== null && "copier" in message) {
			const { copier, rules } = message as CopyOrder;
			const kept = writer.keepLog(() => copier.postMessage({ lost: true }));
			copy = new HeldAnswers({ rules, copier, send, ...kept });
			return;
		}
		held.push(...(message as Call[]));
		schedule();
	});
	port.postMessage("open");
}

/** The steps of one maintenance pass. Before each step, all waiting calls of the doors are committed. */
function maintainInSteps(
	port: WorkerPort,
	writer: Writer,
	order: MaintenanceOrder,
	committed: (calls: Call[], committed: Committed) => void,
	isClosed: () => boolean,
): void {
	const { maintenance, budgetBytes, now } = order;
	const dropped = { B: 0, C: 0 };
	let steps = 0;
	const step = (): void => {
		if (isClosed()) return;
		try {
			const { done, bells } = writer.maintain(budgetBytes, now);
			dropped.B += done.dropped.B;
			dropped.C += done.dropped.C;
			steps += 1;
			committed([], { answers: [], bells: [] });
			if (done.more && steps <= limits.stepsPerPass) setImmediate(step);
			else port.postMessage({ maintenance, bells, done: { ...done, dropped } } satisfies MaintenanceAnswer);
		} catch (error) {
			port.postMessage({ maintenance, bells: [], code: "disk-full", message: (error as Error).message } satisfies MaintenanceAnswer);
		}
	};
	step();
}

function startIdleWork(
	writer: Writer,
	{ bell, flow }: IdleWork,
	committed: (calls: Call[], committed: Committed) => void,
	isClosed: () => boolean,
): ReturnType<typeof runIdleWork> {
	return runIdleWork(bell, () => {
		if (isClosed()) return false;
		const now = { wall: new Date().toISOString(), boot: "", monoMs: 0, quality: "guess" } as const;
		const { answers, bells } = writer.run([{ n: 0, flow, args: {}, now }]);
		committed([], { answers: [], bells });
		const [answer] = answers;
		return answer!.ok ? answer!.value === true : undefined;
	});
}

/** A flow that takes no arguments, runs when the bell has rung and the doors are quiet, and answers whether there is more for it to do. */
export interface IdleWork {
	bell: BellName;
	flow: string;
}

/** The half of the ledger on the main thread. Resolves once the worker has opened and migrated the file. */
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
	const maintenance = new Map<number, { resolve: (done: MaintenanceDone) => void; reject: (error: Error) => void }>();
	let n = 0;
	let outgoing: Call[] = [];
	let closing: (() => void) | undefined;
	let dead: Error | undefined;

	// Calls of one turn of the event loop are posted to the worker as one message: half the cost at high rates.
	const send = (): void => {
		const calls = outgoing;
		outgoing = [];
		worker.postMessage(calls);
	};
	const settle = (answer: Answer): void => {
		const call = waiting.get(answer.n);
		waiting.delete(answer.n);
		if (answer.ok) call?.resolve(answer.value as never);
		else call?.reject(new (answer.kind === "refusal" ? LedgerRefusal : LedgerTrouble)(answer.code, answer.message));
	};
	worker.on("message", (message: Committed | MaintenanceAnswer | "closed") => {
		if (message === "closed") return closing?.();
		if ("maintenance" in message) {
			const asked = maintenance.get(message.maintenance);
			maintenance.delete(message.maintenance);
			if ("done" in message) asked?.resolve(message.done);
			else asked?.reject(new LedgerTrouble(message.code, message.message));
		} else message.answers.forEach(settle);
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
		maintain(budgetBytes) {
			if (dead) return Promise.reject(dead);
			return new Promise((resolve, reject) => {
				n += 1;
				maintenance.set(n, { resolve, reject });
				worker.postMessage({ maintenance: n, budgetBytes, now: now() } satisfies MaintenanceOrder);
			});
		},
		read: readBook(db),
		bells,
		now,
		waiting: () => waiting.size,
		holdForCopy: (copier, rules) => worker.postMessage({ copier, rules } satisfies CopyOrder, [copier]),
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
