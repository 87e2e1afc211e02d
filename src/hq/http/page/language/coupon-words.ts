import type { WordRow } from "../../../../desk/cockpit/shared/languages.ts";

/** Texts about campaigns of coupons. */
export const couponWords = {
	coupons: ["Coupons", "优惠券", "Coupons", "Kuponi"],
	couponsHelp: [
		"What was redeemed, and may have been at most: what is lent to a store counts as used until the store reports it.",
		"各活动已核销的次数及可能的最大次数：借给门店的额度在门店报告前都视为已用，因此断网时也不会超过总数。",
		"Was eingelöst wurde und höchstens eingelöst sein kann: Geliehenes gilt als benutzt, bis die Filiale es meldet.",
		"Što je iskorišteno i što je najviše moglo biti: posuđeno se računa kao iskorišteno dok trgovina ne javi.",
	],
	noCoupon: [
		"No campaign was made yet. The web shop makes them with POST /api/v1/coupons.",
		"还没有优惠券活动。网店通过 POST /api/v1/coupons 创建。",
		"Noch keine Aktion. Der Webshop legt sie mit POST /api/v1/coupons an.",
		"Još nema akcija. Web-trgovina ih stvara s POST /api/v1/coupons.",
	],
	redeemedOf: ["redeemed: {0} of {1}", "已核销：{0} / {1}", "eingelöst: {0} von {1}", "iskorišteno: {0} od {1}"],
	boundOf: ["at most: {0}", "最多：{0}", "höchstens: {0}", "najviše: {0}"],
	freeToLend: ["free to lend: {0}", "可借出：{0}", "noch zu leihen: {0}", "slobodno za posudbu: {0}"],
	offTotal: ["{0} off the total", "总额减 {0}", "{0} vom Gesamtbetrag", "{0} manje od ukupnog"],
	offEach: ["{0} off each of {1}", "{1} 每件减 {0}", "{0} auf jedes von {1}", "{0} manje za svaki {1}"],
	oneFor: ["one of {1} for {0}", "{1} 一件只需 {0}", "eines von {1} für {0}", "jedan {1} za {0}"],
	inMinorUnits: [
		"{0} (smallest units of the store's currency)",
		"{0}（门店货币的最小单位）",
		"{0} (kleinste Einheiten der Währung der Filiale)",
		"{0} (najmanjih jedinica valute trgovine)",
	],
	couponCode: ["Code {0}", "券码 {0}", "Code {0}", "Kod {0}"],
	couponSpan: ["{0} to {1}", "{0} 至 {1}", "{0} bis {1}", "{0} do {1}"],
	couponBegins: ["begins {0}", "{0} 开始", "beginnt {0}", "počinje {0}"],
	couponOver: ["over", "已结束", "vorbei", "završeno"],
	couponRuns: ["runs", "进行中", "läuft", "traje"],
	couponWaits: ["waits", "未开始", "wartet", "čeka"],
	lentToStores: ["Lent to stores", "借给门店的额度", "An Filialen geliehen", "Posuđeno trgovinama"],
	nothingLent: [
		"Nothing is lent: no store that knows coupons was heard yet.",
		"尚未借出额度：还没有支持优惠券的门店联系过。",
		"Nichts ist geliehen: noch keine Filiale, die Coupons kennt, hat sich gemeldet.",
		"Ništa nije posuđeno: još se nije javila trgovina koja poznaje kupone.",
	],
	leaseUsed: ["{0} used of {1}", "已用 {0} / {1}", "{0} von {1} benutzt", "iskorišteno {0} od {1}"],
	leaseUntil: ["until {0}", "至 {0}", "bis {0}", "do {0}"],
	leaseReturned: ["returned {0}", "{0} 已归还", "zurück {0}", "vraćeno {0}"],
	leaseUnreported: [
		"over since {0}, not reported yet",
		"已于 {0} 到期，尚未报告",
		"vorbei seit {0}, noch nicht gemeldet",
		"isteklo {0}, još nije javljeno",
	],
} as const satisfies Record<string, WordRow>;
