import type { ChineseTable } from "../access/refusals-zh.ts";

/** Refusals about goods between stores, with those of the flows among them: code, status, title, what to do. */
export const transferProblems = {
	"transfer-unknown": [
		404,
		"This store has heard of no such transfer",
		"Head office plans it; without the line, wait until it stands again.",
	],
	"transfer-other-end": [409, "This store is at the other end", "The store that it goes from sends, the one that it goes to receives."],
	"transfer-cancelled": [409, "The transfer was cancelled", "Put the goods back. If they came all the same, tell head office."],
	"transfer-differs": [
		409,
		"It was done with other lines",
		"The first time counts. Book what is left over as a movement; nothing was changed.",
	],
	"transfer-lines": [409, "These lines do not fit the transfer", "Nothing was changed."],
	"stock-short": [409, "So much is not free to go", "Count the article, or send less; nothing was changed."],
} as const satisfies Record<string, readonly [status: number, title: string, remedy: string]>;

/** The problems of transfers in Chinese. */
export const chineseTransferProblems: ChineseTable<keyof typeof transferProblems> = {
	"transfer-unknown": ["本店没有这笔调拨", "调拨由总部安排；断网时请待恢复。"],
	"transfer-other-end": ["本店是调拨的另一端", "由发出门店发货，由接收门店收货。"],
	"transfer-cancelled": ["调拨已取消", "请将商品放回；若货物仍然到达，请告知总部。"],
	"transfer-differs": ["此调拨已按其他数量办理", "以第一次为准；差额请另行登记库存变动。未作任何更改。"],
	"transfer-lines": ["明细与调拨不符", "未作任何更改。"],
	"stock-short": ["可发数量不足", "请盘点该商品或减少数量；未作任何更改。"],
};
