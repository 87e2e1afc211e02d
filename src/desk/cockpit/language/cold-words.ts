import type { WordRow } from "../shared/languages.ts";

/** Words about watched temperatures: their panel, their states, and why a minute has no temperature. */
export const coldWords = {
	coldChain: ["Temperatures", "温度", "Temperaturen", "Temperature"],
	coldExport: ["Record as a table (24 h)", "导出记录（24 小时）", "Aufzeichnung als Tabelle (24 h)", "Zapis kao tablica (24 h)"],
	coldBegins: ["The record begins now.", "记录刚刚开始。", "Die Aufzeichnung beginnt jetzt.", "Zapis upravo počinje."],
	coldMinutes: [
		"{0} of {1} {1|minute|minutes} measured",
		"{1} 分钟中已测量 {0} 分钟",
		"{0} von {1} {1|Minute|Minuten} gemessen",
		"izmjereno {0} od {1} {1|minute|minute|minuta}",
	],
	within: ["within limits", "正常", "in den Grenzen", "u granicama"],
	outside: ["outside, for a short time yet", "短时超限", "außerhalb, erst kurz", "izvan, tek kratko"],
	"too-warm": ["too warm", "过热", "zu warm", "pretoplo"],
	"too-cold": ["too cold", "过冷", "zu kalt", "prehladno"],
	waiting: ["no temperature yet", "尚无温度", "noch keine Temperatur", "još nema temperature"],
	removed: ["not watched any more", "已停止监测", "nicht mehr überwacht", "više se ne prati"],
	silent: ["sensor silent", "传感器无数据", "Sensor schweigt", "senzor šuti"],
	"between-reports": ["between two reports", "两次上报之间", "zwischen zwei Meldungen", "između dvije dojave"],
	"gateway-off": ["gateway off", "网关关闭", "Gateway aus", "gateway isključen"],
	"gateway-stalled": ["gateway could not write", "网关无法写入", "Gateway konnte nicht schreiben", "gateway nije mogao pisati"],
	"clock-guess": ["clock not sure", "时钟不可信", "Uhr unsicher", "sat nesiguran"],
	"clock-jumped": ["clock set ahead", "时钟被调快", "Uhr vorgestellt", "sat pomaknut naprijed"],
	"not-configured": ["not watched then", "当时未监测", "damals nicht überwacht", "tada se nije pratilo"],
	"not-a-number": ["sensor sent no number", "传感器未给出数值", "Sensor sandte keine Zahl", "senzor nije poslao broj"],
	"power-on-value": ["value after power-on", "上电初始值", "Wert nach dem Einschalten", "vrijednost nakon uključenja"],
	"out-of-range": ["impossible value", "不可能的数值", "unmöglicher Wert", "nemoguća vrijednost"],
	"too-old": ["value from earlier", "过时的数值", "Wert von früher", "ranija vrijednost"],
	"before-record": ["before the record", "记录开始之前", "vor der Aufzeichnung", "prije zapisa"],
	deleted: ["older than is kept", "超出保存期限", "älter als aufbewahrt", "starije od roka čuvanja"],
	lost: ["lost with a damaged ledger", "随损坏的账本丢失", "mit einem beschädigten Ledger verloren", "izgubljeno s oštećenim zapisima"],
} as const satisfies Record<string, WordRow>;
