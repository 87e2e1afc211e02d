import type { Instant } from "../../words/time.ts";
import type { Clock, LinkLog } from "../run/clock.ts";
import type { LinkLedger } from "./ledger-port.ts";

/** After this long without a message from HQ the line counts as down, whatever the broker says. */
const silentAfterMs = 150_000;
/** A box and its HQ often start together: a line that is not up within this time of the start is recorded as down when it ends. */
const settleMs = 30_000;

/** When HQ's last message came, and whether the ledger has the line recorded as up. */
export interface Contact {
	heard(): void;
	isRecent(): boolean;
	/** RFC 3339; null: never. */
	lastContact(): Instant | null;
	/** The longest silence since the last call, in milliseconds. */
	takeAwayMs(): number;
	/** Whether the line is up; undefined in the first half minute after the start. */
	isUp(): boolean | undefined;
	/** Writes a change of the line into the ledger; the same state twice writes nothing. */
	record(up: boolean, why?: string): void;
	stop(): void;
}

export function watchContact({ ledger, clock, log }: { ledger: LinkLedger; clock: Clock; log: LinkLog }): Contact {
	const startedAtMs = clock.nowMs();
	let heardAtMs: number | undefined;
	let lastContact: Instant | null = ledger.read.link.lastContactAt();
	let awayMs = 0;
	let isUp: boolean | undefined;
	/** Why the line is down, as heard while its first half minute lasts. */
	let firstWhy: string | undefined;
	let forgetSettling: (() => void) | undefined;
	const write = (up: boolean, why?: string): void => {
		forgetSettling?.();
		isUp = up;
		ledger
			.do("recordLine", { up, ...(why && { why }) })
			.catch((error: unknown) => log.warn({ error: String(error) }, "cannot note that the line changed"));
	};
	return {
		heard() {
			// The wall clock serves only to measure the silence before this start; if it jumped, one comparison is made in vain.
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
			if (up === isUp) return;
			const settlesInMs = startedAtMs + settleMs - clock.nowMs();
			if (up || isUp !== undefined || settlesInMs <= 0) return write(up, why);
			firstWhy = why ?? firstWhy;
			forgetSettling ??= clock.after(settlesInMs, () => {
				if (isUp === undefined) write(false, firstWhy);
			});
		},
		stop: () => forgetSettling?.(),
	};
}
