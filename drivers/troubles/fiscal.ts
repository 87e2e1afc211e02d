import type { TroubleText } from "./words.ts";

/** Devices that sign sales. */
export const fiscalTroubles = {
	"fiscal-silent": {
		en: {
			what: "The fiscal device {device} is connected but does not answer: sales are not signed.",
			do: "Switch {device} off and on. What was sold meanwhile is signed by itself once it answers.",
		},
		"zh-CN": {
			what: "税控设备 {device} 已连接但没有应答：销售未签名。",
			do: "请关闭再打开 {device}。恢复后，期间的销售会自动补签。",
		},
		retry: "by-itself",
		level: "RED",
	},
	"fiscal-garbled": {
		en: {
			what: "{device} answers in a way we do not understand: sales are not signed.",
			do: "Check that {port} is the address of the fiscal device {device}, and that its protocol is the one in gondola.yaml.",
		},
		"zh-CN": {
			what: "{device} 的应答无法识别：销售未签名。",
			do: "请检查 {port} 是否是税控设备 {device} 的地址，协议是否与 gondola.yaml 一致。",
		},
		retry: "by-itself",
		level: "RED",
	},
} as const satisfies Record<string, TroubleText>;
