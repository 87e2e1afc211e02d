/** Runs at most `most` of the given acts at once; the others wait, in order. */
export function limitConcurrency(most: number): <T>(act: () => Promise<T>) => Promise<T> {
	let running = 0;
	const waiting: (() => void)[] = [];
	return async (act) => {
		if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
		else running += 1;
		try {
			return await act();
		} finally {
			// The next in line gets the place directly, so that no newcomer gets it first.
			const next = waiting.shift();
			if (next) next();
			else running -= 1;
		}
	};
}
