import type { WordRow } from "./languages.ts";

/** States, kinds and deadlines of online orders, as the cockpit and head office's page say them. */
export const orderStateWords = {
	order_open: ["Open", "未完成", "Offen", "Otvorene"],
	order_placed: ["Placed", "已下单", "Eingegangen", "Zaprimljena"],
	order_accepted: ["Accepted", "已接单", "Angenommen", "Prihvaćena"],
	order_picking: ["Being picked", "拣货中", "Wird gepackt", "Skuplja se"],
	order_ready: ["Ready", "已备好", "Bereit", "Spremna"],
	"order_handed-over": ["Handed over", "已交付", "Übergeben", "Predana"],
	order_shipped: ["Shipped", "已发货", "Versandt", "Poslana"],
	order_refused: ["Refused", "已拒绝", "Abgelehnt", "Odbijena"],
	order_cancelled: ["Cancelled", "已取消", "Storniert", "Otkazana"],
	order_expired: ["Not collected", "逾期未取", "Nicht abgeholt", "Nije preuzeta"],
	order_returning: ["Coming back", "退回中", "Kommt zurück", "Vraća se"],
	"order_returned-to-shelf": ["Back on the shelf", "已放回货架", "Zurück im Regal", "Vraćena na policu"],
	kind_pickup: ["Pick-up", "自提", "Abholung", "Preuzimanje"],
	kind_ship: ["Parcel", "邮寄", "Paket", "Paket"],
	kind_delivery: ["Delivery", "配送", "Lieferung", "Dostava"],
	kind_reserve: ["Reserved", "预留", "Reserviert", "Rezervirano"],
	ordered: ["Ordered", "订购", "Bestellt", "Naručeno"],
	picked: ["Picked", "已拣", "Gepackt", "Skupljeno"],
	instead: ["instead: {0}", "替代：{0}", "stattdessen: {0}", "umjesto toga: {0}"],
	course: ["What happened", "经过", "Verlauf", "Tijek"],
	late: ["late since {0}", "已逾期 {0}", "überfällig seit {0}", "kasni {0}"],
	clock_acceptBy: ["to be accepted by {0}", "须于 {0} 前接单", "anzunehmen bis {0}", "prihvatiti do {0}"],
	clock_readyBy: ["to be ready by {0}", "须于 {0} 前备好", "bereit bis {0}", "spremiti do {0}"],
	clock_collectBy: ["to be collected by {0}", "须于 {0} 前取货", "abzuholen bis {0}", "preuzeti do {0}"],
} as const satisfies Record<string, WordRow>;
