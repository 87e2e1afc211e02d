/** A wait ends as soon as what it waits for is so. This bound only ends one that is in vain, and is long enough for a busy, slow machine. */
export const patienceMs = 60_000;

/** Looks every few milliseconds; says what it waited for when that does not come. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string, withinMs = patienceMs): Promise<void> {
	for (const end = performance.now() + withinMs; !(await isSo()); ) {
		if (performance.now() > end) throw new Error(`waited ${withinMs} ms in vain: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 4));
	}
}

/** Looks again until nothing is thrown; the last look's error says what was still wrong. */
export async function eventually<T>(look: () => Promise<T> | T, withinMs = patienceMs, everyMs = 25): Promise<T> {
	for (const end = performance.now() + withinMs; ; ) {
		try {
			return await look();
		} catch (error) {
			if (performance.now() > end) throw error;
			await new Promise((resolve) => setTimeout(resolve, everyMs));
		}
	}
}
