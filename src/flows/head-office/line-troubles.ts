import type { TroubleText } from "../../../drivers/trouble.ts";

/** Troubles of the line to head office, and of what is said on it. */
export const lineTroubles: Readonly<Record<string, TroubleText>> = {
	"hq-out-of-reach": {
		en: {
			what: "Head office cannot be reached: {why}. The store goes on by itself; everything is kept and sent later.",
			do: "{remedy} Nothing has to be typed in again.",
		},
		"zh-CN": {
			what: "无法连接总部：{why}。门店照常运行，所有数据都已保存，稍后自动上传。",
			do: "{remedy}无需重新录入任何内容。",
		},
		retry: "by-itself",
		level: "YELLOW",
	},
	"hq-fenced": {
		en: {
			what: "Head office says that another box took this store's place. Prices here may be old.",
			do: "Switch off the box that was replaced. If this is the right one, enroll it again at head office.",
		},
		"zh-CN": {
			what: "总部显示另一台网关已替代本机，本机的价格可能已过期。",
			do: "请关闭被替换的网关；若本机才是正确的，请在总部重新登记。",
		},
		retry: "after-a-person-acts",
		level: "RED",
	},
	"hq-place-unapproved": {
		en: {
			what:
				"Head office says that another box takes the place of store {store}, and no approver's passkey signed for it. Prices here stay as " +
				"they are.",
			do:
				"Tell IT: somebody may have head office's key or database. If the swap is meant, an approver signs it on head office's page " +
				"(enrol the store again); a box that was replaced before approvers were named is to be switched off.",
		},
		"zh-CN": {
			what: "总部称另一台网关将替代门店 {store} 的本机，但没有审批人的通行密钥为此签名。本机价格保持不变。",
			do: "请通知 IT：可能有人掌握了总部的密钥或数据库。若确要更换，请审批人在总部页面签名（重新登记门店）；指定审批人之前被替换的网关请关闭。",
		},
		retry: "after-a-person-acts",
		level: "RED",
	},
	"hq-unknown": {
		en: {
			what: "Head office does not know this store.",
			do: "Enroll the store at head office (`gondola hq enroll`); until then everything is kept here.",
		},
		"zh-CN": { what: "总部不认识本门店。", do: "请在总部登记本门店 (`gondola hq enroll`)；在此之前所有数据都保存在本机。" },
		retry: "by-itself",
		level: "YELLOW",
	},
	"hq-forged": {
		en: {
			what: "Somebody speaks in head office's name on the line to it ({why}). Nothing of it was taken; prices and stock are untouched.",
			do: "Tell IT: whoever may publish on the line's broker is in strange hands, or head office lost its keys.",
		},
		"zh-CN": {
			what: "有人在总部线路上冒充总部（{why}）。所有此类消息均已拒绝，价格与库存未受影响。",
			do: "请通知 IT：线路上的消息服务器可能被他人控制，或总部丢失了密钥。",
		},
		retry: "by-itself",
		level: "RED",
	},
	"hq-key-not-yet": {
		en: {
			what:
				"Head office signs with a key that begins only later by head office's own clock. So nothing of it is taken: prices and stock " +
				"are untouched, and sales are kept here.",
			do:
				"Tell head office: its clock was ahead when the key was made, or is behind now. Set it by a time server: it dates the key anew " +
				"(bring its root key back first if that was taken away), and this store follows by itself.",
		},
		"zh-CN": {
			what: "总部使用的密钥按总部自己的时钟尚未生效，因此未接受其任何内容：价格与库存未受影响，销售数据保存在本机。",
			do: "请通知总部：生成密钥时其时钟超前，或现在落后。请用时间服务器校准：总部会重新签发密钥（若根密钥已取走，请先放回），本店自动恢复。",
		},
		retry: "by-itself",
		level: "YELLOW",
	},
	"hq-withholds": {
		en: {
			what:
				"Not everything that head office says arrives: {count} of its records are missing here. Prices and stock may be older than " +
				"head office believes; nothing that is in force was changed.",
			do: "Tell IT: the line's broker loses messages, or somebody holds them back there. The alarm goes by itself when everything is here.",
		},
		"zh-CN": {
			what: "总部发出的内容没有全部到达：本店缺少 {count} 条记录。价格与库存可能比总部以为的旧；已生效的内容没有改动。",
			do: "请通知 IT：线路上的消息服务器丢失消息，或有人在扣留消息。全部到达后告警自动解除。",
		},
		retry: "by-itself",
		level: "RED",
	},
	"hq-silent": {
		en: {
			what: "Since {at} head office has not said what it last decided. The store goes on with the prices it has; they may be old.",
			do: "Mend the line to head office. If other messages of head office arrive, tell IT: somebody holds this one back.",
		},
		"zh-CN": {
			what: "自 {at} 起，总部未再确认其最新决定。门店沿用现有价格，价格可能已过期。",
			do: "请修复通往总部的线路。若总部的其他消息仍能到达，请通知 IT：有人扣留了确认消息。",
		},
		retry: "by-itself",
		level: "RED",
	},
	"hq-unsealed": {
		en: {
			what: "This store takes head office's word unchecked: it was never enrolled with a key.",
			do: "Ask head office for a code (`gondola hq enroll {store} --again`) and show it here: `gondola enroll CODE`.",
		},
		"zh-CN": {
			what: "本门店未使用密钥登记，因此无法核验总部发来的内容。",
			do: "请向总部索取登记码 (`gondola hq enroll {store} --again`)，并在本机执行 `gondola enroll CODE`。",
		},
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
	"hq-forked": {
		en: {
			what: "This box and head office remember different pasts: {why}. Nothing is sent from here until that is settled.",
			do: "Tell IT: either this box or head office was restored from an old backup.",
		},
		"zh-CN": { what: "本机与总部的历史记录不一致：{why}。解决之前不会上传数据。", do: "请通知 IT：本机或总部曾从旧备份恢复。" },
		retry: "after-a-person-acts",
		level: "RED",
	},
};
