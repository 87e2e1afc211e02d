import type { TroubleText } from "../../../drivers/trouble.ts";

/** Troubles of watched temperatures. */
export const coldChainTroubles: Readonly<Record<string, TroubleText>> = {
	"cold-chain-warm": {
		en: {
			what: "{place} is too warm: {celsius} °C, and at most {max} °C is allowed. It has been so for {minutes} minutes or longer.",
			do:
				"Close its doors and look whether it cools. Check the goods and carry them to another cooler. The alarm ends by itself when the " +
				"temperature is back; `gondola coldchain` shows how it went.",
		},
		"zh-CN": {
			what: "{place} 温度过高：{celsius} °C，上限为 {max} °C，已持续至少 {minutes} 分钟。",
			do: "请关好柜门并确认是否在制冷；检查商品并转移到其他冷柜。温度恢复后告警自动解除，经过见 `gondola coldchain`。",
		},
		retry: "by-itself",
		level: "RED",
	},
	"cold-chain-cold": {
		en: {
			what: "{place} is too cold: {celsius} °C, and at least {min} °C is allowed. It has been so for {minutes} minutes or longer.",
			do: "Look at its thermostat, and check whether goods are frozen. The alarm ends by itself when the temperature is back.",
		},
		"zh-CN": {
			what: "{place} 温度过低：{celsius} °C，下限为 {min} °C，已持续至少 {minutes} 分钟。",
			do: "请检查温控器，并确认商品是否冻伤。温度恢复后告警自动解除。",
		},
		retry: "by-itself",
		level: "YELLOW",
	},
	"cold-chain-silent": {
		en: {
			what:
				"No temperature of {place} for {minutes} minutes ({device}, {sensor}; {why}). silent: it reports nothing. not-a-number, " +
				"power-on-value, out-of-range, too-old: what it reports cannot be right.",
			do:
				"Look at the thermometer there and note it by hand. Check the sensor's battery or cable, and that its name in `coldChain` is one " +
				"that `gondola devices` lists. The alarm ends by itself with the next temperature.",
		},
		"zh-CN": {
			what: "{place} 已有 {minutes} 分钟没有可用温度（{device}，{sensor}；{why}）。silent 表示没有上报，其余表示上报的数值不可信。",
			do: "请人工查看温度计并记录；检查传感器的电池或接线，以及 `coldChain` 中的名称是否与 `gondola devices` 一致。收到温度后告警自动解除。",
		},
		retry: "by-itself",
		level: "YELLOW",
	},
};
