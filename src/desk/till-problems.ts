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
};
