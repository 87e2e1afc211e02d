import type { Instant } from "../../words/time.ts";
import { instantOfText, instantOfWall, isClockTime, isWallTime, nextClockTime } from "../../words/wall-time.ts";

/** When a change or a push begins or ends: an instant, a time on each store's own wall, or the next "06:00" there. */
export type AskedTime = string;

/** Whether the text says the same instant for every store. */
const isInstant = (text: AskedTime): boolean => !isWallTime(text) && !isClockTime(text);

/** The instant in one store's zone. */
function resolveTime(text: AskedTime, timeZone: string, edge: "from" | "until", now: Instant): Instant {
	if (isClockTime(text)) return nextClockTime(text, timeZone, now);
	return instantOfText(text, timeZone, edge);
}

interface Timed {
	from?: AskedTime;
	until?: AskedTime;
}

/** Whether the times of the changes, or of the push where a change says none, are other instants in other zones. */
export function dependsOnZone(changes: readonly Timed[], effectiveAt: AskedTime | undefined): boolean {
	return changes.some(
		({ from = effectiveAt, until }) => (from !== undefined && !isInstant(from)) || (until !== undefined && !isInstant(until)),
	);
}

/** From when to when, in one store's zone. */
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
