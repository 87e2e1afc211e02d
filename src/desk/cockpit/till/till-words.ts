import { type Language, sayFrom, type WordRow } from "../shared/languages.ts";

/** Every text of the till's page in English, Chinese, German and Croatian. */
const table = {
	till: ["Till", "收银台", "Kasse", "Blagajna"],
	scan: ["Scan or type a code", "扫描或输入条码", "Code scannen oder eintippen", "Skenirajte ili upišite kod"],
	scanHint: [
		"Goods, a member's code or a coupon. 3*1001 is three pieces, 0.350*1009 weighs 350 g.",
		"商品、会员码或优惠券。3*1001 为三件，0.350*1009 为 350 克。",
		"Ware, Mitgliedscode oder Gutschein. 3*1001 sind drei Stück, 0,350*1009 wiegt 350 g.",
		"Roba, kod člana ili kupon. 3*1001 su tri komada, 0,350*1009 teži 350 g.",
	],
	enter: ["Enter", "确定", "Eingeben", "Unesi"],
	basket: ["Basket", "购物篮", "Korb", "Košarica"],
	empty: ["Nothing scanned yet.", "尚未扫描商品。", "Noch nichts gescannt.", "Još ništa nije skenirano."],
	takeOut: ["Take out", "删除", "Herausnehmen", "Izvadi"],
	takeOutOf: ["Take out {0}", "删除 {0}", "{0} herausnehmen", "Izvadi {0}"],
	deposit: ["deposit {0}", "押金 {0}", "Pfand {0}", "povratna naknada {0}"],
	member: ["Member, tier {0}", "会员，等级 {0}", "Mitglied, Stufe {0}", "Član, razina {0}"],
	total: ["To pay", "应付", "Zu zahlen", "Za platiti"],
	pay: ["Pay {0}", "收款 {0}", "{0} kassieren", "Naplati {0}"],
	paid: ["Paid: {0}", "已收款：{0}", "Bezahlt: {0}", "Plaćeno: {0}"],
	sale: ["Sale {0}", "销售 {0}", "Verkauf {0}", "Prodaja {0}"],
	next: ["Next customer", "下一位顾客", "Nächster Kunde", "Sljedeći kupac"],
	leave: ["Abandon the basket", "放弃购物篮", "Korb verwerfen", "Odbaci košaricu"],
	keys: [
		"F2 pay · F4 next customer, once paid · F8 take the last line out",
		"F2 收款 · F4 付款后下一位 · F8 删除最后一行",
		"F2 kassieren · F4 nächster Kunde, wenn bezahlt ist · F8 letzte Zeile herausnehmen",
		"F2 naplata · F4 sljedeći kupac, kad je plaćeno · F8 izvadi zadnji redak",
	],
	stopRecall: [
		"Recalled: it may not be sold. Take it out and keep it apart.",
		"已召回：不得销售。请删除并单独存放。",
		"Zurückgerufen: darf nicht verkauft werden. Herausnehmen und beiseitelegen.",
		"Opozvano: ne smije se prodati. Izvadite i odvojite.",
	],
	stopExpired: [
		"Past its day: it may not be sold. Take it out and keep it apart.",
		"已过期：不得销售。请删除并单独存放。",
		"Abgelaufen: darf nicht verkauft werden. Herausnehmen und beiseitelegen.",
		"Istekao rok: ne smije se prodati. Izvadite i odvojite.",
	],
	stopAge: ["Only from {0} years of age", "仅限 {0} 周岁以上", "Erst ab {0} Jahren", "Samo od {0} godina"],
	askAge: [
		"Is the customer {0} years old or older? Look, and at an identity card if in doubt.",
		"顾客是否已满 {0} 周岁？请查看，有疑问时核对证件。",
		"Ist der Kunde mindestens {0} Jahre alt? Hinsehen, im Zweifel auf den Ausweis.",
		"Ima li kupac {0} ili više godina? Pogledajte, a u sumnji i osobnu iskaznicu.",
	],
	ageYes: ["Yes, {0} or older", "是，已满 {0} 周岁", "Ja, {0} oder älter", "Da, {0} ili više"],
	ageBy: ["Age {0} confirmed by {1}", "{1} 已确认年满 {0} 周岁", "Alter {0} bestätigt von {1}", "Dob {0} potvrdio {1}"],
	weightDoubt: [
		"What lies on the plate does not fit the basket.",
		"称重台上的物品与购物篮不符。",
		"Was auf der Waage liegt, passt nicht zum Korb.",
		"Ono na vagi ne odgovara košarici.",
	],
	weightYes: ["I have looked: it is right", "已查看，无误", "Nachgesehen, es stimmt", "Pogledano, u redu je"],
	lost: [
		"The gateway does not answer. What was scanned is kept and sent as soon as it does: {0} waiting.",
		"网关没有应答。已扫描的内容会保留并在恢复后发送：等待 {0} 项。",
		"Das Gateway antwortet nicht. Gescanntes bleibt hier und wird gesendet, sobald es antwortet: {0} warten.",
		"Gateway ne odgovara. Skenirano se čuva i šalje čim odgovori: čeka {0}.",
	],
	working: ["One moment…", "请稍候…", "Einen Moment…", "Trenutak…"],
	locked: ["Sign in to use this till.", "请登录后使用收银台。", "Zum Kassieren anmelden.", "Prijavite se za rad na blagajni."],
	userName: ["Name", "用户名", "Name", "Ime"],
	password: ["Password", "密码", "Passwort", "Lozinka"],
	signIn: ["Sign in", "登录", "Anmelden", "Prijava"],
	language: ["Language", "语言", "Sprache", "Jezik"],
	cockpit: ["Cockpit", "驾驶舱", "Cockpit", "Kokpit"],
	noReceipt: ["No receipt was asked for.", "未要求小票。", "Kein Bon gewünscht.", "Račun nije tražen."],
	receipt: ["Receipt", "小票", "Bon", "Račun"],
	queued: ["waiting for the printer", "等待打印机", "wartet auf den Drucker", "čeka pisač"],
	printing: ["being printed", "打印中", "wird gedruckt", "ispisuje se"],
	printed: ["on paper", "已打印", "auf Papier", "na papiru"],
	sent: [
		"sent; the printer cannot confirm",
		"已发送，打印机无法确认",
		"gesendet; der Drucker kann nicht bestätigen",
		"poslano; pisač ne može potvrditi",
	],
	"in-doubt": ["in doubt: look at the paper", "存疑：请查看纸张", "zweifelhaft: aufs Papier sehen", "dvojbeno: pogledajte papir"],
	void: ["torn; it comes again", "已作废，将重新打印", "ungültig; kommt noch einmal", "nevažeće; dolazi ponovno"],
	failed: ["not printed", "未打印", "nicht gedruckt", "nije ispisano"],
} satisfies Record<string, WordRow>;

