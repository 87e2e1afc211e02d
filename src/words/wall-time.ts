import type { Instant } from "./time.ts";

/**
 * A time on the wall of a shop, without its zone: a whole day "2026-12-01", or a minute of it "2026-12-01T06:00". Which instant it is
 * depends on the shop.
 */
const wallShape = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.0+)?)?)?$/;
const clockShape = /^([01]\d|2[0-3]):([0-5]\d)$/;

/** Milliseconds of the text as if it were UTC; undefined for days and times that do not exist, such as 31 February or 24:30. */
function asIfUtc(text: string): number | undefined {
	const [, year, month, day, hour = "00", minute = "00", second = "00"] = wallShape.exec(text) ?? [];
	if (year === undefined) return undefined;
	const ms = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
	const same = new Date(ms).toISOString().slice(0, 19) === `${year}-${month}-${day}T${hour}:${minute}:${second}`;
	return same ? ms : undefined;
}

/** Whether the text is an existing day, or an existing minute of a day, without a time zone. */
export const isWallTime = (text: string): boolean => asIfUtc(text) !== undefined;
/** Whether the text is a time of any day: "06:00". */
export const isClockTime = (text: string): boolean => clockShape.test(text);
const isWholeDay = (text: string): boolean => text.length === 10 && isWallTime(text);

const formats = new Map<string, Intl.DateTimeFormat>();
function formatOf(timeZone: string): Intl.DateTimeFormat {
	let format = formats.get(timeZone);
	if (!format) {
		const two = "2-digit";
		const parts = { year: "numeric", month: two, day: two, hour: two, minute: two, second: two, hourCycle: "h23" } as const;
		formats.set(timeZone, (format = new Intl.DateTimeFormat("en-US", { timeZone, ...parts })));
	}
	return format;
}

/** How far the zone's clocks are ahead of UTC at an instant, in milliseconds. */
function offsetAt(ms: number, timeZone: string): number {
	if (timeZone === "UTC") return 0;
	const part = Object.fromEntries(
		formatOf(timeZone)
			.formatToParts(ms)
			.map(({ type, value }) => [type, Number(value)]),
	);
	const wall = Date.UTC(part["year"]!, part["month"]! - 1, part["day"]!, part["hour"]!, part["minute"]!, part["second"]!);
	return wall - Math.floor(ms / 1_000) * 1_000;
}

const dayMs = 86_400_000;

/**
 * The instant at which a shop's wall shows the text. In the night when clocks go forward, a time that does not exist is as long after
 * the change as it would have been; when they go back, a time that comes twice is the first of the two, and for an end the second.
 * A whole day begins with its first instant; as an end it includes the day, so it is the first instant of the next one.
 */
export function instantOfWall(text: string, timeZone: string, edge: "from" | "until"): Instant {
	const given = asIfUtc(text);
	if (given === undefined) throw new RangeError(`${text} is not a time on a wall`);
	const isNextDay = edge === "until" && isWholeDay(text);
	const wall = isNextDay ? given + dayMs : given;
	const before = offsetAt(wall - dayMs, timeZone);
	const after = offsetAt(wall + dayMs, timeZone);
	const fitting = [...new Set([wall - before, wall - after])].filter((ms) => ms + offsetAt(ms, timeZone) === wall).sort((a, b) => a - b);
	const ms = (edge === "until" && !isNextDay ? fitting.at(-1) : fitting[0]) ?? wall - before;
	return new Date(ms).toISOString();
}

/** The instant that a text names: an instant itself, or a time on the wall of a shop in this zone. */
export const instantOfText = (text: string, timeZone: string, edge: "from" | "until"): Instant =>
	isWallTime(text) ? instantOfWall(text, timeZone, edge) : text;

/** The time by a store's clock at an instant: "2026-12-01T06:00:00". */
export function wallOfInstant(at: Instant, timeZone: string): string {
	const ms = Date.parse(at);
	return new Date(ms + offsetAt(ms, timeZone)).toISOString().slice(0, 19);
}

/** The next instant after `now` at which a store's clock shows this time of day. */
export function nextClockTime(clock: string, timeZone: string, now: Instant): Instant {
	const today = wallOfInstant(now, timeZone).slice(0, 10);
	const at = instantOfWall(`${today}T${clock}`, timeZone, "from");
	if (at > now) return at;
	const tomorrow = new Date(asIfUtc(today)! + dayMs).toISOString().slice(0, 10);
	return instantOfWall(`${tomorrow}T${clock}`, timeZone, "from");
}
