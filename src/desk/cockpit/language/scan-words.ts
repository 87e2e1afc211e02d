/** The result of a scan, in words for the person who holds the scanner. */
import type { StoreEvent } from "../../../words/event.ts";
import type { ScanMode, ScanOutcome } from "../../../words/scanning/scan-modes.ts";
import { formFor, type Language } from "../shared/languages.ts";
import type { Formats } from "./format.ts";

type Acted = Extract<StoreEvent, { type: "scan.acted" }>;
type Whys = Record<string, string>;

interface Words {
	modes: Record<ScanMode, string>;
	whys: Whys;
	say(acted: Acted, words: { mode: string; amount: string; why: string }): string;
}

const by = (table: Record<ScanOutcome, () => string>, { did }: Acted): string => table[did]();

/** The purpose of the awaited scan: a label's article, an order's goods, a basket's coupons. */
const awaited = (e: Acted, colon: string, [label, order, basket]: [string, string, string]): string =>
	`${e.device}${colon}${e.label !== undefined ? label : e.basket !== undefined ? basket : order}`;

const english: Words = {
	modes: {
		lookup: "look-up",
		bind: "binding labels",
		audit: "price audit",
		pick: "picking",
		receive: "receiving",
		count: "counting",
		coupon: "coupons",
	},
	whys: {
		"mode-not-allowed": "this scanner may not be switched to that",
		"label-first": "scan the label first, then the article",
		"label-unknown": "that label has never checked in",
		"article-unknown": "no article has this code",
		"order-first": "several orders need it: scan the order's code first",
		"not-ordered": "no order that is being picked needs it",
		"unit-unclear": "it is sold by weight: scan the label with its weight",
		"code-doubtful": "what the code says of its content is in doubt",
		"nothing-counted": "nothing was counted",
		"count-not-ended": "the count was not ended with another code, so it does not count",
		"no-label": "it has no label",
		"label-not-shown": "a label does not show its price yet",
		"price-wrong": "the shelf showed another price; its labels are drawn again",
		"no-price": "it has no price",
		"article-recalled": "it is recalled",
		"coupon-unknown": "this store knows no such coupon",
		"coupon-early": "it does not count yet",
		"coupon-over": "it is over",
		"coupon-ended": "head office ended it early",
		"coupon-used": "it was redeemed before",
		"coupon-members-only": "it is for members: scan it into their basket",
		"coupon-member-limit": "this member has used it often enough",
		"coupon-conditions": "what it asks for is not in the basket",
		"coupon-no-quota": "none of it is left here for now",
		"coupon-needs-basket": "it depends on what is bought: scan the code of the basket first",
		"coupon-nothing": "it takes nothing off here",
		"coupon-in-basket": "it lies in this basket already",
		"coupon-just-redeemed": "it was redeemed a moment ago",
		"basket-settled": "that basket was paid",
		"basket-full": "the basket takes no more coupons",
	},
	say: (e, { mode, amount, why }) =>
		by(
			{
				mode: () => `${e.device}: now ${mode}`,
				waits: () =>
					awaited(e, ": ", [
						`label ${e.label}; scan its article`,
						`order ${e.order}; scan its goods`,
						`basket ${e.basket}; scan its coupons`,
					]),
				bound: () => `${e.device}: label ${e.label} shows ${e.sku}`,
				audited: () =>
					e.why === undefined
						? `${e.device}: ${formFor("en", amount, ["the label shows", `all ${amount} labels show`])} the price of ${e.sku}`
						: `${e.device}: ${e.sku}: ${why}`,
				picked: () => `${e.device}: ${e.sku} for order ${e.order}`,
				received: () => `${e.device}: ${amount} of ${e.sku} came in`,
				counting: () => `${e.device}: ${e.sku}, ${amount} so far`,
				counted: () => `${e.device}: ${amount} of ${e.sku} counted`,
				"put-in": () => `${e.device}: coupon ${e.coupon} counts in basket ${e.basket}`,
				redeemed: () => `${e.device}: coupon ${e.coupon} redeemed`,
				refused: () => `${e.device}: refused: ${why}`,
				ended: () => `${e.device}: ${mode} ended, nothing was scanned`,
			},
			e,
		),
};

