import { sayFrom, type WordRow } from "../shared/languages.ts";
import { useCockpit } from "../state/state.ts";

/** The morning page, and the acts in its alarms. */
const table = {
	morning: ["Morning", "早班", "Morgen", "Jutro"],
	store: ["Store", "门店", "Filiale", "Trgovina"],
	selling: ["Selling", "销售", "Verkauf", "Prodaja"],
	settings: ["Settings", "设置", "Einstellungen", "Postavke"],
	pages: ["Pages", "页面", "Seiten", "Stranice"],
	alarmCount: ["Alarms: {0}", "告警：{0}", "Alarme: {0}", "Alarmi: {0}"],
	loading: ["Loading…", "正在加载…", "Wird geladen…", "Učitava se…"],
	notLoaded: [
		"This could not be loaded. It is asked again by itself.",
		"无法加载，系统会自动重试。",
		"Das ließ sich nicht laden. Es wird von selbst noch einmal gefragt.",
		"Ovo se nije moglo učitati. Ponovno se pita samo.",
	],

	allIsWell: [
		"All is well: {0|the only label|each of {0} labels} shows its price, and nothing waits for you.",
		"一切正常：{0} 个价签均显示正确价格，没有待处理事项。",
		"Alles in Ordnung: {0|Das einzige Etikett|Jedes von {0} Etiketten} zeigt seinen Preis, und nichts wartet auf Sie.",
		"Sve je u redu: svaka od {0} {0|etikete|etikete|etiketa} pokazuje svoju cijenu i ništa vas ne čeka.",
	],
	allIsWellButBusy: [
		"All is well: {0} {0|label shows its|labels show their} price, {1} {1|is|are} being drawn just now, and nothing waits for you.",
		"一切正常：{0} 个价签显示正确价格，{1} 个正在更新，没有待处理事项。",
		"Alles in Ordnung: {0} {0|Etikett stimmt|Etiketten stimmen}, {1} {1|wird|werden} gerade neu gezeichnet, und nichts wartet auf Sie.",
		"Sve je u redu: {0} {0|etiketa je točna|etikete su točne|etiketa je točno}, {1} se upravo {1|crta|crtaju|crta}, i ništa vas ne čeka.",
	],
	allIsWellNoLabels: [
		"Nothing waits for you. No label belongs to an article yet.",
		"没有待处理事项。尚无价签绑定商品。",
		"Nichts wartet auf Sie. Noch gehört kein Etikett zu einem Artikel.",
		"Ništa vas ne čeka. Nijedna etiketa još nema artikl.",
	],
	needsYou: ["This waits for you:", "待处理：", "Das wartet auf Sie:", "Ovo vas čeka:"],
	looking: ["Looking at the store…", "正在查看门店…", "Die Filiale wird angesehen…", "Pregledava se trgovina…"],
	labelsLate: [
		"labels without their price: {0}",
		"价格未显示的价签：{0}",
		"Etiketten ohne ihren Preis: {0}",
		"etikete bez svoje cijene: {0}",
	],
	toDecide: ["alarms: {0}", "告警：{0}", "Alarme: {0}", "alarmi: {0}"],
	toHold: ["held prices: {0}", "扣留的价格：{0}", "zurückgehaltene Preise: {0}", "zadržane cijene: {0}"],
	toPrint: ["paper labels to print: {0}", "待打印纸价签：{0}", "Papieretiketten zu drucken: {0}", "papirnate etikete za ispis: {0}"],
	toFill: ["shelves to fill: {0}", "待补货架：{0}", "Regale zu füllen: {0}", "police za puniti: {0}"],
	toCharge: ["batteries: {0}", "电池：{0}", "Batterien: {0}", "baterije: {0}"],

	prices: ["Are my prices right?", "价格正确吗？", "Stimmen meine Preise?", "Jesu li cijene točne?"],
	pricesShown: [
		"{0} of {1} {1|label|labels} {0|shows|show} the price that counts.",
		"{1} 个价签中 {0} 个显示有效价格。",
		"{0} von {1} {1|Etikett|Etiketten} {0|zeigt|zeigen} den Preis, der gilt.",
		"{0} od {1} {1|etikete|etikete|etiketa} {0|pokazuje|pokazuju|pokazuje} cijenu koja vrijedi.",
	],
	onTheirWay: ["{0} more on their way", "另有 {0} 个更新中", "{0} weitere unterwegs", "još {0} na putu"],
	byAisle: ["By aisle", "按通道", "Nach Gang", "Po prolazima"],
	elsewhere: ["No place", "无货位", "Ohne Platz", "Bez mjesta"],
	wholeStore: ["Whole store", "全店", "Ganze Filiale", "Cijela trgovina"],
	noPlan: [
		"Write where articles stand (`shelfPlan`, see Settings), and this goes by aisle.",
		"在设置中填写货位 (`shelfPlan`) 后，可按通道显示。",
		"Tragen Sie ein, wo Artikel stehen (`shelfPlan`, siehe Einstellungen), dann geht es hier nach Gängen.",
		"Upišite gdje artikli stoje (`shelfPlan`, vidi Postavke) pa će ovo ići po prolazima.",
	],
	noLabelsBound: [
		"No label belongs to an article yet. Open the shelf, choose a label and bind it.",
		"尚无价签绑定商品。请在货架页选择价签并绑定。",
		"Noch gehört kein Etikett zu einem Artikel. Öffnen Sie das Regal, wählen Sie ein Etikett und ordnen Sie es zu.",
		"Nijedna etiketa još nema artikl. Otvorite policu, odaberite etiketu i povežite je.",
	],
	late: ["Not shown yet", "尚未显示", "Noch nicht angezeigt", "Još nije prikazano"],
	lateNone: ["No label is late.", "没有逾期的价签。", "Kein Etikett ist überfällig.", "Nijedna etiketa ne kasni."],
	waitsSince: ["waits since {0}", "自 {0} 起等待", "wartet seit {0}", "čeka od {0}"],
	changed: ["Changed overnight", "夜间调价", "Über Nacht geändert", "Promijenjeno preko noći"],
	changedSince: ["since {0}", "自 {0} 起", "seit {0}", "od {0}"],
	changedNone: [
		"No price changed since {0}.",
		"自 {0} 起没有调价。",
		"Seit {0} hat sich kein Preis geändert.",
		"Od {0} se nijedna cijena nije promijenila.",
	],
	newPrice: ["new", "新", "neu", "novo"],
	onLabels: [
		"{0} of {1} {1|label|labels}",
		"{1} 个价签中 {0} 个",
		"{0} von {1} {1|Etikett|Etiketten}",
		"{0} od {1} {1|etikete|etikete|etiketa}",
	],
	noLabelHas: ["no label", "无价签", "kein Etikett", "bez etikete"],
	showMore: ["Show {0} more", "再显示 {0} 条", "{0} weitere zeigen", "Prikaži još {0}"],
	showFewer: ["Show fewer", "收起", "Weniger zeigen", "Prikaži manje"],

	decide: ["To do", "待办", "Zu tun", "Za obaviti"],
	decideNone: ["No alarm stands.", "没有告警。", "Kein Alarm steht an.", "Nema alarma."],
	held: ["Prices that are held", "被扣留的价格", "Zurückgehaltene Preise", "Zadržane cijene"],
	heldDo: [
		"Only head office can release them; until then the old price counts.",
		"只有总部可以放行；在此之前旧价格有效。",
		"Nur die Zentrale kann sie freigeben; bis dahin gilt der alte Preis.",
		"Samo ih centrala može pustiti; dotad vrijedi stara cijena.",
	],
	thaw: ["Let prices change again", "解除价格冻结", "Preise wieder freigeben", "Pusti cijene"],
	thawAsk: [
		"What waited comes into force now. Thaw?",
		"等待中的调价将立即生效。确定解冻？",
		"Was gewartet hat, tritt jetzt in Kraft. Freigeben?",
		"Ono što je čekalo sada stupa na snagu. Pustiti?",
	],
	yes: ["Yes", "是", "Ja", "Da"],
	testAgain: ["Test again", "再次测试", "Noch einmal testen", "Ispitaj ponovno"],
	showLabel: ["Show the label", "查看价签", "Etikett zeigen", "Prikaži etiketu"],
	cancelReceipt: ["Cancel the receipt", "取消小票", "Bon stornieren", "Odustani od računa"],
	addInSettings: ["Open the settings", "打开设置", "Einstellungen öffnen", "Otvori postavke"],

	paper: ["Paper labels", "纸价签", "Papieretiketten", "Papirnate etikete"],
	paperNone: [
		"Every paper label says what it should.",
		"所有纸价签内容正确。",
		"Jedes Papieretikett stimmt.",
		"Svaka papirnata etiketa je točna.",
	],
	paperSince: [
		"hangs since {0}, and is not right any more",
		"{0} 打印，内容已过期",
		"hängt seit {0} und stimmt nicht mehr",
		"visi od {0} i više nije točna",
	],
	paperWaits: ["on its way", "打印中", "unterwegs", "na putu"],
	paperPrint: ["Print anew", "重新打印", "Neu drucken", "Ispiši ponovno"],
	paperPrintAll: ["Print all {0}", "全部打印（{0}）", "Alle {0} drucken", "Ispiši sve ({0})"],
	paperFirst: ["Print a paper label", "打印纸价签", "Papieretikett drucken", "Ispiši papirnatu etiketu"],

	fill: ["Empty, or nearly", "缺货或即将缺货", "Leer oder fast leer", "Prazno ili skoro prazno"],
	fillNone: [
		"Every planned shelf has enough.",
		"所有货位库存充足。",
		"Jedes geplante Regal hat genug.",
		"Svaka planirana polica ima dovoljno.",
	],
	fillNoPlan: [
		"No place is planned. Write `shelfPlan` in Settings; then this list says what to bring.",
		"尚未规划货位。请在设置中填写 `shelfPlan`，此处将提示补货。",
		"Kein Platz ist geplant. Tragen Sie `shelfPlan` in den Einstellungen ein; dann sagt diese Liste, was zu bringen ist.",
		"Nijedno mjesto nije planirano. Upišite `shelfPlan` u Postavkama pa će ovaj popis reći što donijeti.",
	],
	bring: ["bring {0}", "补 {0}", "{0} bringen", "donesi {0}"],
	left: ["{0} left of {1}", "剩 {0} / {1}", "{0} von {1} da", "ostalo {0} od {1}"],
	emptyAt: ["empty about {0}", "约 {0} 售空", "leer gegen {0}", "prazno oko {0}"],
	filled: ["Filled", "已补货", "Aufgefüllt", "Napunjeno"],
	soldOut: ["Nothing left in the store", "全店已无库存", "Nichts mehr in der Filiale", "Nema više u trgovini"],
	soldOutDo: [
		"If there is some after all, count it; else ask head office when it comes.",
		"如实际有货，请盘点；否则请询问总部到货时间。",
		"Wenn doch welches da ist, zählen Sie es; sonst fragen Sie die Zentrale, wann es kommt.",
		"Ako ga ipak ima, izbrojite ga; inače pitajte centralu kada stiže.",
	],

	batteries: ["Low batteries", "电量低", "Schwache Batterien", "Slabe baterije"],
	batteriesNone: [
		"Every battery has weeks left.",
		"所有电池电量充足。",
		"Jede Batterie hält noch Wochen.",
		"Svaka baterija traje još tjednima.",
	],
	changeThisWeek: ["Change them this week.", "请在本周内更换。", "Tauschen Sie sie diese Woche.", "Zamijenite ih ovaj tjedan."],
} as const satisfies Record<string, WordRow>;

export type MorningWord = keyof typeof table;

/** The reader's language for the morning page. */
export function useMorningWords(): (word: MorningWord, ...facts: (string | number)[]) => string {
	return sayFrom(
		table,
		useCockpit((all) => all.language),
	);
}
