import type { Clock, LinkLog } from "../run/clock.ts";
import type { HqRepository } from "./repository.ts";

/** A store greets after a minute of silence. After three missing greetings HQ stops sending to it. */
const awayAfterMs = 200_000;
/** A store that sends facts need not greet for hours; the database then learns of its last message once a minute. */
const seenEveryMs = 60_000;

/** When a store's last message came: its streams, people and the database ask for that. */
export interface Presence {
	heard(): void;
	/** The store greeted. The time is written to the database together with the hello. */
	greeted(): void;
	/** Another message came from the box that greeted last. The time is written to the database once a minute at most. */
	noteSeen(): void;
	/** False when no message has come for so long that sending is useless. True before the first message. */
	isHeard(): boolean;
	/** Milliseconds since the store's last message; null: none since this session began. */
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