const chinese: Words = {
	modes: { lookup: "查询", bind: "绑定价签", audit: "核价", pick: "拣货", receive: "收货", count: "盘点", coupon: "优惠券" },
	whys: {
		"mode-not-allowed": "此扫描器不允许切换到该模式",
		"label-first": "请先扫价签，再扫商品",
		"label-unknown": "该价签从未上线",
		"article-unknown": "没有此条码的商品",
		"order-first": "多个订单需要该商品：请先扫订单码",
		"not-ordered": "拣货中的订单都不需要该商品",
		"unit-unclear": "按重量销售：请扫带重量的标签",
		"code-doubtful": "条码中的内容存疑",
		"nothing-counted": "尚未盘点任何商品",
		"count-not-ended": "盘点未以另一个码结束，不计入",
		"no-label": "没有价签",
		"label-not-shown": "有价签尚未显示正确价格",
		"price-wrong": "货架显示的价格不对，正在重新绘制价签",
		"no-price": "没有价格",
		"article-recalled": "已召回",
		"coupon-unknown": "本店没有此优惠券",
		"coupon-early": "尚未生效",
		"coupon-over": "已过期",
		"coupon-ended": "总部已提前结束",
		"coupon-used": "已兑换过",
		"coupon-members-only": "仅限会员：请扫入会员的购物篮",
		"coupon-member-limit": "该会员已达使用次数",
		"coupon-conditions": "购物篮不满足使用条件",
		"coupon-no-quota": "本店暂无可兑换额度",
		"coupon-needs-basket": "取决于所购商品：请先扫购物篮码",
		"coupon-nothing": "此处没有可减金额",
		"coupon-in-basket": "已在该购物篮中",
		"coupon-just-redeemed": "刚刚已兑换",
		"basket-settled": "该购物篮已付款",
		"basket-full": "购物篮不能再放优惠券",
	},
	say: (e, { mode, amount, why }) =>
		by(
			{
				mode: () => `${e.device}：现在是${mode}`,
				waits: () => awaited(e, "：", [`价签 ${e.label}，请扫商品`, `订单 ${e.order}，请扫商品`, `购物篮 ${e.basket}，请扫优惠券`]),
				bound: () => `${e.device}：价签 ${e.label} 已绑定 ${e.sku}`,
				audited: () => (e.why === undefined ? `${e.device}：${e.sku} 的 ${amount} 个价签价格正确` : `${e.device}：${e.sku}：${why}`),
				picked: () => `${e.device}：${e.sku} 已拣入订单 ${e.order}`,
				received: () => `${e.device}：收到 ${e.sku} ${amount}`,
				counting: () => `${e.device}：${e.sku} 已数到 ${amount}`,
				counted: () => `${e.device}：${e.sku} 盘点为 ${amount}`,
				"put-in": () => `${e.device}：优惠券 ${e.coupon} 已计入购物篮 ${e.basket}`,
				redeemed: () => `${e.device}：优惠券 ${e.coupon} 已兑换`,
				refused: () => `${e.device}：拒绝：${why}`,
				ended: () => `${e.device}：无扫描，${mode}已结束`,
			},
			e,
		),
};

const german: Words = {
	modes: {
		lookup: "Auskunft",
		bind: "Etiketten binden",
		audit: "Preiskontrolle",
		pick: "Kommissionieren",
		receive: "Wareneingang",
		count: "Zählen",
		coupon: "Coupons",
	},
	whys: {
		"mode-not-allowed": "dahin darf dieser Scanner nicht umgeschaltet werden",
		"label-first": "erst das Etikett scannen, dann den Artikel",
		"label-unknown": "dieses Etikett hat sich nie gemeldet",
		"article-unknown": "kein Artikel hat diesen Code",
		"order-first": "mehrere Bestellungen brauchen ihn: erst den Code der Bestellung scannen",
		"not-ordered": "keine Bestellung, die gepackt wird, braucht ihn",
		"unit-unclear": "wird nach Gewicht verkauft: das Etikett mit dem Gewicht scannen",
		"code-doubtful": "was der Code über den Inhalt sagt, ist zweifelhaft",
		"nothing-counted": "nichts wurde gezählt",
		"count-not-ended": "die Zählung wurde nicht mit einem anderen Code beendet und gilt nicht",
		"no-label": "er hat kein Etikett",
		"label-not-shown": "ein Etikett zeigt den Preis noch nicht",
		"price-wrong": "am Regal stand ein anderer Preis; die Etiketten werden neu gezeichnet",
		"no-price": "er hat keinen Preis",
		"article-recalled": "er ist zurückgerufen",
		"coupon-unknown": "diesen Coupon kennt der Markt nicht",
		"coupon-early": "er gilt noch nicht",
		"coupon-over": "er ist abgelaufen",
		"coupon-ended": "die Zentrale hat ihn vorzeitig beendet",
		"coupon-used": "er wurde schon eingelöst",
		"coupon-members-only": "er ist für Mitglieder: in deren Korb scannen",
		"coupon-member-limit": "dieses Mitglied hat ihn oft genug eingelöst",
		"coupon-conditions": "was er verlangt, liegt nicht im Korb",
		"coupon-no-quota": "hier ist vorerst keiner übrig",
		"coupon-needs-basket": "er hängt vom Einkauf ab: erst den Code des Korbs scannen",
		"coupon-nothing": "er zieht hier nichts ab",
		"coupon-in-basket": "er liegt schon in diesem Korb",
		"coupon-just-redeemed": "er wurde eben eingelöst",
		"basket-settled": "dieser Korb ist bezahlt",
		"basket-full": "der Korb nimmt keine Coupons mehr",
	},
	say: (e, { mode, amount, why }) =>
		by(
			{
				mode: () => `${e.device}: jetzt ${mode}`,
				waits: () =>
					awaited(e, ": ", [
						`Etikett ${e.label}; Artikel scannen`,
						`Bestellung ${e.order}; Ware scannen`,
						`Korb ${e.basket}; Coupons scannen`,
					]),
				bound: () => `${e.device}: Etikett ${e.label} zeigt ${e.sku}`,
				audited: () =>
					e.why === undefined
						? `${e.device}: ${formFor("de", amount, ["das Etikett zeigt", `alle ${amount} Etiketten zeigen`])} den Preis von ${e.sku}`
						: `${e.device}: ${e.sku}: ${why}`,
				picked: () => `${e.device}: ${e.sku} für Bestellung ${e.order}`,
				received: () => `${e.device}: ${amount} von ${e.sku} eingegangen`,
				counting: () => `${e.device}: ${e.sku}, bisher ${amount}`,
				counted: () => `${e.device}: ${amount} von ${e.sku} gezählt`,
				"put-in": () => `${e.device}: Coupon ${e.coupon} gilt im Korb ${e.basket}`,
				redeemed: () => `${e.device}: Coupon ${e.coupon} eingelöst`,
				refused: () => `${e.device}: abgelehnt: ${why}`,
				ended: () => `${e.device}: ${mode} beendet, nichts wurde gescannt`,
			},
			e,
		),
};

