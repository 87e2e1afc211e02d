/** Lets `most` of them run at once; the others wait their turn, in order. */
export function limitConcurrency(most: number): <T>(act: () => Promise<T>) => Promise<T> {
	let running = 0;
	const waiting: (() => void)[] = [];
	return async (act) => {
		if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
		else running += 1;
		try {
			return await act();
		} finally {
			// Whoever is next takes over the place, so that nobody who comes now gets in between.
			const next = waiting.shift();
			if (next) next();
			else running -= 1;
		}
	};
}
