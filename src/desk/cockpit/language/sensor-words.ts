/** Sentences about events of sensors, in the order English, Chinese, German, Croatian. */
import type { StoreEvent } from "../../../words/event.ts";
import type { Language } from "../shared/languages.ts";
import type { Formats } from "./format.ts";

type SensorType = "temperature.left-limits" | "temperature.returned" | "door.changed" | "button.pressed" | "tag.seen";
type Row<T extends SensorType> = (event: Extract<StoreEvent, { type: T }>, f: Formats) => Readonly<Record<Language, string>>;

const table: { [T in SensorType]: Row<T> } = {
	"temperature.left-limits": ({ place, side, worstMillidegrees }, f) => {
		const at = f.celsius(worstMillidegrees);
		const isWarm = side === "warm";
		return {
			en: `${place} is too ${isWarm ? "warm" : "cold"}: ${at}`,
			"zh-CN": `${place} 温度过${isWarm ? "高" : "低"}：${at}`,
			de: `${place} ist zu ${isWarm ? "warm" : "kalt"}: ${at}`,
			hr: `${place}: ${isWarm ? "pretoplo" : "prehladno"}, ${at}`,
		};
	},
	"temperature.returned": ({ place, minutes }, f) => ({
		en: `${place} is within its limits again, after ${f.span(minutes * 60)}`,
		"zh-CN": `${place} 温度已恢复正常，历时 ${f.span(minutes * 60)}`,
		de: `${place} ist nach ${f.span(minutes * 60)} wieder in seinen Grenzen`,
		hr: `${place}: temperatura je nakon ${f.span(minutes * 60)} opet u granicama`,
	}),
	"door.changed": ({ device, sensor, isOpen }) => ({
		en: `${sensor} (${device}) is ${isOpen ? "open" : "closed"}`,
		"zh-CN": `${sensor}（${device}）已${isOpen ? "打开" : "关闭"}`,
		de: `${sensor} (${device}) ist ${isOpen ? "offen" : "zu"}`,
		hr: `${sensor} (${device}): ${isOpen ? "otvoreno" : "zatvoreno"}`,
	}),
	"button.pressed": ({ device, sensor, action }) => ({
		en: `${sensor} (${device}) was pressed: ${action}`,
		"zh-CN": `${sensor}（${device}）被按下：${action}`,
		de: `${sensor} (${device}) wurde gedrückt: ${action}`,
		hr: `${sensor} (${device}): pritisnuto, ${action}`,
	}),
	"tag.seen": ({ device, epc }) => ({
		en: `${device} sees the tag ${epc}`,
		"zh-CN": `${device} 读到标签 ${epc}`,
		de: `${device} sieht das Tag ${epc}`,
		hr: `${device} vidi oznaku ${epc}`,
	}),
};

/** The sentences of one language. */
export function sensorSentences(language: Language): {
	[T in SensorType]: (event: Extract<StoreEvent, { type: T }>, f: Formats) => string;
} {
	const of =
		<T extends SensorType>(type: T) =>
		(event: Extract<StoreEvent, { type: T }>, f: Formats): string =>
			(table[type] as Row<T>)(event, f)[language];
	return {
		"temperature.left-limits": of("temperature.left-limits"),
		"temperature.returned": of("temperature.returned"),
		"door.changed": of("door.changed"),
		"button.pressed": of("button.pressed"),
		"tag.seen": of("tag.seen"),
	};
}
