/**
 * One timer for thousands of devices: two thousand labels with a timer each would keep Node busy. Their appointments share a heap, and only
 * the earliest has a real timer.
 */
export interface Timeline {
	/** Milliseconds since the timeline began; never steps back. */
	now(): number;
	/** Calls `act` once, `ms` from now; the answer takes the appointment back. */
	after(ms: number, act: () => void): () => void;
	/** Forgets every appointment. */
	stop(): void;
}

interface Appointment {
	dueMs: number;
	order: number;
	act: (() => void) | undefined;
}

export function startTimeline(): Timeline {
	const beganMs = performance.now();
	const now = (): number => performance.now() - beganMs;
	const book = appointments();
	let timer: NodeJS.Timeout | undefined;
	let timerDueMs = Infinity;

	const arm = (): void => {
		const dueMs = book.earliestMs();
		if (dueMs === timerDueMs) return;
		clearTimeout(timer);
		timerDueMs = dueMs;
		if (dueMs === Infinity) return;
		timer = setTimeout(
			() => {
				timerDueMs = Infinity;
				book.keep(now());
				arm();
			},
			Math.max(0, dueMs - now()),
		);
	};

	return {
		now,
		after(ms, act) {
			const cancel = book.add(now() + Math.max(0, ms), act);
			arm();
			return cancel;
		},
		stop() {
			book.clear();
			clearTimeout(timer);
			timerDueMs = Infinity;
		},
	};
}

/** A binary heap, earliest first; appointments for the same moment are kept in the order they were made. */
export function appointments() {
	let heap: Appointment[] = [];
	let made = 0;

	const isBefore = (a: Appointment, b: Appointment): boolean => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);

	const rise = (at: number): void => {
		const one = heap[at]!;
		while (at > 0) {
			const above = (at - 1) >> 1;
			if (!isBefore(one, heap[above]!)) break;
			heap[at] = heap[above]!;
			at = above;
		}
		heap[at] = one;
	};

	const takeEarliest = (): Appointment => {
		const earliest = heap[0]!;
		const last = heap.pop()!;
		if (heap.length === 0) return earliest;
		let at = 0;
		for (;;) {
			let below = 2 * at + 1;
			if (below >= heap.length) break;
			if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below += 1;
			if (!isBefore(heap[below]!, last)) break;
			heap[at] = heap[below]!;
			at = below;
		}
		heap[at] = last;
		return earliest;
	};

	return {
		add(dueMs: number, act: () => void): () => void {
			const appointment: Appointment = { dueMs, order: made++, act };
			heap.push(appointment);
			rise(heap.length - 1);
			return () => {
				appointment.act = undefined;
			};
		},
		earliestMs: () => heap[0]?.dueMs ?? Infinity,
		/** Keeps what was due when called; what those acts add waits for the next call. */
		keep(nowMs: number): void {
			const due: Appointment[] = [];
			while (heap.length > 0 && heap[0]!.dueMs <= nowMs) due.push(takeEarliest());
			for (const appointment of due) appointment.act?.();
		},
		clear(): void {
			heap = [];
		},
	};
}
