/**
 * The kinds of change. A bell carries no data: the code that waits for it reads the ledger. A lost ring delays it by a second at
 * most.
 */
const bellNames = [
	"event",
	"label-task",
	"print-job",
	"price-due",
	"price",
	"stock",
	"order",
	"fiscal",
	"alarm",
	"device",
	"up:facts",
	"up:notes",
	"session",
	"scan-backlog",
	"cold-chain",
] as const;
export type BellName = (typeof bellNames)[number];

export interface Bells {
	/**
	 * Resolves at the next ring, after `timeoutMs`, or when `signal` aborts. Call it before reading the ledger, or a ring in between is lost.
	 */
	wait(bell: BellName, timeoutMs: number, signal?: AbortSignal): Promise<void>;
	on(bell: BellName, callback: () => void): () => void;
	ring(bells: Iterable<BellName>): void;
}

export function createBells(): Bells {
	const callbacks = new Map<BellName, Set<() => void>>();
	const on = (bell: BellName, callback: () => void): (() => void) => {
		let set = callbacks.get(bell);
		if (!set) callbacks.set(bell, (set = new Set()));
		set.add(callback);
		return () => set.delete(callback);
	};
	return {
		on,
		ring(bells) {
			for (const bell of bells) for (const callback of [...(callbacks.get(bell) ?? [])]) callback();
		},
		wait(bell, timeoutMs, signal) {
			if (signal?.aborted) return Promise.resolve();
			return new Promise((resolve) => {
				const done = (): void => {
					clearTimeout(timer);
					off();
					signal?.removeEventListener("abort", done);
					resolve();
				};
				const timer = setTimeout(done, timeoutMs);
				const off = on(bell, done);
				signal?.addEventListener("abort", done, { once: true });
			});
		},
	};
}
