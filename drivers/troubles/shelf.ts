import type { TroubleText } from "./words.ts";

/** Weighing shelves. */
export const shelfTroubles = {
	"shelf-unknown-change": {
		en: {
			what: "Something was put on or taken off {device} that does not fit its article: {grams} g.",
			do: "Look at {device}: take away what does not belong there, then count the article.",
		},
		"zh-CN": { what: "{device} 上有与其商品不符的变化：{grams} 克。", do: "请查看 {device}，拿走不属于这里的东西，然后盘点该商品。" },
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
	"shelf-which-article": {
		en: {
			what: "Something on {device} changed by {grams} g, which may be one of: {candidates}.",
			do: "Look at {device}, count each of its articles and enter the counts.",
		},
		"zh-CN": {
			what: "{device} 上有 {grams} 克的变化，可能是以下之一：{candidates}。",
			do: "请查看 {device}，盘点其上每种商品并录入数量。",
		},
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
	"shelf-offline-change": {
		en: {
			what: "The weight on {device} changed by {grams} g while nobody was measuring.",
			do: "Count the article on {device} and enter the count.",
		},
		"zh-CN": { what: "{device} 在停测期间重量变化了 {grams} 克。", do: "请盘点 {device} 上的商品并录入数量。" },
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
} as const satisfies Record<string, TroubleText>;
