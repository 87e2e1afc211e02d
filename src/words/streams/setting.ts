/** `null` removes a setting: the store's own configuration counts again. */
export type SettingValue = string | number | boolean | null;

/**
 * One desired setting of a store, as HQ decided it; the newest version counts. Names are those of the configuration with dots between
 * their parts: "locale", "limits.ledgerMegabytes". Guard rails and groups count at once, others from the next start; one that a
 * build does not know is kept and does nothing.
 */
export interface Setting {
	name: string;
	version: number;
	value: SettingValue;
}

/** The setting in which head office sends a store its guard rails, as JSON. */
export const railsSetting = "guardRails";

/**
 * When the rails that count were approved. The store writes it itself and takes it from nobody: an approval that is older than this one
 * does not count again.
 */
export const railsApprovedSetting = "guardRailsApprovedAt";

/** The groups that the store belongs to at head office, a JSON list of names. The store shows them; only head office acts by them. */
export const groupsSetting = "storeGroups";

/** The names in the value of that setting; none where it is not such a list. */
export function groupsOf(value: SettingValue | undefined): string[] {
	if (typeof value !== "string") return [];
	try {
		const names: unknown = JSON.parse(value);
		return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
	} catch {
		return [];
	}
}
