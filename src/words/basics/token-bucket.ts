/** A token bucket: holds a burst, and fills by so many a second. Whoever spends takes tokens off; it may go below empty. */
export interface TokenBucket {
	tokens: number;
	/** By any steady clock, in milliseconds. */
	filledAtMs: number;
}

export interface BucketSize {
	most: number;
	perSecond: number;
}

export const fullBucket = ({ most }: Pick<BucketSize, "most">, nowMs: number): TokenBucket => ({ tokens: most, filledAtMs: nowMs });

/** What came in since the last call. A clock that went back brings nothing. */
export function fill(bucket: TokenBucket, { most, perSecond }: BucketSize, nowMs: number): void {
	const seconds = Math.max(0, nowMs - bucket.filledAtMs) / 1_000;
	bucket.tokens = Math.min(most, bucket.tokens + seconds * perSecond);
	bucket.filledAtMs = nowMs;
}

/** Takes one token where there is one. */
export function takeOne(bucket: TokenBucket, size: BucketSize, nowMs: number): boolean {
	fill(bucket, size, nowMs);
	if (bucket.tokens < 1) return false;
	bucket.tokens -= 1;
	return true;
}
