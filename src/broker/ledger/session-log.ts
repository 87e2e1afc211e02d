/** The broker's memory in the ledger, across a power cut: many small changes in one commit. */

import type { BrokerOp, BrokerState } from "../../ledger/ledger.ts";

export type { BrokerOp, BrokerState };
export type KeptWill = NonNullable<Extract<BrokerOp, { op: "will" }>["will"]>;

export interface SessionLog {
	/** Reads everything, once at start. */
	load(): BrokerState;
	/** Commits all changes or none; resolves after the fsync. Rejects when the disk refuses. */
	apply(ops: BrokerOp[]): Promise<unknown>;
}

/** Collects what is asked while a commit runs into the next one. */
export interface OpWriter {
	/** Resolves when these are on disk. Kept in order with everything before them. */
	write(ops: BrokerOp[]): Promise<void>;
	/** Writes in order without making the caller wait: if a power cut loses it, a delivery is repeated. */
	later(op: BrokerOp): void;
	/** Resolves when everything asked so far was tried. */
	drained(): Promise<void>;
	waiting(): number;
	/** Stops after the last change: changes after this call are not written. */
	close(): void;
}

const opsPerCommit = 1_000;
/** Changes held back while the disk refuses; beyond this number the oldest are dropped, which at worst repeats deliveries. */
const laterKept = 50_000;

interface Asked {
	ops: BrokerOp[];
	done?: { resolve: () => void; reject: (error: Error) => void };
}

/** How many of them, from the first on, go into one commit: one at least. */
function fitting(asked: readonly Asked[]): number {
	let ops = 0;
	const first = asked.findIndex((one, at) => (ops += one.ops.length) > opsPerCommit && at > 0);
	return first === -1 ? asked.length : first;
}

export function createOpWriter(store: SessionLog, onTrouble: (error: Error) => void): OpWriter {
	let asked: Asked[] = [];
	let running: Promise<void> | undefined;
	let closed = false;

	const run = async (): Promise<void> => {
		// A turn of the event loop is waited for, so that one socket read makes one commit.
		await new Promise<void>((resolve) => setImmediate(resolve));
		while (asked.length > 0) {
			const batch = asked.splice(0, fitting(asked));
			try {
				await store.apply(batch.flatMap((one) => one.ops));
				for (const one of batch) one.done?.resolve();
			} catch (error) {
				const trouble = error instanceof Error ? error : new Error(String(error));
				onTrouble(trouble);
				for (const one of batch) one.done?.reject(trouble);
				// No caller waits for the tidying changes, so they are tried again with the next change that somebody waits for.
				const again = batch.filter((one) => !one.done);
				asked = [...again, ...asked].slice(-laterKept);
				if (asked.every((one) => !one.done)) break;
			}
		}
		running = undefined;
	};
	const ask = (one: Asked): void => {
		if (closed) return one.done?.reject(new Error("the broker is stopping"));
		asked.push(one);
		running ??= run();
	};
	return {
		write: (ops) => new Promise((resolve, reject) => ask({ ops, done: { resolve, reject } })),
		later: (op) => ask({ ops: [op] }),
		drained: async () => {
			while (running) await running;
		},
		waiting: () => asked.length,
		close() {
			closed = true;
		},
	};
}
