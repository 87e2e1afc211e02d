import type { TroubleText } from "./words.ts";

/** Devices that speak MQTT. */
export const mqttTroubles = {
	"mqtt-device-offline": {
		en: {
			what: "{device} has left the store's network: its power or its radio is off.",
			do: "Check the plug and the battery of {device}, and that the store's wireless network works. Count what stands on it when it is back.",
		},
		"zh-CN": {
			what: "{device} 已离开店内网络：断电或无线信号中断。",
			do: "请检查 {device} 的电源、电池和店内无线网络；恢复后请盘点其上的商品。",
		},
		retry: "by-itself",
		level: "YELLOW",
	},
	"mqtt-device-silent": {
		en: {
			what: "{device} has reported nothing for {minutes} minutes, which is not its habit.",
			do: "Switch {device} off and on. If it stays silent, check that it publishes to {topic}.",
		},
		"zh-CN": {
			what: "{device} 已有 {minutes} 分钟没有上报数据，这不正常。",
			do: "请关闭再打开 {device}；仍无数据时，检查它是否发布到 {topic}。",
		},
		retry: "by-itself",
		level: "YELLOW",
	},
} as const satisfies Record<string, TroubleText>;
