import type { Clock, LinkLog } from "../run/clock.ts";
import type { HqRepository } from "./repository.ts";

/** A store greets after a minute's silence; after three of those missed, its streams stop trying. */
const awayAfterMs = 200_000;
/** A store that only sends facts greets for hours no more; people read of its last message to the minute. */
const seenEveryMs = 60_000;

/** When a store was last heard, for its streams, for people, and for the database. */
export interface Presence {
	heard(): void;
	/** The store greeted: the database notes that with the hello. */
	greeted(): void;
	/** Something else came from the box that greeted last; the database notes it once a minute at most. */
	noteSeen(): void;
	/** False when nothing was heard for so long that sending costs and brings nothing. True before anything was heard. */
	isHeard(): boolean;
	/** Milliseconds since the store was last heard; null: not since this session began. */
	silentForMs(): number | null;
}

export function watchPresence(deps: { store: string; repository: HqRepository; clock: Clock; log: LinkLog }): Presence {
	const { store, repository, clock, log } = deps;
	let heardAtMs: number | undefined;
	let seenAtMs = -Infinity;
	return {
		heard() {
			heardAtMs = clock.nowMs();
		},
		greeted() {
			seenAtMs = clock.nowMs();
		},
		noteSeen() {
			if (!repository.seen || clock.nowMs() - seenAtMs < seenEveryMs) return;
			seenAtMs = clock.nowMs();
			repository.seen(store).catch((error: unknown) => log.warn({ store, error: String(error) }, "cannot note that the store was heard"));
		},
		isHeard: () => heardAtMs === undefined || clock.nowMs() - heardAtMs <= awayAfterMs,
		silentForMs: () => (heardAtMs === undefined ? null : clock.nowMs() - heardAtMs),
	};
}
