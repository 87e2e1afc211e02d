/**
 * Every trouble a person in the store may have to fix, in words that person can use with a torch in the other hand.
 *
 * Code throws a code and facts; only this table has sentences. The cockpit, `gondola doctor` and the printed list of
 * troubles are made from it, so a code never changes its meaning once a store has seen it.
 * RED: the shop floor is wrong or standing still. YELLOW: it will be soon. BLUE: good to know, nobody needs to run.
 */

export type TroubleLocale = "en" | "zh-CN";

export interface TroubleWords {
	what: string;
	do: string;
}

export interface TroubleText {
	en: TroubleWords;
	"zh-CN": TroubleWords;
	retry: "by-itself" | "after-a-person-acts";
	level: "RED" | "YELLOW" | "BLUE";
}

export const deviceTroubles = {
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
	"scanner-garbled": {
		en: {
			what: "{device} sends characters that make no sense.",
			do: "Push both plugs of its cable home; if it goes on, scan the factory-settings code on its setup sheet and set it up again.",
		},
		"zh-CN": { what: "{device} 发来的字符无法识别。", do: "请把电缆两端插紧；仍不正常时，扫描设置单上的恢复出厂条码后重新设置。" },
		retry: "by-itself",
		level: "YELLOW",
	},
	"scale-silent": {
		en: {
			what: "{device} is connected but does not answer.",
			do: "Switch {device} off and on. If it stays silent, check that its own menu says protocol MT-SICS, {baudRate} baud.",
		},
		"zh-CN": {
			what: "{device} 已连接，但没有应答。",
			do: "请关闭再打开 {device}；仍无应答时，检查其菜单：协议 MT-SICS，波特率 {baudRate}。",
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
			do: "Check that the menu of {device} says protocol MT-SICS, {baudRate} baud, 8 data bits, no parity; then push in both plugs.",
		},
		"zh-CN": { what: "{device} 的应答无法识别。", do: "请检查 {device} 菜单：MT-SICS，{baudRate} 波特，8 位，无校验；再把两端插头插紧。" },
		retry: "by-itself",
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
	"shelf-unknown-change": {
		en: {
			what: "Something was put on or taken off {device} that does not fit its article: {grams} g.",
			do: "Look at {device}: take away what does not belong there, then count the article.",
		},
		"zh-CN": { what: "{device} 上有与其商品不符的变化：{grams} 克。", do: "请查看 {device}，拿走不属于这里的东西，然后盘点该商品。" },
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
	"shelf-offline-change": {
		en: {
			what: "The weight on {device} changed by {grams} g while nobody was measuring.",
			do: "Count the article on {device} and enter the count.",
		},
		"zh-CN": { what: "{device} 在停测期间重量变化了 {grams} 克。", do: "请盘点 {device} 上的商品并录入数量。" },
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
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
	"label-out-of-contact": {
		en: {
			what: "The label {device} has not checked in since {since}.",
			do: "Look at {device}: if its place is empty, find it; if it hangs there, change its battery.",
		},
		"zh-CN": { what: "价签 {device} 自 {since} 起没有报到。", do: "请查看 {device}：不在原位就找回来；在原位就换电池。" },
		retry: "by-itself",
		level: "YELLOW",
	},
	"label-battery-low": {
		en: { what: "The battery of the label {device} is nearly empty.", do: "Change the battery of {device} this week." },
		"zh-CN": { what: "价签 {device} 的电池快用完了。", do: "请在本周内更换 {device} 的电池。" },
		retry: "after-a-person-acts",
		level: "BLUE",
	},
	"label-redraw-failed": {
		en: {
			what: "The label {device} received its new picture but did not show it.",
			do: "Look at {device}: if it shows an old price, take it off its rail and put a paper price there.",
		},
		"zh-CN": { what: "价签 {device} 收到了新画面但没有显示。", do: "请查看 {device}：若显示旧价，取下它并放上纸质价签。" },
		retry: "by-itself",
		level: "RED",
	},
	"label-refused-picture": {
		en: {
			what: "The label {device} does not accept pictures of this kind.",
			do: "Check that the model entered for {device} is the one printed on its back.",
		},
		"zh-CN": { what: "价签 {device} 不接受这种画面。", do: "请核对 {device} 登记的型号与背面印的是否一致。" },
		retry: "after-a-person-acts",
		level: "RED",
	},
	"label-foreign-picture": {
		en: {
			what: "Somebody else has drawn on the label {device}; what it shows is not known.",
			do:
				"Look at {device} and cover a wrong price. It is drawn again; if this comes back, find out which other program knows the base " +
				"stations.",
		},
		"zh-CN": {
			what: "价签 {device} 被别的程序改写，现在显示什么无法得知。",
			do: "请查看 {device}，遮住错误的价格。系统会重新绘制；若再次发生，请查出还有哪个程序在使用基站。",
		},
		retry: "by-itself",
		level: "RED",
	},
	"label-model-changed": {
		en: {
			what: "The label {device} says it is of another model than before.",
			do: "If it was swapped, nothing is to be done: its picture is drawn anew. Else take {device} off its rail and bind another.",
		},
		"zh-CN": {
			what: "价签 {device} 报告的型号与之前不同。",
			do: "若刚换过价签，无需处理，画面会重新绘制；否则请取下 {device}，换一个重新绑定。",
		},
		retry: "by-itself",
		level: "YELLOW",
	},
	"base-station-unknown": {
		en: {
			what: "A base station at {device} speaks to us, but the configuration does not name it; it is ignored.",
			do: "If it is yours, add {device} to `accessPoints` of {group} in gondola.yaml. Else find out who put it on this network.",
		},
		"zh-CN": {
			what: "地址 {device} 有基站在发消息，但配置中没有它，已忽略。",
			do: "若是本店的基站，请把 {device} 加到 gondola.yaml 中 {group} 的 `accessPoints`；否则请查明是谁接入了这个网络。",
		},
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
	"base-station-silent": {
		en: {
			what: "The label base station {device} does not answer.",
			do: "Check the power light and the network plug of {device}; switch it off and on once.",
		},
		"zh-CN": { what: "价签基站 {device} 没有应答。", do: "请检查 {device} 的电源灯和网线，并关开一次。" },
		retry: "by-itself",
		level: "RED",
	},
	"base-station-rejects": {
		en: {
			what: "The label base station {device} refuses what we send: {reason}.",
			do: "Check that the firmware of {device} is a version this software knows (`gondola doctor` names it).",
		},
		"zh-CN": {
			what: "价签基站 {device} 拒收数据：{reason}。",
			do: "请确认 {device} 的固件是本软件支持的版本（`gondola doctor` 会列出）。",
		},
		retry: "after-a-person-acts",
		level: "RED",
	},
} as const satisfies Record<string, TroubleText>;

export type DeviceTroubleCode = keyof typeof deviceTroubles;

export type TroubleFacts = Record<string, string | number>;

/** Something a person in the store may have to fix. A bug of ours is not one: it crashes, and the ledger is intact. */
export class DeviceTrouble extends Error {
	override name = "DeviceTrouble";
	readonly code: DeviceTroubleCode;
	readonly facts: TroubleFacts;

	constructor(code: DeviceTroubleCode, facts: TroubleFacts = {}, options?: { cause?: unknown }) {
		super(`${code} ${JSON.stringify(facts)}`, options);
		this.code = code;
		this.facts = facts;
	}
}

/** The sentences for a person. A fact nobody gave leaves a dash, so that no {brace} ever reaches a screen. */
export function troubleText(code: DeviceTroubleCode, facts: TroubleFacts = {}, locale: TroubleLocale = "en"): TroubleWords {
	const words = deviceTroubles[code][locale];
	const fill = (sentence: string) => sentence.replace(/\{(\w+)\}/g, (_, fact: string) => String(facts[fact] ?? "–"));
	return { what: fill(words.what), do: fill(words.do) };
}
