/** Repeatable randomness: the same seed gives the same shoppers, lost parts and noise. */
export interface Seeded {
	/** From 0 up to, not including, 1. */
	fraction(): number;
	/** A whole number from `low` to `high`, both included. */
	between(low: number, high: number): number;
	/** True with the given probability. */
	chance(probability: number): boolean;
	/** Bell-shaped around zero with a spread of one. */
	bell(): number;
	/** One of a list; undefined only for an empty list. */
	oneOf<T>(list: readonly T[]): T | undefined;
	/** A generator of its own, so that one more device does not change the random numbers of the others. */
	fork(name: string): Seeded;
}

/** Mulberry32: 32 bits of state are enough for a simulated day. */
export function seeded(seed: number): Seeded {
	let state = seed >>> 0;
	const fraction = (): number => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	return {
		fraction,
		between: (low, high) => low + Math.floor(fraction() * (high - low + 1)),
		chance: (probability) => fraction() < probability,
		bell: () => Math.sqrt(-2 * Math.log(1 - fraction())) * Math.cos(2 * Math.PI * fraction()),
		oneOf: (list) => list[Math.floor(fraction() * list.length)],
		fork: (name) => {
			let hash = seed >>> 0;
			for (const char of name) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193) >>> 0;
			return seeded(hash);
		},
	};
}
