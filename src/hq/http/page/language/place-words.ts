import type { WordRow } from "../../../../desk/cockpit/shared/languages.ts";

/** Texts about who is a store's box, and about a head office that was restored. */
export const placeWords = {
	box: ["The store's box", "门店网关", "Gerät der Filiale", "Uređaj trgovine"],
	boxNumber: [
		"Box number {0} works for the store.",
		"当前为第 {0} 台网关。",
		"Gerät Nummer {0} arbeitet für die Filiale.",
		"Radi uređaj broj {0}.",
	],
	boxesApart: [
		"Boxes that were replaced and go on: what they report is kept apart.",
		"已被替换但仍在运行的网关，其上报内容单独保存。",
		"Ersetzte Geräte, die weiterlaufen: was sie melden, wird getrennt aufbewahrt.",
		"Zamijenjeni uređaji koji i dalje rade: njihovi se podaci čuvaju odvojeno.",
	],
	noBoxApart: [
		"No replaced box was heard.",
		"没有收到已替换网关的消息。",
		"Kein ersetztes Gerät meldet sich.",
		"Nema zamijenjenih uređaja.",
	],
	boxApart: [
		"Number {0}, records: {1}, heard {2}",
		"第 {0} 台，记录 {1} 条，最近 {2}",
		"Nummer {0}, Sätze: {1}, gehört {2}",
		"Broj {0}, zapisa: {1}, javio se {2}",
	],
	giveBack: ["Give it the place back", "恢复其位置", "Wieder einsetzen", "Vrati mu mjesto"],
	giveBackQuestion: [
		"Box number {0} takes the place of store {1} again; the one that works now is shut out. Sign that with your passkey where asked.",
		"第 {0} 台网关将重新接替门店 {1}，当前网关会被隔离。如有要求，请用通行密钥签名。",
		"Gerät Nummer {0} nimmt den Platz der Filiale {1} wieder ein; das jetzige wird ausgeschlossen. Wo verlangt, mit dem Passkey.",
		"Uređaj broj {0} opet preuzima mjesto trgovine {1}; sadašnji se isključuje. Po potrebi potpišite pristupnim ključem.",
	],
	gaveBack: [
		"It gets the place when it greets next.",
		"该网关下次联系时将接替。",
		"Es bekommt den Platz, sobald es sich meldet.",
		"Dobit će mjesto kad se javi.",
	],
	endEnrolment: ["End the enrolment", "结束登记", "Aufnahme beenden", "Završi upis"],
	endQuestion: [
		"The box of store {0} is let in no more; it sells on. Sign that with your passkey where asked.",
		"门店 {0} 的网关将不再被接受，但会继续销售。如有要求，请用通行密钥签名。",
		"Das Gerät der Filiale {0} wird nicht mehr eingelassen; es verkauft weiter. Wo verlangt, mit dem Passkey unterschreiben.",
		"Uređaj trgovine {0} više se ne pušta; i dalje prodaje. Po potrebi potpišite pristupnim ključem.",
	],
	enrolmentEnded: ["The enrolment has ended.", "登记已结束。", "Die Aufnahme ist beendet.", "Upis je završen."],
	restoredOffice: ["After a restore", "恢复之后", "Nach Wiederherstellung", "Nakon vraćanja"],
	restoredHelp: [
		"Head office's database came back from a backup: stores may remember what it sealed since. It takes that back once a person says so.",
		"总部数据库由备份恢复后，门店可能记得总部此后签发的内容；经人确认后总部会取回。",
		"Die Datenbank kam aus einer Sicherung: was die Zentrale seither besiegelte, wissen Filialen. Sie nimmt es zurück, wenn jemand es sagt.",
		"Baza centrale vraćena je iz sigurnosne kopije: trgovine možda znaju što je otad ovjerila. Preuzima to kad netko potvrdi.",
	],
	takeBack: ["Take it back", "取回", "Zurücknehmen", "Preuzmi"],
	takeBackQuestion: [
		"Head office takes back from all stores what it sealed and forgot. Sign that with your passkey where asked.",
		"总部将从所有门店取回其签发过而已遗忘的内容。如有要求，请用通行密钥签名。",
		"Die Zentrale nimmt von allen Filialen zurück, was sie besiegelte und vergaß. Wo verlangt, mit dem Passkey unterschreiben.",
		"Centrala od svih trgovina preuzima što je ovjerila i zaboravila. Po potrebi potpišite pristupnim ključem.",
	],
	takenBack: [
		"Stores are asked when they greet next.",
		"门店下次联系时取回。",
		"Die Filialen werden beim nächsten Gruß gefragt.",
		"Trgovine se pitaju kad se jave.",
	],
	restoredOf: ["{0}, records: {1}, {2}", "{0}，记录 {1} 条，{2}", "{0}, Sätze: {1}, {2}", "{0}, zapisa: {1}, {2}"],
	nothingRestored: [
		"No store gave anything back yet.",
		"还没有门店交回内容。",
		"Noch keine Filiale gab etwas zurück.",
		"Nijedna trgovina još ništa nije vratila.",
	],
} as const satisfies Record<string, WordRow>;
