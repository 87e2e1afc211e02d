import { troubleOf } from "../flows/store-troubles.ts";
import { kindOfRefusal, refusalInWords } from "../trust/refusal-kinds.ts";
import { lineRemedy } from "./line-remedy.ts";

interface KeptAlarm {
	code: string;
	subject: string;
	facts?: Record<string, string | number>;
}

/** An alarm's sentences in the reader's language, from the tables of troubles. A code without an entry is shown as it is. */
export function alarmInWords(alarm: KeptAlarm | undefined, locale: "en" | "zh-CN"): { what: string; do: string } {
	if (!alarm) return { what: "", do: "" };
	const words = troubleOf(alarm.code)?.[locale];
	if (!words) return { what: `${alarm.code}: ${alarm.subject}`, do: "" };
	const facts: Record<string, string | number> = { device: alarm.subject, label: alarm.subject, ...alarm.facts };
	if (alarm.code === "hq-out-of-reach") facts["remedy"] = lineRemedy(String(alarm.facts?.["why"] ?? ""), locale);
	if (alarm.code === "hq-forged") facts["why"] = refusalInWords(kindOfRefusal(String(alarm.facts?.["why"] ?? "")), locale);
	const fill = (sentence: string): string => sentence.replace(/\{(\w+)\}/g, (_, fact: string) => String(facts[fact] ?? "–"));
	return { what: fill(words.what), do: fill(words.do) };
}
