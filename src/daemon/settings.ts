import type { Config } from "../config/schema.ts";
import { railsSetting } from "../rails/rails.ts";
import { groupsSetting, type SettingValue } from "../words/streams/setting.ts";
import { isTimeZone } from "../words/time.ts";

/** Settings that HQ may change, by their name in gondola.yaml. All others belong to this box alone. */
const settable: Readonly<Record<string, (config: Config, value: SettingValue) => Config | undefined>> = {
	locale: (config, value) =>
		typeof value === "string" && /^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/.test(value) ? { ...config, locale: value } : undefined,
	timeZone: (config, value) => (typeof value === "string" && isTimeZone(value) ? { ...config, timeZone: value } : undefined),
	"limits.ledgerMegabytes": (config, value) =>
		Number.isSafeInteger(value) && (value as number) >= 100
			? { ...config, limits: { ...config.limits, ledgerMegabytes: value as number } }
			: undefined,
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
		if (name === railsSetting || name === groupsSetting) continue;
		const next = Object.hasOwn(settable, name) ? settable[name]!(set, value) : undefined;
		if (next) set = next;
		else ignored.push(name);
	}
	return { config: set, ignored };
}
