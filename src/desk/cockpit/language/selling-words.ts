import { sayFrom, type WordRow } from "../shared/languages.ts";
import { orderStateWords } from "../shared/order-words.ts";
import { useCockpit } from "../state/state.ts";

/** The page of selling: online orders, coupons and points. */
const table = {
	...orderStateWords,
	orders: ["Online orders", "网上订单", "Online-Bestellungen", "Online narudžbe"],
	ordersState: ["Orders in this state", "此状态的订单", "Bestellungen in diesem Zustand", "Narudžbe u tom stanju"],
	noOrders: [
		"No order is in this state. Head office sends them.",
		"没有处于该状态的订单。订单由总部下发。",
		"Keine Bestellung in diesem Zustand. Die Zentrale schickt sie.",
		"Nema narudžbi u tom stanju. Šalje ih centrala.",
	],
	loading: ["Loading…", "正在加载…", "Wird geladen…", "Učitava se…"],
	notLoaded: [
		"This could not be loaded. It is asked again by itself.",
		"无法加载，系统会自动重试。",
		"Das ließ sich nicht laden. Es wird von selbst noch einmal gefragt.",
		"Ovo se nije moglo učitati. Ponovno se pita samo.",
	],
	willBeLate: [
		"will not be ready in time: {0}",
		"预计无法按时备好：{0}",
		"wird nicht rechtzeitig fertig: {0}",
		"neće biti spremna na vrijeme: {0}",
	],
	openLines: ["lines to pick: {0}", "待拣 {0} 行", "offene Zeilen: {0}", "redaka za skupiti: {0}"],
	missing: ["missing: {0} ({1})", "缺货：{0}（{1}）", "fehlt: {0} ({1})", "nedostaje: {0} ({1})"],
	accept: ["Accept", "接单", "Annehmen", "Prihvati"],
	refuse: ["Refuse", "拒绝", "Ablehnen", "Odbij"],
	refuseWhy: ["Why it is refused", "拒绝原因", "Warum abgelehnt wird", "Zašto se odbija"],
	pick: ["Pick", "拣货", "Packen", "Skupi"],
	pickCode: ["Code of the picked piece", "所拣商品条码", "Code des gepackten Stücks", "Kod skupljenog komada"],
	pickGrams: ["Weight in g (weighed goods)", "重量（克，称重商品）", "Gewicht in g (Wiegeware)", "Težina u g (vagana roba)"],
	short: ["Missing", "缺货", "Fehlt", "Nedostaje"],
	shortWhy: ["not on the shelf", "货架无货", "nicht im Regal", "nema na polici"],
	ready: ["Ready", "备好", "Bereit", "Spremno"],
	handOver: ["Hand over", "交付", "Übergeben", "Predaj"],
	handOverCode: [
		"Pick-up code of the customer or courier",
		"顾客或骑手的取货码",
		"Abholcode von Kunde oder Kurier",
		"Kod kupca ili dostavljača",
	],
	shelve: ["Back on the shelf", "放回货架", "Zurück ins Regal", "Vrati na policu"],
	shelveCode: ["Code of the piece", "商品条码", "Code des Stücks", "Kod komada"],
	inBag: ["in the bag: {0}", "袋中：{0}", "in der Tüte: {0}", "u vrećici: {0}"],

	coupons: ["Coupons", "优惠券", "Coupons", "Kuponi"],
	couponsHelp: [
		"Head office lends this store so many redemptions. What is left counts also without the line.",
		"总部借给本店一定的核销次数；剩余次数断网时也有效。",
		"Die Zentrale leiht dieser Filiale so viele Einlösungen. Was übrig ist, gilt auch ohne Leitung.",
		"Centrala posuđuje trgovini toliko iskorištenja. Ostatak vrijedi i bez veze.",
	],
	noCoupons: ["No campaign was heard of yet.", "尚未收到优惠券活动。", "Noch keine Aktion bekannt.", "Još nema poznatih akcija."],
	couponUsed: ["redeemed here: {0}", "本店已核销：{0}", "hier eingelöst: {0}", "ovdje iskorišteno: {0}"],
	couponLent: ["lent: {0}", "已借：{0}", "geliehen: {0}", "posuđeno: {0}"],
	couponLeft: ["left: {0}", "剩余：{0}", "übrig: {0}", "preostalo: {0}"],
	leaseUntil: ["until {0}", "至 {0}", "bis {0}", "do {0}"],
	waits: ["waits", "未开始", "wartet", "čeka"],
	runs: ["runs", "进行中", "läuft", "traje"],
	over: ["over", "已结束", "vorbei", "završeno"],
	ended: ["ended early", "已提前结束", "vorzeitig beendet", "završeno prije roka"],

	points: ["Points", "积分", "Punkte", "Bodovi"],
	noRule: [
		"Head office has not said what a point is worth.",
		"总部尚未规定积分价值。",
		"Die Zentrale hat nicht gesagt, was ein Punkt wert ist.",
		"Centrala nije rekla koliko bod vrijedi.",
	],
	rule: [
		"{0} earn a point, a point pays {1}; since {2}",
		"每消费 {0} 得一分，一分抵 {1}；自 {2} 起",
		"{0} geben einen Punkt, ein Punkt zahlt {1}; seit {2}",
		"{0} donosi bod, bod plaća {1}; od {2}",
	],
	pointsLent: [
		"Lent for members who showed a code and have not paid yet: {0} ({1} {1|member|members})",
		"借给已出示会员码、尚未付款的会员：{0}（{1} 人）",
		"Geliehen für Mitglieder, die einen Code gezeigt und noch nicht bezahlt haben: {0} ({1})",
		"Posuđeno članovima koji su pokazali kod i još nisu platili: {0} ({1})",
	],
	pointsLeft: ["spent of it: {0}, left: {1}", "已用 {0}，剩余 {1}", "davon ausgegeben: {0}, übrig: {1}", "potrošeno: {0}, preostalo: {1}"],
} as const satisfies Record<string, WordRow>;

export type SellingWord = keyof typeof table;

export function useSellingWords(): (word: SellingWord, ...facts: (string | number)[]) => string {
	return sayFrom(
		table,
		useCockpit((all) => all.language),
	);
}
