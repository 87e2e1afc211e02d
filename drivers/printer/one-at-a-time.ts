/** Runs what a printer is asked for one after the other: the next begins when the one before has ended, also by a rejection. */
export function oneAtATime(): <Outcome>(work: () => Promise<Outcome>) => Promise<Outcome> {
	let last: Promise<unknown> = Promise.resolve();
	return (work) => {
		const next = last.then(work);
		last = next.catch(() => {});
		return next;
	};
}
