/** How fast one store and HQ may send, over all streams: two token buckets that hold one second's worth. */
export interface RateLimit {
	messagesPerSecond: number;
	bytesPerSecond: number;
	messages: number;
	bytes: number;
	filledAtMs: number;
}

/** AWS closes a connection above 100 messages/s or 512 KB/s. These are below, with room for acknowledgements. */
export const usualRate = { messagesPerSecond: 50, bytesPerSecond: 400_000 } as const;

export type RateLimits = { messagesPerSecond: number; bytesPerSecond: number };

export function openRateLimit(limits: RateLimits, nowMs: number): RateLimit {
	return { ...limits, messages: limits.messagesPerSecond, bytes: limits.bytesPerSecond, filledAtMs: nowMs };
}

/** Milliseconds until one message may be sent; 0: now. */
export function waitMs(rateLimit: RateLimit, nowMs: number): number {
	const seconds = Math.max(0, nowMs - rateLimit.filledAtMs) / 1_000;
	rateLimit.filledAtMs = nowMs;
	rateLimit.messages = Math.min(rateLimit.messagesPerSecond, rateLimit.messages + seconds * rateLimit.messagesPerSecond);
	rateLimit.bytes = Math.min(rateLimit.bytesPerSecond, rateLimit.bytes + seconds * rateLimit.bytesPerSecond);
	if (rateLimit.messages >= 1 && rateLimit.bytes > 0) return 0;
	const forMessages = rateLimit.messages >= 1 ? 0 : (1 - rateLimit.messages) / rateLimit.messagesPerSecond;
	const forBytes = rateLimit.bytes > 0 ? 0 : (1 - rateLimit.bytes) / rateLimit.bytesPerSecond;
	return Math.ceil(Math.max(forMessages, forBytes) * 1_000);
}

/** Called after a message was sent, because its size is known only then: the bucket may go below empty, and the next message waits. */
export function spendBytes(rateLimit: RateLimit, bytes: number): void {
	rateLimit.bytes -= bytes;
}
