import type { TroubleText } from "./words.ts";

/** Scanners. */
export const scannerTroubles = {
	"scanner-wrong-mode": {
		en: {
			what: "{device} is plugged in, but not in the mode it is configured for: HID POS.",
			do: 'Scan the code "USB HID POS" (some makers: "HID Bar Code Scanner") on the setup sheet of {device}.',
		},
		"zh-CN": {
			what: "{device} 已插上，但不在所配置的 HID POS 模式。",
			do: "请扫描 {device} 设置单上的 “USB HID POS” 条码（有的厂家写作 “HID Bar Code Scanner”）。",
		},
		retry: "after-a-person-acts",
		level: "RED",
	},
	"scanner-keyboard-forbidden": {
		en: {
			what: "This computer may not read {port}, the keyboard as which {device} types.",
			do:
				"Write a rule into /etc/udev/rules.d/71-store.rules as /usr/lib/udev/rules.d/70-gondola.rules shows for keyboards, then unplug " +
				"{device} and plug it in again; or scan its set-up code for USB HID POS or a serial port, which is better.",
		},
		"zh-CN": {
			what: "本机没有权限读取 {port}，即 {device} 模拟的键盘。",
			do:
				"请按 /usr/lib/udev/rules.d/70-gondola.rules 中键盘一节，在 /etc/udev/rules.d/71-store.rules 写一条规则，再重新插拔 {device}；" +
				"更好的办法是扫描设置单上的 USB HID POS 或串口条码。",
		},
		retry: "after-a-person-acts",
		level: "RED",
	},
	"scanner-garbled": {
		en: {
			what: "{device} sends characters that make no sense.",
			do: "Push both plugs of its cable home; if it goes on, scan the factory-settings code on its setup sheet and set it up again.",
		},
		"zh-CN": { what: "{device} 发来的字符无法识别。", do: "请把电缆两端插紧；仍不正常时，扫描设置单上的恢复出厂条码后重新设置。" },
		retry: "by-itself",
		level: "YELLOW",
	},
	"scanner-parity": {
		en: {
			what: "{device} sends seven data bits with {parity} parity, but its line is set to eight bits without.",
			do:
				"Set `dataBits: 7` and `parity: {parity}` for {device} in gondola.yaml and restart, or scan the code for 8 data bits without " +
				"parity on its setup sheet.",
		},
		"zh-CN": {
			what: "{device} 以 7 个数据位和 {parity} 校验发送，但线路设置为 8 位无校验。",
			do: "请在 gondola.yaml 中为 {device} 设置 `dataBits: 7` 和 `parity: {parity}` 并重启；或扫描设置单上 8 位无校验的条码。",
		},
		retry: "by-itself",
		level: "YELLOW",
	},
} as const satisfies Record<string, TroubleText>;
