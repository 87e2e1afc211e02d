import type { ChineseTable } from "../access/refusals-zh.ts";

/** Refusals about members, with those of the flows among them: code, status, title, what to do. */
export const tillProblems = {
	"member-code-unreadable": [400, "This is not a member's code", "Ask the customer to show the code again and scan it once more."],
	"member-code-forged": [409, "This member's code is not genuine", "Charge the normal price. The customer's app makes genuine codes."],
	"member-code-expired": [409, "This member's code is over", "Ask the customer to show a fresh one; the app makes one every two minutes."],
	"member-code-early": [
		409,
		"This member's code is not valid yet",
		"Compare the box's clock with head office's; scan the code again later.",
	],
	"member-code-too-long": [409, "This member's code claims to count for too long", "Ask the customer to update the app."],
	"member-code-used": [409, "This member's code was shown before", "Ask the customer to show a fresh one."],
	"member-keys-missing": [409, "This store cannot check member codes yet", "It heals by itself once head office has been heard."],
	"payment-card": [
		400,
		"This looks like a payment card",
		"Such a number is kept nowhere; let the customer hold it before the card reader.",
	],
	"code-not-goods": [409, "This code is no article", "Codes of members and coupons have addresses of their own, beside `lines`."],
	"basket-unknown": [
		404,
		"This store has no such basket",
		"Open one with POST /api/v1/baskets; after a week without an act it is forgotten.",
	],
	"basket-differs": [409, "This id belongs to another basket", "Give each basket an id of its own."],
	"basket-settled": [409, "This basket is paid already", "Open another one; nothing was changed."],
	"basket-empty": [409, "The basket is empty", "Scan something first; nothing was changed."],
	"basket-stopped": [409, "Something in the basket may not be sold", "Take the line out and keep the piece apart; nothing was changed."],
	"basket-total": [
		409,
		"The amount is not the one the customer was told",
		"A price has changed: show the basket again. Nothing was changed.",
	],
	"basket-currency": [409, "The basket has prices in two currencies", "Tell head office; nothing was changed."],
	"basket-full": [409, "The basket is full", "Settle it and open another one; nothing was changed."],
	"line-unknown": [404, "The basket has no such line", "Read the basket again."],
	"sale-differs": [409, "This id belongs to another sale", "Give each sale an id of its own; nothing was changed."],
	"fiscal-missing": [
		409,
		"Here each sale has to be signed by a fiscal device",
		"This gateway has none: let a certified till take the payment. Nothing was changed.",
	],
} as const satisfies Record<string, readonly [status: number, title: string, remedy: string]>;

/** The same in Chinese. */
export const chineseTillProblems: ChineseTable<keyof typeof tillProblems> = {
	"member-code-unreadable": ["这不是会员码", "请顾客重新出示会员码并再次扫描。"],
	"member-code-forged": ["会员码不是真的", "请按普通价格收款；真会员码由顾客的应用生成。"],
	"member-code-expired": ["会员码已过期", "请顾客出示新的会员码；应用每两分钟更新一次。"],
	"member-code-early": ["会员码尚未生效", "请核对网关与总部的时钟，稍后再次扫描。"],
	"member-code-too-long": ["会员码的有效期过长", "请顾客更新应用。"],
	"member-code-used": ["会员码已使用过", "请顾客出示新的会员码。"],
	"member-keys-missing": ["本店暂时无法核验会员码", "与总部联系上后会自动恢复。"],
	"payment-card": ["这像是银行卡号", "此类号码不会被保存；请顾客在刷卡机上使用。"],
	"code-not-goods": ["这不是商品码", "会员码和优惠券请提交到各自的地址，不要提交到 `lines`。"],
	"basket-unknown": ["本店没有这个购物篮", "请用 POST /api/v1/baskets 新建；一周无操作的购物篮会被清除。"],
	"basket-differs": ["此编号属于另一个购物篮", "每个购物篮使用自己的编号。"],
	"basket-settled": ["购物篮已经付款", "请新建购物篮；未作任何更改。"],
	"basket-empty": ["购物篮是空的", "请先扫描商品；未作任何更改。"],
	"basket-stopped": ["购物篮中有不可销售的商品", "请删除该行并将商品单独存放；未作任何更改。"],
	"basket-total": ["金额与告知顾客的不同", "价格已变动，请重新显示购物篮；未作任何更改。"],
	"basket-currency": ["购物篮中有两种货币的价格", "请告知总部；未作任何更改。"],
	"basket-full": ["购物篮已满", "请先结账再新建购物篮；未作任何更改。"],
	"line-unknown": ["购物篮没有这一行", "请重新读取购物篮。"],
	"sale-differs": ["此编号属于另一笔销售", "每笔销售使用自己的编号；未作任何更改。"],
	"fiscal-missing": ["此处每笔销售须由税控设备签名", "本网关没有税控设备：请使用经认证的收银机收款。未作任何更改。"],
};
