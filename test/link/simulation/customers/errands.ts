import type { World } from "../time.ts";

/** What a person or till wants done, and asks again under the same id until somebody answers. */
export interface Errand<T> {
	id: string;
	/** Whether anybody is there to ask. */
	can(): boolean;
	ask(): Promise<T>;
	/**
	 * Called with each answer that reaches the person, and not again after one that ends it. `tries`: how often it was asked for, this time
	 * included. "later": the answer was to ask again.
	 */
	told(answer: T, tries: number): void | "later";
	/** A refusal with a code. True: it is for good, and nobody asks again. */
	refused(code: string, tries: number): boolean;
}

export interface Errands {
	run<T>(errand: Errand<T>): void;
	/** Everybody who waits tries again. */
	again(): void;
	isWaiting(id: string): boolean;
	waiting(): number;
}

/** One answer in ten is lost on its way back to who asked, so that the same is asked again. */
const lostShare = 0.1;

export function openErrands(world: World): Errands {
	const waiting = new Map<string, () => void>();
	return {
		run<T>({ id, can, ask, told, refused }: Errand<T>) {
			let tries = 0;
			const go = (): void => {
				if (!can()) return;
				tries += 1;
				const own = tries;
				ask().then(
					(answer) => {
						if (world.chance(lostShare)) return world.saw("an answer was lost on its way to a person");
						if (waiting.get(id) === go && told(answer, own) !== "later") end();
					},
					(error: { code?: string; name: string }) => {
						const isRefusal = error.name === "LedgerRefusal" || error.name === "HqRefusal";
						// A later try may be under way and succeed: its answer counts.
						if (isRefusal && own === tries && waiting.get(id) === go && refused(error.code!, own)) end();
					},
				);
			};
			/** False where an earlier answer ended it: the next errand may bear the same id by now. */
			const end = (): boolean => waiting.get(id) === go && waiting.delete(id);
			waiting.set(id, go);
			go();
		},
		again: () => [...waiting.values()].forEach((go) => go()),
		isWaiting: (id) => waiting.has(id),
		waiting: () => waiting.size,
	};
}
