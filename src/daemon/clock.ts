import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";
import type { ClockQuality, Moment } from "../words/time.ts";

/** The box's clock: wall time for people, boot and monotonic time for order, and how far the wall is to be believed. */
export function createClock(options: { wallMs?: () => number; quality?: () => ClockQuality } = {}): { now(): Moment; boot: string } {
	const boot = randomBytes(6).toString("hex");
	const wallMs = options.wallMs ?? Date.now;
	const quality = options.quality ?? (() => "free-running" as const);
	return {
		boot,
		now: () => ({ wall: new Date(wallMs()).toISOString(), boot, monoMs: Math.round(performance.now()), quality: quality() }),
	};
}
