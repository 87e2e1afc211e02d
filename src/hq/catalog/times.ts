import type { Instant } from "../../words/time.ts";
import { instantOfText, instantOfWall, isClockTime, isWallTime, nextClockTime } from "../../words/wall-time.ts";

/** When a change or a push begins or ends: an instant, a time by each store's own clock, or the next "06:00" there. */
export type AskedTime = string;

/** Whether the text means the same instant in every store. */
const isInstant = (text: AskedTime): boolean => !isWallTime(text) && !isClockTime(text);

/** The instant that the text means in one store's time zone. */
function resolveTime(text: AskedTime, timeZone: string, edge: "from" | "until", now: Instant): Instant {
	if (isClockTime(text)) return nextClockTime(text, timeZone, now);
	return instantOfText(text, timeZone, edge);
}

interface Timed {
	from?: AskedTime;
	until?: AskedTime;
}

/** Whether the times of the changes, or the push's time where a change has none, are different instants in different time zones. */
export function dependsOnZone(changes: readonly Timed[], effectiveAt: AskedTime | undefined): boolean {
	return changes.some(
		({ from = effectiveAt, until }) => (from !== undefined && !isInstant(from)) || (until !== undefined && !isInstant(until)),
	);
}

/** When a change begins and ends, in one store's time zone. */
export function spanOf(
	{ from, until }: Timed,
	effectiveAt: AskedTime | undefined,
	timeZone: string,
	now: Instant,
): { from: Instant; until?: Instant } {
	const asked = from ?? effectiveAt;
	return {
		from: asked === undefined ? now : resolveTime(asked, timeZone, "from", now),
		...(until !== undefined && { until: resolveTime(until, timeZone, "until", now) }),
	};
}

/** Whether an end lies after a beginning, as far as the two can be compared without knowing the store. */
export function endsAfter(from: AskedTime, until: AskedTime): boolean {
	if (isInstant(from) !== isInstant(until)) return true;
	return isInstant(from) ? until > from : instantOfWall(until, "UTC", "until") > instantOfWall(from, "UTC", "from");
}
