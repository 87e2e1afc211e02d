import { fill, fullBucket, type TokenBucket } from "../../words/basics/token-bucket.ts";

/** How fast one store and HQ may send, over all streams: two token buckets that hold one second's worth. */
export interface RateLimit extends RateLimits {
	messages: TokenBucket;
	bytes: TokenBucket;
}

/** AWS closes a connection above 100 messages/s or 512 KB/s. These are below, with room for acknowledgements. */
export const usualRate = { messagesPerSecond: 50, bytesPerSecond: 400_000 } as const;

export type RateLimits = { messagesPerSecond: number; bytesPerSecond: number };

export function openRateLimit(limits: RateLimits, nowMs: number): RateLimit {
	const { messagesPerSecond, bytesPerSecond } = limits;
	return { ...limits, messages: fullBucket({ most: messagesPerSecond }, nowMs), bytes: fullBucket({ most: bytesPerSecond }, nowMs) };
}

/** Milliseconds until one message may be sent; 0: now. */
export function waitMs({ messages, bytes, messagesPerSecond, bytesPerSecond }: RateLimit, nowMs: number): number {
	fill(messages, { most: messagesPerSecond, perSecond: messagesPerSecond }, nowMs);
	fill(bytes, { most: bytesPerSecond, perSecond: bytesPerSecond }, nowMs);
	const forMessages = messages.tokens >= 1 ? 0 : (1 - messages.tokens) / messagesPerSecond;
	const forBytes = bytes.tokens > 0 ? 0 : (1 - bytes.tokens) / bytesPerSecond;
	return Math.ceil(Math.max(forMessages, forBytes) * 1_000);
}

/** Called after a message was sent, because its size is known only then: the bucket may go below empty, and the next message waits. */
export function spendBytes({ bytes }: RateLimit, sent: number): void {
	bytes.tokens -= sent;
}
