import type { Rails } from "../words/prices/rails.ts";

type Limit = number | undefined;

/** A limit that is off lets everything pass. */
const isAtMost = (after: Limit, before: Limit): boolean => before === undefined || (after !== undefined && after <= before);
const isAtLeast = (after: Limit, before: Limit): boolean => before === undefined || (after !== undefined && after >= before);

const clearanceCut = ({ clearance, maxCutPercent }: Rails): Limit => clearance?.maxCutPercent ?? maxCutPercent;

/** Whether `after` holds every price that `before` holds. Equal rails do. */
export function areNarrower(after: Rails, before: Rails): boolean {
	const [hours, hoursBefore] = [after.quietHours, before.quietHours];
	return (
		(before.currencies.length === 0 ||
			(after.currencies.length > 0 && after.currencies.every((each) => before.currencies.includes(each)))) &&
		isAtLeast(after.minAmountMinor, before.minAmountMinor) &&
		isAtMost(after.maxAmountMinor, before.maxAmountMinor) &&
		isAtMost(after.maxRisePercent, before.maxRisePercent) &&
		isAtMost(after.maxCutPercent, before.maxCutPercent) &&
		isAtMost(clearanceCut(after), clearanceCut(before)) &&
		isAtMost(after.maxSharePerHourPercent, before.maxSharePerHourPercent) &&
		(hoursBefore === undefined || (hours?.from === hoursBefore.from && hours.to === hoursBefore.to))
	);
}
