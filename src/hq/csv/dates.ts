import { isWallTime } from "../../words/wall-time.ts";

/** Which part comes first in dates with slashes; undefined where the file does not show it. */
export type DateOrder = "dmy" | "mdy" | undefined;

const slashed = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?:[ T](\d{1,2}:\d{2}(?::\d{2})?))?$/;

/** The order of day and month for the whole file: one date with a part above 12 shows it. */
export function dateOrderOf(texts: Iterable<string>, asked: DateOrder): DateOrder {
	if (asked !== undefined) return asked;
	for (const text of texts) {
		const [, first, second] = slashed.exec(text) ?? [];
		if (Number(first) > 12 && Number(second) <= 12) return "dmy";
		if (Number(second) > 12 && Number(first) <= 12) return "mdy";
	}
	return undefined;
}

const dayMs = 86_400_000;
/** Day 0 of spreadsheets that count days from 1900; they treat 1900 as a leap year. */
const spreadsheetEpoch = Date.UTC(1899, 11, 30);

/**
 * Reads a beginning or an end: an instant for a time with its zone, else a time by the store's own clock ("2026-12-01",
 * "2026-12-01T08:00:00"). `fault`: why it cannot be read, a sentence without its subject that begins with a small letter.
 */
export function readTime(text: string, order: DateOrder): { time: string } | { fault: string } {
	const read = timeIn(text, order);
	// 2569 is 2026 in the Buddhist calendar; 1926 a slip of two digits.
	if ("time" in read && !/^20\d\d-/.test(read.time)) return { fault: "is not in this century; write the year as in 2026" };
	return read;
}

function timeIn(text: string, order: DateOrder): { time: string } | { fault: string } {
	const zoned = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(Z|[+-]\d{2}:?\d{2})$/i.exec(text);
	if (zoned) {
		const [, day, clock, zone] = zoned as unknown as [string, string, string, string];
		return isWallTime(`${day}T${clock.slice(0, 8)}`)
			? { time: new Date(`${day}T${clock}${zone.toUpperCase()}`).toISOString() }
			: { fault: "is not in the calendar" };
	}
	const wall = (year: string, month: string, day: string, clock: string | undefined): { time: string } | { fault: string } => {
		const [hour = "", ...rest] = clock?.split(":") ?? [];
		const time =
			`${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}` +
			(clock === undefined ? "" : `T${[hour.padStart(2, "0"), ...rest].join(":")}`);
		return isWallTime(time) ? { time } : { fault: "is not in the calendar" };
	};
	const iso = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ](\d{1,2}:\d{2}(?::\d{2})?))?$/.exec(text);
	if (iso) return wall(iso[1]!, iso[2]!, iso[3]!, iso[4]);
	const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})\.?(?:[ T](\d{1,2}:\d{2}(?::\d{2})?))?$/.exec(text);
	if (dotted) return wall(dotted[3]!, dotted[2]!, dotted[1]!, dotted[4]);
	const slash = slashed.exec(text);
	if (slash) {
		const [, first, second, year, clock] = slash as unknown as [string, string, string, string, string | undefined];
		if (order === undefined && first !== second)
			return { fault: `could be day ${first} of month ${second} or day ${second} of month ${first}; say dates: dmy or mdy in the mapping` };
		return order === "mdy" ? wall(year, first, second, clock) : wall(year, second, first, clock);
	}
	if (/^[2-7]\d{4}(\.\d+)?$/.test(text)) {
		const at = new Date(spreadsheetEpoch + Math.round(Number(text) * 1_440) * (dayMs / 1_440)).toISOString();
		return { time: at.endsWith("T00:00:00.000Z") ? at.slice(0, 10) : at.slice(0, 19) };
	}
	return { fault: "is not a date (2026-03-01, 1.3.2026) or a time (2026-03-01T08:00, with or without its zone)" };
}
