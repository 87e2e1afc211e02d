import type { TroubleText } from "./words.ts";

/** Printers of paper shelf labels. */
export const labelPrinterTroubles = {
	"label-printer-paper-out": {
		en: { what: "{device} has no labels left.", do: "Put a new roll of labels into {device}; waiting labels then come out by themselves." },
		"zh-CN": { what: "{device} 没有标签纸了。", do: "请给 {device} 换一卷新标签纸，等待的标签会自动打印。" },
		retry: "by-itself",
		level: "YELLOW",
	},
	"label-printer-ribbon-out": {
		en: { what: "The ribbon of {device} is used up.", do: "Put a new ribbon into {device}." },
		"zh-CN": { what: "{device} 的碳带用完了。", do: "请给 {device} 换上新碳带。" },
		retry: "by-itself",
		level: "YELLOW",
	},
	"label-printer-paused": {
		en: { what: "{device} is paused.", do: "Press the pause button of {device} once." },
		"zh-CN": { what: "{device} 已暂停。", do: "请按一下 {device} 上的暂停键。" },
		retry: "by-itself",
		level: "YELLOW",
	},
	"label-printer-cannot-confirm": {
		en: {
			what: "{device} does not know how many labels it has printed, so nobody can say whether a label is out; nothing is printed there.",
			do: "Set `confirm: status` for {device} in gondola.yaml and restart.",
		},
		"zh-CN": {
			what: "{device} 不知道自己打印了多少张标签，无法确认标签是否打出；因此不在那里打印。",
			do: "请在 gondola.yaml 中为 {device} 设置 `confirm: status` 并重启。",
		},
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
	"paper-label-in-doubt": {
		en: {
			what: "Nobody can say whether {device} has printed the paper label of {name} ({job}).",
			do: "Look at {device}: if the label is there and whole, say so here; otherwise have it printed again.",
		},
		"zh-CN": {
			what: "无法确定 {device} 是否打出了 {name} 的纸质价签（{job}）。",
			do: "请查看 {device}：若价签在且完整，请在此确认；否则请重新打印。",
		},
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
	"paper-label-failed": {
		en: {
			what: "The paper label of {name} cannot be printed on {device}: {why}.",
			do: "Mend what is named there and have it printed again, or cancel it: gondola print cancel {job}.",
		},
		"zh-CN": {
			what: "{name} 的纸质价签无法在 {device} 上打印：{why}。",
			do: "请修正后重新打印，或取消：gondola print cancel {job}。",
		},
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
} as const satisfies Record<string, TroubleText>;
