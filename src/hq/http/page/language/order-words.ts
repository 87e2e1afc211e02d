import type { WordRow } from "../../../../desk/cockpit/shared/languages.ts";
import { orderStateWords } from "../../../../desk/cockpit/shared/order-words.ts";

/** Texts about online orders and about the stores' builds. */
export const orderWords = {
	...orderStateWords,
	orders: ["Orders", "订单", "Bestellungen", "Narudžbe"],
	noOrder: [
		"No order is in this state. The web shop places them with POST /api/v1/orders.",
		"没有处于该状态的订单。网店通过 POST /api/v1/orders 下单。",
		"Keine Bestellung in diesem Zustand. Der Webshop legt sie mit POST /api/v1/orders an.",
		"Nema narudžbi u tom stanju. Web-trgovina ih stvara s POST /api/v1/orders.",
	],
	goods: ["Goods", "商品", "Waren", "Roba"],
	short: ["Missing", "缺货", "Fehlt", "Nedostaje"],
	cancelOrder: ["Cancel the order", "取消订单", "Bestellung stornieren", "Otkaži narudžbu"],
	sureCancel: [
		"Cancel {0}? The store is told; what was picked goes back to the shelf.",
		"取消 {0}？门店会收到通知，已拣商品将放回货架。",
		"{0} stornieren? Die Filiale erfährt es; Gepacktes kommt zurück ins Regal.",
		"Otkazati {0}? Trgovina će saznati; skupljeno se vraća na policu.",
	],
	cancelAsked: [
		"Its cancelling is on its way to the store.",
		"取消请求正在发往门店。",
		"Die Stornierung ist unterwegs zur Filiale.",
		"Otkazivanje je na putu do trgovine.",
	],
	builds: ["Builds", "软件版本", "Versionen", "Verzije"],
	unknownBuild: ["never heard", "从未联系", "nie gehört", "nikad se nije javila"],
	storesWith: ["stores: {0} ({1})", "{0} 家门店（{1}）", "Filialen: {0} ({1})", "trgovina: {0} ({1})"],
	andMore: ["and {0} more", "另有 {0} 家", "und {0} weitere", "i još {0}"],
	buildsHelp: [
		"Which version of Gondola each store's box runs, as it said at its last welcome. A newer package is installed on the box with apt.",
		"各门店设备上次连接时报告的 Gondola 版本。在设备上用 apt 安装新版软件包即可更新。",
		"Welche Version von Gondola die Geräte der Filialen zuletzt meldeten. Ein neueres Paket wird auf dem Gerät mit apt eingespielt.",
		"Koja verzija Gondole radi na uređajima trgovina, prema zadnjem javljanju. Noviji paket instalira se naredbom apt.",
	],
} as const satisfies Record<string, WordRow>;
