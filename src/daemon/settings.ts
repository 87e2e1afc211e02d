import type { Config } from "../config/schema.ts";
import { wrongSetting } from "../words/settings/from-head-office.ts";
import { groupsSetting, railsApprovedSetting, railsSetting, type SettingValue } from "../words/streams/setting.ts";

/** How the configuration is with one of them set. All other settings belong to this box alone. */
const applied: Readonly<Record<string, (config: Config, value: never) => Config>> = {
	locale: (config, locale: string) => ({ ...config, locale }),
	timeZone: (config, timeZone: string) => ({ ...config, timeZone }),
	"limits.ledgerMegabytes": (config, ledgerMegabytes: number) => ({ ...config, limits: { ...config.limits, ledgerMegabytes } }),
};

/**
 * The configuration with HQ's settings applied. A setting that this build does not know or cannot take is listed in `ignored` and has no
 * effect.
 */
export function withSettings(config: Config, wished: Readonly<Record<string, SettingValue>>): { config: Config; ignored: string[] } {
	const ignored: string[] = [];
	let set = config;
	for (const [name, value] of Object.entries(wished)) {
		// Not settings of the configuration: guard rails are applied by flows/prices/price-hold.ts, groups are only shown.
		if ([railsSetting, railsApprovedSetting, groupsSetting].includes(name)) continue;
		if (value !== null && Object.hasOwn(applied, name) && wrongSetting(name, value) === undefined)
			set = applied[name]!(set, value as never);
		else ignored.push(name);
	}
	return { config: set, ignored };
}
