import type { SentenceTable } from "./sentence.ts";

/** Why guard rails, or a person, hold a price. */
export const chineseRails: SentenceTable = [
	["The price is in {currency}; prices here are in {currencies}.", "价格的货币是 {currency}；这里的货币是 {currencies}。"],
	["The price of {amount} minor units is below the floor of {floor}.", "价格 {amount}（最小货币单位）低于下限 {floor}。"],
	["The price of {amount} minor units is above the ceiling of {ceiling}.", "价格 {amount}（最小货币单位）高于上限 {ceiling}。"],
	["Nobody has given the article a name.", "商品没有名称。"],
	["{share} % of the articles would change within one hour; {most} % may.", "一小时内将有 {share} % 的商品变价；上限为 {most} %。"],
	["The price would change at {time}; nothing changes from {from} to {to}.", "价格将在 {time} 变动；{from} 至 {to} 之间不得变价。"],
	[
		"The price rises from {before} to {after} minor units: more than {most} %.",
		"价格从 {before} 涨到 {after}（最小货币单位）：超过 {most} %。",
	],
	[
		"The price falls from {before} to {after} minor units: more than {most} %.",
		"价格从 {before} 降到 {after}（最小货币单位）：超过 {most} %。",
	],
	[
		"The price from {pieces} pieces on, {amount} minor units, is above everybody's price of one piece, {price}.",
		"满 {pieces} 件的单价 {amount} 高于普通单价 {price}（最小货币单位）。",
	],
	[
		"The member price of tier {tier}, {amount} minor units, is above everybody's price of one piece, {price}.",
		"等级 {tier} 的会员价 {amount} 高于普通单价 {price}（最小货币单位）。",
	],
	[
		"{pieces} together cost {amount} minor units, one by one {single}: more than {most} % less.",
		"{pieces} 件一起为 {amount}，单买为 {single}（最小货币单位）：低了超过 {most} %。",
	],
	[
		"Online it costs {online} minor units, in the store {amount}: they differ by more than {most} %.",
		"网上价 {online}，店内价 {amount}（最小货币单位）：相差超过 {most} %。",
	],
	["{who} holds it.", "{who} 将其暂缓。"],
	[
		"The article number {sku} is that of article {other} too; a scan could mean either.",
		"商品编号 {sku} 也属于商品 {other}；扫码时无法区分。",
	],
	["The barcode {code} is that of article {other} too; a scan could mean either.", "条码 {code} 也属于商品 {other}；扫码时无法区分。"],
];
