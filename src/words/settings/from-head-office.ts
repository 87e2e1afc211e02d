import type { SettingValue } from "../streams/setting.ts";
import { isTimeZone } from "../time.ts";

/**
 * Whether numbers and dates can be written in this language. A tag that the runtime has no data for would be written in English, in
 * silence.
 */
export function isLocale(tag: string): boolean {
	try {
		return Intl.NumberFormat.supportedLocalesOf([tag]).length > 0;
	} catch {
		return false;
	}
}

/** Settings of a store that head office may set, by their name in gondola.yaml, and what each may be. */
const settable: Readonly<Record<string, { takes: (value: SettingValue) => boolean; means: string }>> = {
	locale: { takes: (value) => typeof value === "string" && isLocale(value), means: "a language such as en, de-AT or zh-CN" },
	timeZone: { takes: (value) => typeof value === "string" && isTimeZone(value), means: "a place such as Europe/Zagreb" },
	"limits.ledgerMegabytes": {
		takes: (value) => Number.isSafeInteger(value) && (value as number) >= 100,
		means: "a whole number from 100 on",
	},
};

/** Why head office cannot set this; undefined where it can. `null` takes any setting back, also one of another build. */
export function wrongSetting(name: string, value: SettingValue): string | undefined {
	if (!Object.hasOwn(settable, name))
		return value === null ? undefined : `${name} is no setting that head office sets; there are ${Object.keys(settable).join(", ")}.`;
	const { takes, means } = settable[name]!;
	return value === null || takes(value) ? undefined : `${name} must be ${means}.`;
}
