/**
 * Results of reads that the writer keeps in memory. It is the only writer of the file, so it knows when a kept result is no longer true.
 */
export type Kept = "scan-reading" | "stop-sales" | "price-freeze";

/**
 *   read ──▶ kept ── asked again: from memory
 *             │ the statement that writes it: changed()      │ a transaction begins, or something is rolled back: forget()
 *             ▼                                              ▼
 *           read again, when it is next asked for
 */
export interface Memory {
	/** `read`, answered from memory while that is still true. The caller must not change the answer. */
	keep<T>(what: Kept, read: () => T): () => T;
	/** Called by each statement that writes the tables behind `what`. */
	changed(what: Kept): void;
	/** Called when a transaction begins, and wherever one or a part of it is rolled back. */
	forget(): void;
}

export function createMemory(): Memory {
	const forgetting: Record<Kept, (() => void)[]> = { "scan-reading": [], "stop-sales": [], "price-freeze": [] };
	const all: (() => void)[] = [];
	return {
		keep(what, read) {
			let isKept = false;
			let value: ReturnType<typeof read>;
			const forget = (): void => {
				isKept = false;
			};
			forgetting[what].push(forget);
			all.push(forget);
			return () => {
				if (!isKept) {
					value = read();
					isKept = true;
				}
				return value;
			};
		},
		changed: (what) => forgetting[what].forEach((forget) => forget()),
		forget: () => all.forEach((forget) => forget()),
	};
}

/** For a connection that only reads: another one writes, so nothing is kept. */
export const noMemory: Pick<Memory, "keep"> = { keep: (_, read) => read };
