/** Seeded chance: the same numbers in every run, on every machine. */
export interface Chance {
	/** From 0 to 1. */
	fraction(): number;
	between(low: number, high: number): number;
	/** Of normal spread: mean 0, deviation 1. */
	bell(): number;
	/** Waiting time of a Poisson process with this mean. */
	wait(mean: number): number;
	oneOf<Item>(items: readonly Item[]): Item;
}

/** Mulberry32, a public-domain generator of 32 bits. */
export function chanceOf(seed: number): Chance {
	let state = seed >>> 0;
	const fraction = (): number => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
	return {
		fraction,
		between: (low, high) => low + (high - low) * fraction(),
		bell: () => Math.sqrt(-2 * Math.log(1 - fraction())) * Math.cos(2 * Math.PI * fraction()),
		wait: (mean) => -mean * Math.log(1 - fraction()),
		oneOf: (items) => items[Math.floor(fraction() * items.length)]!,
	};
}
