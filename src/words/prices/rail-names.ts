/** The fields of guard rails, as head office keeps, sends and shows them, in the order in which people read them. */
export const railNames = [
	"currencies",
	"minAmountMinor",
	"maxAmountMinor",
	"maxRisePercent",
	"maxCutPercent",
	"clearance",
	"maxSharePerHourPercent",
	"quietHours",
] as const;
export type RailName = (typeof railNames)[number];
