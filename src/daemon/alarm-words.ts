import { deviceTroubles, troubleText, type DeviceTroubleCode } from "../../drivers/trouble.ts";

interface Told { code: string; subject: string; facts?: Record<string, string | number> }

/** An alarm's sentences in the reader's language, from the one table. A code the table lost still says its name. */
export function alarmInWords(alarm: Told | undefined, locale: "en" | "zh-CN"): { what: string; do: string } {
	if (!alarm) return { what: "", do: "" };
	if (!(alarm.code in deviceTroubles)) return { what: `${alarm.code}: ${alarm.subject}`, do: "" };
	const { what, do: todo } = troubleText(alarm.code as DeviceTroubleCode, { device: alarm.subject, ...alarm.facts }, locale);
	return { what, do: todo };
}
