/** Limits how often one address may connect: firmware that reconnects in a loop must not delay other CONNECTs. */
export interface ConnectRate {
	mayCome(address: string, now: number): boolean;
}

const addressesKept = 5_000;

/** A burst, and then so many a second; `now` in milliseconds of any steady clock. */
export function createConnectRate({ connectBurst, connectsPerSecond }: { connectBurst: number; connectsPerSecond: number }): ConnectRate {
	const known = new Map<string, { tokens: number; at: number }>();
	return {
		mayCome(address, now) {
			const seen = known.get(address) ?? { tokens: connectBurst, at: now };
			seen.tokens = Math.min(connectBurst, seen.tokens + ((now - seen.at) / 1_000) * connectsPerSecond);
			seen.at = now;
			// Forgotten addresses begin with a full burst again; the longest unheard of goes first.
			known.delete(address);
			known.set(address, seen);
			if (known.size > addressesKept) known.delete(known.keys().next().value!);
			if (seen.tokens < 1) return false;
			seen.tokens -= 1;
			return true;
		},
	};
}
