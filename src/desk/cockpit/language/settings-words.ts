import { sayFrom, type WordRow } from "../shared/languages.ts";
import { useCockpit } from "../state/state.ts";

/** The page of settings. What each setting is, is said by the schema, in English. */
const table = {
	loading: ["Reading the settings…", "正在读取设置…", "Einstellungen werden gelesen…", "Čitaju se postavke…"],
	notYours: [
		"Only a supervisor or technician sees the settings.",
		"只有主管或技术员可以查看设置。",
		"Die Einstellungen sehen nur Leitung und Technik.",
		"Postavke vide samo voditelj i tehničar.",
	],
	tryAgain: ["Try again", "重试", "Noch einmal", "Pokušaj ponovno"],
	version: ["Version {0}, by {1}, {2}", "版本 {0}，{1}，{2}", "Version {0}, von {1}, {2}", "Verzija {0}, {1}, {2}"],
	inFile: ["in {0}", "文件 {0}", "in {0}", "u {0}"],
	title: ["Settings", "设置", "Einstellungen", "Postavke"],
	form: ["One by one", "逐项", "Einzeln", "Pojedinačno"],
	asText: ["As text", "文本", "Als Text", "Kao tekst"],
	versions: ["Versions", "历史版本", "Versionen", "Verzije"],
	readOnly: ["Nothing can be saved here.", "此处无法保存。", "Hier lässt sich nichts speichern.", "Ovdje se ništa ne može spremiti."],
	readOnlyRole: [
		"Only a technician may change settings.",
		"只有技术员可以更改设置。",
		"Ändern darf nur die Technik.",
		"Mijenjati smije samo tehničar.",
	],
	restart: [
		"The gateway still runs without these changes: {0}. They count from its next start.",
		"网关尚未采用以下更改：{0}。重启后生效。",
		"Das Gateway läuft noch ohne diese Änderungen: {0}. Sie gelten ab seinem nächsten Start.",
		"Gateway još radi bez ovih promjena: {0}. Vrijede od sljedećeg pokretanja.",
	],
	restartHow: ["On the box: {0}", "在本机执行：{0}", "Auf der Box: {0}", "Na uređaju: {0}"],
	wrongNow: [
		"The file is wrong as it is; the gateway would not start with it:",
		"当前文件有误，网关将无法启动：",
		"Die Datei ist so falsch; das Gateway würde damit nicht starten:",
		"Datoteka je pogrešna; gateway se s njom ne bi pokrenuo:",
	],

	general: ["The store", "门店", "Die Filiale", "Trgovina"],
	returns: ["Returns", "退货", "Rückgaben", "Povrati"],
	hq: ["Head office", "总部", "Zentrale", "Centrala"],
	broker: ["MQTT broker", "MQTT 代理", "MQTT-Broker", "MQTT posrednik"],
	desk: ["Cockpit and API", "控制台与 API", "Cockpit und API", "Kokpit i API"],
	epos: ["Epson tills", "爱普生收银机", "Epson-Kassen", "Epson blagajne"],
	raw: ["Port 9100", "端口 9100", "Port 9100", "Port 9100"],
	devices: ["Devices", "设备", "Geräte", "Uređaji"],
	scanning: ["Scanning", "扫码", "Scannen", "Skeniranje"],
	shelves: ["Weighing shelves", "称重货架", "Wiegeregale", "Police s vagom"],
	shelfPlan: ["Shelf plan", "货位计划", "Regalplan", "Plan polica"],
	coldChain: ["Cold chain", "冷链", "Kühlkette", "Hladni lanac"],
	faces: ["Label faces", "价签版式", "Etikettenbilder", "Izgled etiketa"],
	alarms: ["Alarms", "告警", "Alarme", "Alarmi"],
	backup: ["Backup", "备份", "Sicherung", "Sigurnosna kopija"],
	replica: ["Copy on another box", "异机副本", "Kopie auf anderer Box", "Kopija na drugom uređaju"],
	limits: ["Limits", "限制", "Grenzen", "Granice"],

	section: ["Section", "分类", "Abschnitt", "Odjeljak"],
	usual: ["default: {0}", "默认：{0}", "üblich: {0}", "zadano: {0}"],
	usualPlain: ["default", "默认", "üblich", "zadano"],
	notSet: ["not set", "未设置", "nicht gesetzt", "nije postavljeno"],
	yes: ["yes", "是", "ja", "da"],
	no: ["no", "否", "nein", "ne"],
	needed: ["needed", "必填", "nötig", "obvezno"],
	changedMark: ["changed", "已修改", "geändert", "promijenjeno"],
	hidden: [
		"A secret stands in the file and is not shown. Move it into a file of its own.",
		"文件中有密钥，不予显示。请移到单独的文件中。",
		"In der Datei steht ein Geheimnis und wird nicht gezeigt. Legen Sie es in eine eigene Datei.",
		"U datoteci je tajna i ne prikazuje se. Premjestite je u zasebnu datoteku.",
	],
	toUsual: ["Back to the default", "恢复默认", "Zurück zum Üblichen", "Vrati na zadano"],
	takeOut: ["Take it out", "移除", "Herausnehmen", "Izvadi"],
	takeBack: ["Take the change back", "撤销修改", "Änderung zurücknehmen", "Povuci promjenu"],
	remove: ["Remove", "删除", "Entfernen", "Ukloni"],
	removed: ["will be removed", "将被删除", "wird entfernt", "bit će uklonjeno"],
	add: ["Add one", "添加", "Hinzufügen", "Dodaj"],
	addAs: [
		"As YAML, one setting a line (`gondola config reference` lists them).",
		"使用 YAML，每行一项设置（`gondola config reference` 列出所有设置）。",
		"Als YAML, eine Einstellung je Zeile (`gondola config reference` nennt sie).",
		"Kao YAML, jedna postavka po retku (`gondola config reference` ih navodi).",
	],
	added: ["new", "新", "neu", "novo"],
	noneYet: [
		"None yet. Add the first one below.",
		"暂无。请在下方添加。",
		"Noch nichts. Fügen Sie unten das Erste hinzu.",
		"Još ništa. Dodajte prvo ispod.",
	],
	tooMany: [
		"{0} of them: edit them as text.",
		"共 {0} 项，请以文本方式编辑。",
		"Es sind {0}: Bearbeiten Sie sie als Text.",
		"Ima ih {0}: uredite ih kao tekst.",
	],
	textTooLong: [
		"The file is too long for this page. Use an editor on the box, then: gondola config check",
		"文件过长，请在本机编辑后执行：gondola config check",
		"Die Datei ist zu lang für diese Seite. Nehmen Sie einen Editor auf der Box, dann: gondola config check",
		"Datoteka je preduga za ovu stranicu. Uredite je na uređaju, zatim: gondola config check",
	],

	changes: ["Changes: {0}", "更改：{0}", "Änderungen: {0}", "Promjene: {0}"],
	review: ["Look at the changes", "查看更改", "Änderungen ansehen", "Pogledaj promjene"],
	discard: ["Discard", "放弃", "Verwerfen", "Odbaci"],
	wouldChange: ["This changes in the file", "文件将有以下更改", "Das ändert sich in der Datei", "Ovo se mijenja u datoteci"],
	nothing: ["Nothing changes.", "没有更改。", "Nichts ändert sich.", "Ništa se ne mijenja."],
	willRestart: [
		"Counts from the gateway's next start: {0}.",
		"网关重启后生效：{0}。",
		"Gilt ab dem nächsten Start des Gateways: {0}.",
		"Vrijedi od sljedećeg pokretanja gatewaya: {0}.",
	],
	isWrong: ["This cannot be saved:", "无法保存：", "So lässt sich das nicht speichern:", "Ovo se ne može spremiti:"],
	save: ["Save", "保存", "Speichern", "Spremi"],
	back: ["Go on editing", "继续编辑", "Weiter bearbeiten", "Nastavi uređivati"],
	saved: ["Saved as version {0}.", "已保存为版本 {0}。", "Gespeichert als Version {0}.", "Spremljeno kao verzija {0}."],
	readAgain: [
		"Read them again, keep my changes",
		"重新读取，保留我的更改",
		"Neu lesen, meine Änderungen behalten",
		"Pročitaj ponovno, zadrži moje promjene",
	],
	goBack: ["Go back to this", "恢复到此版本", "Zu dieser zurück", "Vrati na ovu"],
	current: ["counts now", "当前", "gilt jetzt", "vrijedi sada"],
	noVersions: [
		"No version is kept yet. The first change keeps the file as it was, too.",
		"尚无历史版本。首次更改时会同时保存原文件。",
		"Noch ist keine Version aufgehoben. Die erste Änderung hebt auch die Datei auf, wie sie war.",
		"Još nema spremljenih verzija. Prva promjena sprema i datoteku kakva je bila.",
	],
} as const satisfies Record<string, WordRow>;

export type SettingsWord = keyof typeof table;
export type SaySettings = (word: SettingsWord, ...facts: (string | number)[]) => string;

/** The reader's language for the page of settings. */
export function useSettingsWords(): SaySettings {
	return sayFrom(
		table,
		useCockpit((all) => all.language),
	);
}

/** The title of a section; a section that this page does not know has the schema's name. */
export const sectionTitle = (say: SaySettings, name: string): string => (Object.hasOwn(table, name) ? say(name as SettingsWord) : name);
