export interface RoundTimes {
	/** When the first round begins; left out: one interval after the start. */
	firstAfterMs?: number;
	everyMs: number;
}

/** One round of work after the other, never two at a time. Answers with how to stop; that waits for the round which is under way. */
export function startRounds(
	round: () => Promise<unknown>,
	{ firstAfterMs, everyMs }: RoundTimes,
	report: (error: unknown) => void,
): () => Promise<void> {
	let running: Promise<unknown> | undefined;
	const begin = (): void => {
		running ??= round()
			.catch(report)
			.finally(() => (running = undefined));
	};
	let again: NodeJS.Timeout | undefined;
	const first = setTimeout(() => {
		begin();
		again = setInterval(begin, everyMs);
	}, firstAfterMs ?? everyMs);
	return async () => {
		clearTimeout(first);
		clearInterval(again);
		await running;
	};
}
