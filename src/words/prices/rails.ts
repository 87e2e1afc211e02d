/** Limits that a price change may exceed only with the consent of a second person. A member that is left out is off. */
export interface Rails {
	/** ISO 4217; empty: every currency. */
	currencies: readonly string[];
	minAmountMinor?: number;
	maxAmountMinor?: number;
	/** In percent of the price before; a change exceeds it only when strictly above. */
	maxRisePercent?: number;
	maxCutPercent?: number;
	/** The limit for clearances in place of maxCutPercent, because they are cut deeper. */
	clearance?: { maxCutPercent?: number };
	/** Largest part of the catalog that may change within one hour. */
	maxSharePerHourPercent?: number;
	/** By the store's clock, "HH:MM"; where `from` is later than `to` the hours include midnight. No change may begin in these hours. */
	quietHours?: { from: string; to: string };
}
