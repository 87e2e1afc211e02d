/** A token bucket: holds at most `most` tokens and gains so many per second. Spending takes tokens off; the number may go below zero. */
export interface TokenBucket {
	tokens: number;
	/** The time by a monotonic clock, in milliseconds. */
	filledAtMs: number;
}

export interface BucketSize {
	most: number;
	perSecond: number;
}

export const fullBucket = ({ most }: Pick<BucketSize, "most">, nowMs: number): TokenBucket => ({ tokens: most, filledAtMs: nowMs });

/** Adds the tokens gained since the last call. A clock that went back adds none. */
export function fill(bucket: TokenBucket, { most, perSecond }: BucketSize, nowMs: number): void {
	const seconds = Math.max(0, nowMs - bucket.filledAtMs) / 1_000;
	bucket.tokens = Math.min(most, bucket.tokens + seconds * perSecond);
	bucket.filledAtMs = nowMs;
}

/** Takes one token if there is one. */
export function takeOne(bucket: TokenBucket, size: BucketSize, nowMs: number): boolean {
	fill(bucket, size, nowMs);
	if (bucket.tokens < 1) return false;
	bucket.tokens -= 1;
	return true;
}
