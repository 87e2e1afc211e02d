import type { TroubleText } from "./words.ts";

/** Receipt printers. */
export const printerTroubles = {
	"printer-paper-out": {
		en: { what: "{device} has no paper.", do: "Put a new roll into {device}; waiting receipts then come out by themselves." },
		"zh-CN": { what: "{device} 没有纸了。", do: "请给 {device} 换一卷新纸，等待的小票会自动打印。" },
		retry: "by-itself",
		level: "RED",
	},
	"printer-paper-near-end": {
		en: { what: "The paper in {device} is nearly used up.", do: "Keep a new roll next to {device}." },
		"zh-CN": { what: "{device} 的纸快用完了。", do: "请在 {device} 旁备好一卷新纸。" },
		retry: "by-itself",
		level: "BLUE",
	},
	"printer-cover-open": {
		en: { what: "The cover of {device} is open.", do: "Close the cover of {device} until it clicks on both sides." },
		"zh-CN": { what: "{device} 的上盖开着。", do: "请合上 {device} 的上盖，直到两侧都卡紧。" },
		retry: "by-itself",
		level: "RED",
	},
	"printer-cutter": {
		en: {
			what: "The knife of {device} is stuck.",
			do: "Switch {device} off, open its cover, pull out scraps of paper, close it and switch it on.",
		},
		"zh-CN": { what: "{device} 的切刀卡住了。", do: "请关闭 {device}，打开上盖，取出碎纸，合上后再开机。" },
		retry: "after-a-person-acts",
		level: "RED",
	},
	"printer-error": {
		en: {
			what: "{device} reports a fault of its own.",
			do: "Switch {device} off, let it cool for a minute, and switch it on. If its red light returns, it needs service.",
		},
		"zh-CN": { what: "{device} 报告自身故障。", do: "请关闭 {device}，冷却一分钟后再开机；红灯仍亮则需要维修。" },
		retry: "after-a-person-acts",
		level: "RED",
	},
	"printer-in-doubt": {
		en: {
			what: "{device} stopped in the middle of receipt {job}; nobody can tell how much of it is on paper.",
			do: "Look at {device}: tear off what hangs out. If it is complete, say so on the screen, otherwise ask for it again.",
		},
		"zh-CN": {
			what: "{device} 在打印小票 {job} 时中断，无法得知打了多少。",
			do: "请查看 {device} 并撕下露出的小票：完整就在屏幕上确认，否则要求重打。",
		},
		retry: "after-a-person-acts",
		level: "RED",
	},
	"receipt-failed": {
		en: {
			what: "Receipt {job} cannot be printed on {device}: {why}.",
			do: "Correct it in the till and print it again, or cancel it: gondola print cancel {job}.",
		},
		"zh-CN": {
			what: "小票 {job} 无法在 {device} 上打印：{why}。",
			do: "请在收银机上更正后重新打印，或取消它：gondola print cancel {job}。",
		},
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
	"printer-cannot-confirm": {
		en: {
			what: "{device} prints, but never answers when it is asked whether a receipt is on paper; every receipt stays in doubt.",
			do: "Set `confirm: {confirm}` for {device} in gondola.yaml and restart; then settle the receipts that are in doubt.",
		},
		"zh-CN": {
			what: "{device} 能打印，但从不回答小票是否已打出；每张小票都会存疑。",
			do: "请在 gondola.yaml 中为 {device} 设置 `confirm: {confirm}` 并重启，然后处理存疑的小票。",
		},
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
} as const satisfies Record<string, TroubleText>;
