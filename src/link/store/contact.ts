import type { Instant } from "../../words/time.ts";
import type { Clock, LinkLog } from "../run/clock.ts";
import type { LinkLedger } from "./ledger-port.ts";

/** After this long without a message from HQ the line counts as down, whatever the broker says. */
const silentAfterMs = 150_000;
/** A box and its HQ often start together: a line that is down within so long after the start is not recorded. */
const settleMs = 30_000;

/** When HQ was last heard, and whether the ledger says that the line is up. */
export interface Contact {
	heard(): void;
	isRecent(): boolean;
	/** RFC 3339; null: never. */
	lastContact(): Instant | null;
	/** The longest silence since this was asked last. */
	takeAwayMs(): number;
	/** Undefined: not known yet; a line that is not up half a minute after the start is down. */
	isUp(): boolean | undefined;
	/** Records a change of the line, once. */
	record(up: boolean, why?: string): void;
}

export function watchContact({ ledger, clock, log }: { ledger: LinkLedger; clock: Clock; log: LinkLog }): Contact {
	const startedAtMs = clock.nowMs();
	let heardAtMs: number | undefined;
	let lastContact: Instant | null = ledger.read.link.lastContactAt();
	let awayMs = 0;
	let isUp: boolean | undefined;
	return {
		heard() {
			// Wall time tells only how long HQ was not heard before this start; a clock that jumped costs one needless comparison.
			const sinceLastStart = lastContact === null ? 0 : Date.parse(ledger.now().wall) - Date.parse(lastContact);
			awayMs = Math.max(awayMs, heardAtMs === undefined ? sinceLastStart : clock.nowMs() - heardAtMs);
			heardAtMs = clock.nowMs();
			lastContact = ledger.now().wall;
		},
		isRecent: () => heardAtMs !== undefined && clock.nowMs() - heardAtMs < silentAfterMs,
		lastContact: () => lastContact,
		takeAwayMs() {
			const longest = awayMs;
			awayMs = 0;
			return longest;
		},
		isUp: () => isUp,
		record(up, why) {
			if (up === isUp || (!up && isUp === undefined && clock.nowMs() - startedAtMs < settleMs)) return;
			isUp = up;
			ledger
				.do("recordLine", { up, ...(why ? { why } : {}) })
				.catch((error: unknown) => log.warn({ error: String(error) }, "cannot note that the line changed"));
		},
	};
}
