import { fullBucket, type TokenBucket, takeOne } from "../../words/basics/token-bucket.ts";

/** Limits how often one address may connect: firmware that reconnects in a loop must not delay other CONNECTs. */
export interface ConnectRate {
	mayCome(address: string, now: number): boolean;
}

const addressesKept = 5_000;

/** A burst, and then so many a second; `now` in milliseconds of any steady clock. */
export function createConnectRate({ connectBurst, connectsPerSecond }: { connectBurst: number; connectsPerSecond: number }): ConnectRate {
	const size = { most: connectBurst, perSecond: connectsPerSecond };
	const known = new Map<string, TokenBucket>();
	return {
		mayCome(address, now) {
			const bucket = known.get(address) ?? fullBucket(size, now);
			// Forgotten addresses begin with a full burst again; the longest unheard of goes first.
			known.delete(address);
			known.set(address, bucket);
			if (known.size > addressesKept) known.delete(known.keys().next().value!);
			return takeOne(bucket, size, now);
		},
	};
}
