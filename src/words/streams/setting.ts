/** `null` removes a setting: the store's own configuration counts again. */
export type SettingValue = string | number | boolean | null;

/**
 * One desired setting of a store, as HQ decided it; the newest version counts. Names are those of the configuration with dots between
 * their parts: "locale", "limits.ledgerMegabytes". Applied at the next start; one that a build does not know is kept and does nothing.
 */
export interface Setting {
	name: string;
	version: number;
	value: SettingValue;
}