export type TillWord = keyof typeof table;

export const sayAtTill = (language: Language) => sayFrom(table, language);

/** Why a line costs what it costs: the sentences of the gateway (words/prices/effective.ts), in the reader's language. */
const reasons: readonly (readonly [RegExp, WordRow])[] = [
	[
		/^(\d+) pieces together cost less/,
		["{0} together cost less", "{0} 件同购更优惠", "{0} zusammen sind günstiger", "{0} zajedno je jeftinije"],
	],
	[/^The member price of tier (\S+)/, ["Member price ({0})", "会员价（{0}）", "Mitgliederpreis ({0})", "Cijena za članove ({0})"]],
	[/^The price from (\d+) pieces/, ["Price from {0} pieces on", "满 {0} 件价", "Preis ab {0} Stück", "Cijena od {0} kom"]],
	[/^The promotion counts/, ["Promotion", "促销价", "Aktion", "Akcija"]],
	[/^The clearance counts/, ["Clearance", "清仓价", "Abverkauf", "Rasprodaja"]],
	[/own label says/, ["Price on its own label", "以商品标签价格为准", "Preis vom eigenen Etikett", "Cijena s vlastite naljepnice"]],
	[
		/shelf may still/,
		[
			"The shelf may still show the lower price",
			"货架可能仍显示较低价格",
			"Das Regal zeigt evtl. noch den niedrigeren Preis",
			"Polica možda još pokazuje nižu cijenu",
		],
	],
	[/^It is the (only|newest) price/, ["", "", "", ""]],
];

export function reasonIn(language: Language, why: string): string {
	for (const [pattern, row] of reasons) {
		const found = pattern.exec(why);
		if (found) return sayFrom({ row }, language)("row", found[1] ?? "");
	}
	return why;
}
