import type { TroubleText } from "./words.ts";

/** Cables, networks and devices of any kind. */
export const portTroubles = {
	"port-missing": {
		en: {
			what: "The cable to {device} is unplugged, or the device is switched off.",
			do: "Check the power light on {device}, then push in the plug at {port}.",
		},
		"zh-CN": { what: "{device} 的电缆没有插好，或设备没有开机。", do: "请看 {device} 的电源灯是否亮着，再把 {port} 处的插头插紧。" },
		retry: "by-itself",
		level: "RED",
	},
	"port-forbidden": {
		en: {
			what: "This computer may not use {port}, where {device} is plugged in.",
			do:
				"Type on this computer: sudo usermod -aG dialout,lp,gondola gondola && sudo systemctl restart gondola. Then unplug {device} and " +
				"plug it in again.",
		},
		"zh-CN": {
			what: "本机没有权限使用 {device} 所接的 {port}。",
			do: "请在本机执行：sudo usermod -aG dialout,lp,gondola gondola && sudo systemctl restart gondola，然后重新插拔 {device}。",
		},
		retry: "after-a-person-acts",
		level: "RED",
	},
	"port-busy": {
		en: {
			what: "Another program already uses {port}, where {device} is plugged in.",
			do: "Close the other program. If nobody knows one, unplug {device}, wait five seconds and plug it in again.",
		},
		"zh-CN": { what: "{device} 所接的 {port} 正被另一个程序占用。", do: "请关闭那个程序；找不到时，拔下 {device}，等五秒再插上。" },
		retry: "by-itself",
		level: "RED",
	},
	"port-lost": {
		en: {
			what: "The connection to {device} broke off while it was working.",
			do: "Check the plug at {port} and the power light on {device}.",
		},
		"zh-CN": { what: "{device} 在工作中断开了连接。", do: "请检查 {port} 处的插头和 {device} 的电源灯。" },
		retry: "by-itself",
		level: "YELLOW",
	},
	"host-unreachable": {
		en: {
			what: "{device} does not answer at its network address {host}:{port}.",
			do: "Check that {device} is switched on, that its network cable or Wi-Fi light is on, and that its own menu shows {host}.",
		},
		"zh-CN": {
			what: "{device} 在网络地址 {host}:{port} 上没有应答。",
			do: "请确认 {device} 已开机、网线或 Wi-Fi 灯亮着，并且它自己的菜单显示地址 {host}。",
		},
		retry: "by-itself",
		level: "RED",
	},
	"host-refused": {
		en: {
			what: "Something answers at {host}, but it does not let us in at port {port}, where {device} should listen.",
			do: "Check in the menu of {device} that its network port is {port}; switch it off and on if another computer holds it.",
		},
		"zh-CN": {
			what: "{host} 有应答，但端口 {port} 拒绝连接，{device} 应在该端口等待。",
			do: "请在 {device} 的菜单里确认网络端口是 {port}；若被另一台电脑占用，请把它关机再开机。",
		},
		retry: "by-itself",
		level: "RED",
	},
	"host-key-refused": {
		en: {
			what: "Something answers at {host}:{port}, but {device} and this gateway do not have the same key.",
			do: "Compare the key file of {device} in gondola.yaml with the key that was written into {device}; check that {host} is its address.",
		},
		"zh-CN": {
			what: "{host}:{port} 有应答，但 {device} 与本网关的密钥不一致。",
			do: "请核对 gondola.yaml 中 {device} 的密钥文件与写入 {device} 的密钥，并确认 {host} 是它的地址。",
		},
		retry: "after-a-person-acts",
		level: "RED",
	},
	"hid-library-missing": {
		en: {
			what: "{device} is a USB device of a kind this installation cannot read: a part of the software is missing.",
			do: "Install the software again with its optional parts, or switch {device} to serial (USB-COM) mode with its setup sheet.",
		},
		"zh-CN": {
			what: "{device} 是 USB HID 设备，但本机软件缺少读取它的部件。",
			do: "请重新完整安装软件，或用设置条码把 {device} 改为串口 (USB-COM) 模式。",
		},
		retry: "after-a-person-acts",
		level: "RED",
	},
	"device-silent": {
		en: {
			what: "{device} is connected but does not answer.",
			do: "Switch {device} off, count to five, and switch it on again.",
		},
		"zh-CN": { what: "{device} 已连接，但没有应答。", do: "请关闭 {device}，数到五，再打开。" },
		retry: "by-itself",
		level: "RED",
	},
} as const satisfies Record<string, TroubleText>;
