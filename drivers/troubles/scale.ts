import type { TroubleText } from "./words.ts";

/** Scales. */
export const scaleTroubles = {
	"scale-silent": {
		en: {
			what: "{device} is connected but does not answer.",
			do: "Switch {device} off and on. If it stays silent, check that its own menu says protocol {protocol}, {baudRate} baud.",
		},
		"zh-CN": {
			what: "{device} 已连接，但没有应答。",
			do: "请关闭再打开 {device}；仍无应答时，检查其菜单：协议 {protocol}，波特率 {baudRate}。",
		},
		retry: "by-itself",
		level: "RED",
	},
	"scale-overloaded": {
		en: {
			what: "{device} carries more weight than it can measure.",
			do: "Take goods off {device} until its display shows a number.",
		},
		"zh-CN": { what: "{device} 上的重量超过了它的量程。", do: "请从 {device} 上取下一些商品，直到显示数字。" },
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
	"scale-underloaded": {
		en: {
			what: "{device} reads below zero: its platform is lifted or was taken off.",
			do: "Put the platform of {device} back. If it still reads below zero, empty it and press its zero key.",
		},
		"zh-CN": { what: "{device} 读数低于零：秤盘被抬起或取下了。", do: "请放回 {device} 的秤盘；仍低于零时，清空后按置零键。" },
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
	"scale-garbled": {
		en: {
			what: "{device} answers in a way we do not understand.",
			do:
				"Check that the menu of {device} says protocol {protocol}, {baudRate} baud, and data bits and parity as in gondola.yaml; then " +
				"push in both plugs.",
		},
		"zh-CN": {
			what: "{device} 的应答无法识别。",
			do: "请检查 {device} 菜单：{protocol}，{baudRate} 波特，数据位和校验与 gondola.yaml 一致；再把两端插头插紧。",
		},
		retry: "by-itself",
		level: "YELLOW",
	},
	"scale-counting": {
		en: {
			what: "{device} counts pieces or shows percent, not a weight.",
			do: "Bring {device} back to weighing (key Mode, Count or Esc) until its display shows g, kg, oz or lb.",
		},
		"zh-CN": {
			what: "{device} 处于计件或百分比模式，没有显示重量。",
			do: "请按 {device} 上的模式键回到称重，直到显示 g、kg、oz 或 lb。",
		},
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
	"scale-unit": {
		en: {
			what: "{device} weighs in a unit that is not the same weight everywhere: {unit}.",
			do: "Set {device} to g, kg, oz or lb with its unit key.",
		},
		"zh-CN": {
			what: "{device} 使用的单位 {unit} 各地重量不同，无法换算。",
			do: "请用单位键把 {device} 设为 g、kg、oz 或 lb。",
		},
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
	"scale-not-settling": {
		en: {
			what: "The weight on {device} does not come to rest.",
			do: "See that nothing leans on {device}, hangs over its edge or blows on it.",
		},
		"zh-CN": { what: "{device} 上的重量一直不稳定。", do: "请确认没有东西靠在 {device} 上、伸出边缘，或有风吹到它。" },
		retry: "by-itself",
		level: "YELLOW",
	},
	"scale-fault": {
		en: {
			what: "{device} says that it is broken, or must be set to zero or calibrated.",
			do: "Empty {device}, switch it off and on, and press its zero key. If it says so again, it needs service.",
		},
		"zh-CN": {
			what: "{device} 报告自身故障，或需要置零、校准。",
			do: "请清空 {device}，关机再开机，并按置零键；仍然如此则需要维修。",
		},
		retry: "after-a-person-acts",
		level: "RED",
	},
} as const satisfies Record<string, TroubleText>;
