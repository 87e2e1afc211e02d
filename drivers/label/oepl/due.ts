/**
 * A binary heap of names by the time at which they are due, with one valid entry per name. An outdated entry is skipped when it comes up.
 */
export interface DueList {
	/** `undefined`: not due at all. */
	set(name: string, atMs: number | undefined): void;
	/** Takes the name that has been due longest, if one is. */
	take(nowMs: number): string | undefined;
	nextMs(): number | undefined;
}

interface Entry {
	name: string;
	atMs: number;
}

export function dueList(): DueList {
	const current = new Map<string, number>();
	let heap: Entry[] = [];

	const counts = (entry: Entry): boolean => current.get(entry.name) === entry.atMs;

	const rise = (at: number): void => {
		for (let child = at; child > 0; ) {
			const parent = (child - 1) >> 1;
			if (heap[parent]!.atMs <= heap[child]!.atMs) return;
			swap(heap, parent, child);
			child = parent;
		}
	};

	const sink = (): void => {
		for (let parent = 0; ; ) {
			const left = 2 * parent + 1;
			if (left >= heap.length) return;
			const right = left + 1;
			const least = right < heap.length && heap[right]!.atMs < heap[left]!.atMs ? right : left;
			if (heap[parent]!.atMs <= heap[least]!.atMs) return;
			swap(heap, parent, least);
			parent = least;
		}
	};

	const pop = (): void => {
		const last = heap.pop()!;
		if (heap.length === 0) return;
		heap[0] = last;
		sink();
	};

	const dropStale = (): void => {
		while (heap.length > 0 && !counts(heap[0]!)) pop();
	};

	return {
		set(name, atMs) {
			if (current.get(name) === atMs) return;
			if (atMs === undefined) {
				current.delete(name);
				return;
			}
			current.set(name, atMs);
			heap.push({ name, atMs });
			rise(heap.length - 1);
			// Every check-in moves a label's deadline, so most entries are stale; without this they would pile up.
			if (heap.length > 64 && heap.length > 4 * current.size) {
				heap = [...current].map(([name, atMs]) => ({ name, atMs })).sort((a, b) => a.atMs - b.atMs);
			}
		},
		take(nowMs) {
			dropStale();
			const first = heap[0];
			if (!first || first.atMs > nowMs) return undefined;
			pop();
			current.delete(first.name);
			return first.name;
		},
		nextMs() {
			dropStale();
			return heap[0]?.atMs;
		},
	};
}

function swap(heap: Entry[], a: number, b: number): void {
	const held = heap[a]!;
	heap[a] = heap[b]!;
	heap[b] = held;
}
