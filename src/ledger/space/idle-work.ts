import type { BellName } from "../bell.ts";
import { limits } from "../limits.ts";

/**
 * Work that may wait, done by the ledger's thread while no door commits:
 *
 *   done ── the bell rang ──▶ behind ── no commit for a moment, or behind for long ──▶ one step ── more? ──▶ behind
 *     ▲                                                                                  └── no more ──▶ done
 *     └──────────────────────────────────────────────────────────────────────────────────────┘
 *
 * `step` returns whether there is more to do, or undefined when the disk refused. It runs once after each start, because work may
 * be left from the run before.
 */
export function runIdleWork(
	bell: BellName,
	step: () => boolean | undefined,
): { committed(bells: readonly BellName[]): void; stop(): void } {
	let behindSince: number | undefined = performance.now();
	let committedAt = Number.NEGATIVE_INFINITY;
	let timer: NodeJS.Timeout | undefined;
	const later = (inMs: number): void => {
		timer ??= setTimeout(look, inMs);
	};
	const look = (): void => {
		timer = undefined;
		const now = performance.now();
		const isLate = now - behindSince! > limits.idleWorkWithinMs;
		if (!isLate && now - committedAt < limits.quietMs) return later(limits.quietMs);
		const more = step();
		if (more === false) behindSince = undefined;
		else later(more ? 0 : limits.idleWorkRetryMs);
	};
	later(0);
	return {
		committed(bells) {
			committedAt = performance.now();
			if (!bells.includes(bell)) return;
			behindSince ??= committedAt;
			later(limits.quietMs);
		},
		stop() {
			clearTimeout(timer);
			timer = undefined;
		},
	};
}
