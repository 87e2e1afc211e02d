import type { ReaderLanguage } from "../desk/ledger-view.ts";
import { troubleOf } from "../flows/store-troubles.ts";
import { kindOfRefusal, refusalInWords } from "../trust/refusal-kinds.ts";
import { croatianDevices } from "./languages/croatian-devices.ts";
import { croatianStore } from "./languages/croatian-store.ts";
import { germanDevices } from "./languages/german-devices.ts";
import { germanStore } from "./languages/german-store.ts";
import { lineWords } from "./languages/line.ts";
import { lineRemedy } from "./line-remedy.ts";

interface KeptAlarm {
	code: string;
	subject: string;
	facts?: Record<string, string | number>;
}

/**
 * An alarm's sentences in the reader's language, from the tables of troubles. A code without an entry is shown as it is. `missing` stands
 * for what the alarm does not say.
 */
export function alarmInWords(alarm: KeptAlarm | undefined, language: ReaderLanguage, missing = "–"): { what: string; do: string } {
	if (!alarm) return { what: "", do: "" };
	const words = wordsOf(alarm.code, language);
	if (!words) return { what: `${alarm.code}: ${alarm.subject}`, do: "" };
	const facts: Record<string, string | number> = { device: alarm.subject, label: alarm.subject, ...alarm.facts };
	const why = String(alarm.facts?.["why"] ?? "");
	if (alarm.code === "hq-out-of-reach") facts["remedy"] = lineRemedy(why, language);
	if (alarm.code === "hq-forged") facts["why"] = refusalIn(kindOfRefusal(why), language);
	const fill = (sentence: string): string => sentence.replace(/\{(\w+)\}/g, (_, fact: string) => String(facts[fact] ?? missing));
	return { what: fill(words.what), do: fill(words.do) };
}

const tables = { de: { ...germanDevices, ...germanStore }, hr: { ...croatianDevices, ...croatianStore } };

/** A code that the German or Croatian table does not have is said in English. */
function wordsOf(code: string, language: ReaderLanguage): { what: string; do: string } | undefined {
	const table = language === "de" || language === "hr" ? tables[language] : {};
	const said = Object.hasOwn(table, code) ? table[code] : undefined;
	if (said) return { what: said[0], do: said[1] };
	return troubleOf(code)?.[language === "zh-CN" ? "zh-CN" : "en"];
}

function refusalIn(kind: keyof typeof lineWords.de.refusals, language: ReaderLanguage): string {
	return language === "de" || language === "hr" ? lineWords[language].refusals[kind] : refusalInWords(kind, language);
}