const croatian: Words = {
	modes: {
		lookup: "upit",
		bind: "vezanje etiketa",
		audit: "kontrola cijena",
		pick: "sakupljanje",
		receive: "zaprimanje",
		count: "brojanje",
		coupon: "kuponi",
	},
	whys: {
		"mode-not-allowed": "ovaj se čitač ne smije prebaciti na to",
		"label-first": "prvo očitajte etiketu, zatim artikl",
		"label-unknown": "ta se etiketa nikad nije javila",
		"article-unknown": "nijedan artikl nema taj kod",
		"order-first": "treba ga više narudžbi: prvo očitajte kod narudžbe",
		"not-ordered": "ne treba ga nijedna narudžba koja se sakuplja",
		"unit-unclear": "prodaje se na težinu: očitajte etiketu s težinom",
		"code-doubtful": "sadržaj koda je dvojben",
		"nothing-counted": "ništa nije izbrojano",
		"count-not-ended": "brojanje nije završeno drugim kodom pa ne vrijedi",
		"no-label": "nema etiketu",
		"label-not-shown": "etiketa još ne prikazuje cijenu",
		"price-wrong": "na polici je bila druga cijena; etikete se ponovno crtaju",
		"no-price": "nema cijenu",
		"article-recalled": "povučen je",
		"coupon-unknown": "trgovina ne zna taj kupon",
		"coupon-early": "još ne vrijedi",
		"coupon-over": "istekao je",
		"coupon-ended": "središnjica ga je prije roka završila",
		"coupon-used": "već je iskorišten",
		"coupon-members-only": "za članove je: očitajte ga u njihovu košaricu",
		"coupon-member-limit": "član ga je iskoristio dovoljno puta",
		"coupon-conditions": "u košarici nema što kupon traži",
		"coupon-no-quota": "ovdje ih zasad nema",
		"coupon-needs-basket": "ovisi o kupnji: prvo očitajte kod košarice",
		"coupon-nothing": "ovdje ništa ne odbija",
		"coupon-in-basket": "već je u košarici",
		"coupon-just-redeemed": "upravo je iskorišten",
		"basket-settled": "ta je košarica plaćena",
		"basket-full": "košarica ne prima više kupona",
	},
	say: (e, { mode, amount, why }) =>
		by(
			{
				mode: () => `${e.device}: sada ${mode}`,
				waits: () =>
					awaited(e, ": ", [
						`etiketa ${e.label}; očitajte artikl`,
						`narudžba ${e.order}; očitajte robu`,
						`košarica ${e.basket}; očitajte kupone`,
					]),
				bound: () => `${e.device}: etiketa ${e.label} prikazuje ${e.sku}`,
				audited: () =>
					e.why === undefined ? `${e.device}: sve etikete za ${e.sku} prikazuju cijenu: ${amount}` : `${e.device}: ${e.sku}: ${why}`,
				picked: () => `${e.device}: ${e.sku} za narudžbu ${e.order}`,
				received: () => `${e.device}: zaprimljeno ${amount} od ${e.sku}`,
				counting: () => `${e.device}: ${e.sku}, dosad ${amount}`,
				counted: () => `${e.device}: izbrojano ${amount} od ${e.sku}`,
				"put-in": () => `${e.device}: kupon ${e.coupon} vrijedi u košarici ${e.basket}`,
				redeemed: () => `${e.device}: kupon ${e.coupon} iskorišten`,
				refused: () => `${e.device}: odbijeno: ${why}`,
				ended: () => `${e.device}: ${mode} je gotovo, ništa nije očitano`,
			},
			e,
		),
};

const words: Record<Language, Words> = { en: english, "zh-CN": chinese, de: german, hr: croatian };

/** The fact has no unit: 10,000 and more are milligrams. */
export function actedSentence(language: Language, acted: Acted, f: Formats): string {
	const { modes, whys, say } = words[language];
	const quantity = acted.quantity ?? 0;
	const amount = quantity >= 10_000 ? f.grams(quantity) : f.number(quantity);
	return say(acted, { mode: modes[acted.mode], amount, why: whys[acted.why ?? ""] ?? acted.why ?? "" });
}
