import type { TroubleText } from "../../drivers/trouble.ts";

/** Troubles of the continuous copy, and of a box whose place another has taken. */
export const replicaTroubles: Readonly<Record<string, TroubleText>> = {
	"replica-behind": {
		en: {
			what:
				"The copy of this store at {to} does not have everything: {why}. " +
				"What happens here is only on this disk until it has; with `replica.whenAway: refuse` nothing is acknowledged.",
			do: "Look at the disk or box that keeps the copy, and at the cable to it. The copy catches up by itself; `gondola status` shows it.",
		},
		"zh-CN": {
			what: "本店位于 {to} 的实时副本不完整：{why}。补齐之前，数据只在本机磁盘；若设为 `replica.whenAway: refuse`，则不确认任何业务。",
			do: "请检查保存副本的磁盘或备用机及其网线。恢复后副本会自动补齐；可用 `gondola status` 查看。",
		},
		retry: "by-itself",
		level: "RED",
	},
	"box-replaced": {
		en: {
			what: "Another box ({by}) took this store over at {at}. This one acknowledges nothing: no sale, no scan, no receipt.",
			do: "Switch this box off. If this is the right one after all: `gondola hq enroll STORE --again`, then `gondola enroll CODE` here.",
		},
		"zh-CN": {
			what: "另一台网关（{by}）已于 {at} 接管本店。本机不再确认任何销售、扫描或小票。",
			do: "请关闭本机。若本机才是正确的：在总部执行 `gondola hq enroll 门店 --again`，再在此执行 `gondola enroll 代码`。",
		},
		retry: "after-a-person-acts",
		level: "RED",
	},
};
