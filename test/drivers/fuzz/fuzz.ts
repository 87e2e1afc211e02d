/** Throws random and mutated inputs at codecs: none may throw, hang or grow. */
import type { Codec } from "./codecs.ts";

export interface FuzzResult {
	codec: string;
	inputs: number;
	/** The slowest input, in milliseconds of this machine. */
	slowestMs: number;
}

/** No input may take so long; what hangs for good is ended by the caller's time-out. */
const hangMs = 2_000;
const longestInput = 600;

/** Xorshift, so that a seed gives the same inputs everywhere. */
function randomOf(seed: number): (below: number) => number {
	let state = seed | 1;
	return (below) => {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		return (state >>> 0) % below;
	};
}

function mutated(seeds: readonly Uint8Array[], random: (below: number) => number): Uint8Array {
	if (random(8) === 0) return Uint8Array.from({ length: random(longestInput) }, () => random(256));
	let bytes = [...seeds[random(seeds.length)]!];
	for (let changes = 1 + random(4); changes > 0; changes--) {
		const at = random(bytes.length + 1);
		switch (random(6)) {
			case 0:
				bytes[at] = random(256);
				break;
			case 1:
				bytes.splice(at, 1 + random(4));
				break;
			case 2:
				bytes.splice(at, 0, ...Array.from({ length: 1 + random(8) }, () => random(256)));
				break;
			case 3:
				bytes.splice(at, 0, ...bytes.slice(at, at + 1 + random(40)));
				break;
			case 4:
				bytes = [...bytes, ...seeds[random(seeds.length)]!];
				break;
			default:
				if (at < bytes.length) bytes[at] = bytes[at]! ^ (1 << random(8));
		}
	}
	return Uint8Array.from(bytes.slice(0, longestInput), (byte) => byte ?? 0);
}

/** Throws an error that names codec, seed, number and bytes of the first input that was not survived. */
export function fuzz(codec: Codec, inputs: number, seed: number): FuzzResult {
	const random = randomOf(seed);
	let slowestMs = 0;
	for (let n = 0; n < inputs; n++) {
		const bytes = mutated(codec.seeds, random);
		const begun = performance.now();
		try {
			codec.feed(bytes);
			codec.said();
		} catch (error) {
			const shown = Buffer.from(bytes).toString("hex");
			throw new Error(`${codec.name}, seed ${seed}, input ${n}: ${shown}`, { cause: error });
		}
		const tookMs = performance.now() - begun;
		slowestMs = Math.max(slowestMs, tookMs);
		if (tookMs > hangMs) throw new Error(`${codec.name}, seed ${seed}, input ${n} took ${Math.round(tookMs)} ms`);
	}
	codec.stop?.();
	return { codec: codec.name, inputs, slowestMs };
}
