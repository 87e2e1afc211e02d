import type { TroubleText } from "./words.ts";

/** Shelf labels and their base stations. */
export const labelTroubles = {
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
	"label-not-drawn": {
		en: {
			what: "No picture could be made for the label {device} with the price of article {sku} ({reason}); it still shows the old one.",
			do: "Put a paper price at {device}. Then check the article at head office and the face files of this store.",
		},
		"zh-CN": {
			what: "无法为价签 {device} 绘制商品 {sku} 的价格（{reason}），它仍显示旧价。",
			do: "请在 {device} 处放上纸质价签，再核对总部的商品资料和本店的版式文件。",
		},
		retry: "by-itself",
		level: "RED",
	},
	"label-model-unknown": {
		en: {
			what: "The label {device} is of a model that this software does not know (type {model}), so it shows no price of article {sku}.",
			do: "Put a paper price there, and bind article {sku} to a label of another model instead of {device}.",
		},
		"zh-CN": {
			what: "本软件不认识价签 {device} 的型号（类型 {model}），无法显示商品 {sku} 的价格。",
			do: "请放上纸质价签，并用其他型号的价签代替 {device} 绑定商品 {sku}。",
		},
		retry: "after-a-person-acts",
		level: "RED",
	},
	"label-face-replaced": {
		en: {
			what: "The label {device} shows the price of article {sku} with the face {shown}: the face {face} cannot be drawn ({reason}).",
			do: "Put the file of the face {face} back, or bind {device} again with another face.",
		},
		"zh-CN": {
			what: "价签 {device} 用版式 {shown} 显示商品 {sku} 的价格：版式 {face} 无法绘制（{reason}）。",
			do: "请恢复版式 {face} 的文件，或用其他版式重新绑定 {device}。",
		},
		retry: "by-itself",
		level: "YELLOW",
	},
	"label-letters-unknown": {
		en: {
			what: "The label {device} shows the price of article {sku}, but question marks in its texts: no font here has {letters}.",
			do: "Ask head office for a name of {sku} in letters that labels have; {device} is drawn anew by itself.",
		},
		"zh-CN": {
			what: "价签 {device} 显示了商品 {sku} 的价格，但文字中有问号：本机字体没有 {letters}。",
			do: "请总部用价签支持的文字填写 {sku} 的名称；{device} 会自动重绘。",
		},
		retry: "by-itself",
		level: "YELLOW",
	},
	"label-text-shortened": {
		en: {
			what: "The label {device} shows the price of article {sku}, but not all of its texts have room: {fields}.",
			do: "Shorten these texts of {sku} at head office, or hang a larger label in place of {device}.",
		},
		"zh-CN": {
			what: "价签 {device} 显示了商品 {sku} 的价格，但部分文字放不下：{fields}。",
			do: "请在总部缩短 {sku} 的这些文字，或换一个更大的价签代替 {device}。",
		},
		retry: "by-itself",
		level: "BLUE",
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
	"label-unproved": {
		en: {
			what: "What the label {device} shows is not known: it restarted, or its connection was lost and another program may have drawn on it.",
			do: "Nothing: its picture is sent again. If this comes back every few minutes, look at the power and the Wi-Fi at {device}.",
		},
		"zh-CN": {
			what: "价签 {device} 现在显示什么无法确认：它重启过，或连接中断期间可能被别的程序改写。",
			do: "无需处理，画面会重新发送。若每隔几分钟就出现，请检查 {device} 处的供电和 Wi-Fi。",
		},
		retry: "by-itself",
		level: "BLUE",
	},
	"label-locked": {
		en: {
			what: "The label {device} asks for a key before it takes a picture.",
			do: "Name the file that holds its key as `keyFile` of {device} in gondola.yaml, and restart the service.",
		},
		"zh-CN": {
			what: "价签 {device} 要求先提供密钥才接收画面。",
			do: "请在 gondola.yaml 中 {device} 的 `keyFile` 写上保存密钥的文件，然后重启服务。",
		},
		retry: "after-a-person-acts",
		level: "RED",
	},
	"label-in-other-hands": {
		en: {
			what: "The label {device} lets nobody in: another program or a phone is connected to it.",
			do: "Close the other program's connection to {device}; if nobody knows one, switch {device} off and on.",
		},
		"zh-CN": {
			what: "价签 {device} 拒绝连接：另一个程序或手机正连着它。",
			do: "请断开其他程序与 {device} 的连接；找不到时，把 {device} 关开一次。",
		},
		retry: "by-itself",
		level: "YELLOW",
	},
	"label-wrong-number": {
		en: {
			what: "At the address of the label {device} another label answers: {other}. It gets no price.",
			do: "Correct the address of {device} in gondola.yaml, or give the label a fixed address in the router.",
		},
		"zh-CN": {
			what: "在价签 {device} 的地址上应答的是另一个价签 {other}，不会向它发送价格。",
			do: "请在 gondola.yaml 中改正 {device} 的地址，或在路由器里给价签固定地址。",
		},
		retry: "by-itself",
		level: "RED",
	},
	"label-unfit": {
		en: {
			what: "No picture can be made for the label {device}: {reason}.",
			do: "Update the firmware of {device} or correct its display settings with the OpenDisplay app; put a paper price there meanwhile.",
		},
		"zh-CN": {
			what: "无法为价签 {device} 制作画面：{reason}。",
			do: "请用 OpenDisplay 应用更新 {device} 的固件或改正其屏幕设置；在此之前请放上纸质价签。",
		},
		retry: "by-itself",
		level: "RED",
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
			do: "Open http://{device} in a browser and install the newest OpenEPaperLink firmware there; switch {device} off and on once.",
		},
		"zh-CN": {
			what: "价签基站 {device} 拒收数据：{reason}。",
			do: "请用浏览器打开 http://{device}，安装最新的 OpenEPaperLink 固件，然后关开一次 {device}。",
		},
		retry: "after-a-person-acts",
		level: "RED",
	},
} as const satisfies Record<string, TroubleText>;
