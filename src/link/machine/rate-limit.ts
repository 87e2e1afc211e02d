/** How fast one store and HQ may talk, over all streams: two buckets that fill evenly and hold one second's worth. */
export interface Pace {
	messagesPerSecond: number;
	bytesPerSecond: number;
	messages: number;
	bytes: number;
	filledAtMs: number;
}

/** AWS closes a connection at 100 messages/s and 512 KB/s; below both, with room for acknowledgements. */
export const usualPace = { messagesPerSecond: 50, bytesPerSecond: 400_000 } as const;

export type PaceLimits = { messagesPerSecond: number; bytesPerSecond: number };

export function openPace(limits: PaceLimits, nowMs: number): Pace {
	return { ...limits, messages: limits.messagesPerSecond, bytes: limits.bytesPerSecond, filledAtMs: nowMs };
}

/** 0: one message may go now. Otherwise the milliseconds until one may. */
export function waitMs(pace: Pace, nowMs: number): number {
	const seconds = Math.max(0, nowMs - pace.filledAtMs) / 1_000;
	pace.filledAtMs = nowMs;
	pace.messages = Math.min(pace.messagesPerSecond, pace.messages + seconds * pace.messagesPerSecond);
	pace.bytes = Math.min(pace.bytesPerSecond, pace.bytes + seconds * pace.bytesPerSecond);
	if (pace.messages >= 1 && pace.bytes > 0) return 0;
	const forMessages = pace.messages >= 1 ? 0 : (1 - pace.messages) / pace.messagesPerSecond;
	const forBytes = pace.bytes > 0 ? 0 : (1 - pace.bytes) / pace.bytesPerSecond;
	return Math.ceil(Math.max(forMessages, forBytes) * 1_000);
}

/**
 * A message's size is known only once it is packed, after it was allowed: the bucket may go below empty, and the next
 * message waits for it.
 */
export function spendBytes(pace: Pace, bytes: number): void {
	pace.bytes -= bytes;
}
