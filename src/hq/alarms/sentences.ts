export type Language = "en" | "zh";

/** The fault and the remedy, by code. {name} and {address} come from a row of the audit; other names from an alarm's facts. */
export const sentences: Readonly<Record<string, Record<Language, { what: string; do: string }>>> = {
	"sign-in-alarm": {
		en: {
			what: "Somebody guesses passwords at head office: ten refusals for the name {name}, or from {address}.",
			do: "Find out what {address} is, and keep it off head office's network if it is nobody of yours.",
		},
		zh: {
			what: "有人在尝试猜测总部密码：用户名 {name} 或地址 {address} 已被拒绝十次。",
			do: "请查明 {address} 是什么设备；若不是本公司设备，请将其断开。",
		},
	},
	"clocks-differ": {
		en: {
			what: "Head office's clock and that of store {name} differ. The store goes by its own, and prices change there at its time.",
			do: "Compare head office's clock with the time of day (timedatectl). If it is right, have the store's box set by a time server.",
		},
		zh: {
			what: "总部时钟与门店 {name} 的时钟不一致。门店以自己的时间为准，调价按门店时间生效。",
			do: "请将总部时钟与标准时间对照（timedatectl）；若总部无误，请让门店主机用时间服务器校时。",
		},
	},
	"enrolment-code-used": {
		en: {
			what: "The enrolment code of store {name} was used a second time. Whoever reads it over a shoulder tries it too.",
			do: "Ask in the store. If nobody there enrolled twice, enrol again: gondola hq enroll {name} --again",
		},
		zh: { what: "门店 {name} 的登记码被再次使用。", do: "请向门店确认；若非本人操作，请重新登记：gondola hq enroll {name} --again" },
	},
	"stock-differs": {
		en: {
			what: "Stock of {name} ({sku}) in store {store}: head office has {ours}, the store {theirs}. One of them lost or invented a movement.",
			do: "Have {name} counted in the store. The count goes for both ends, and the alarm ends by itself.",
		},
		zh: {
			what: "门店 {store} 的 {name}（{sku}）库存不一致：总部 {ours}，门店 {theirs}。某一端丢失或多出了变动。",
			do: "请门店盘点 {name}。盘点结果对两端生效，告警自动解除。",
		},
	},
	"movement-differs": {
		en: {
			what: "Two different movements of {name} ({sku}) in store {store} have one id. {why}",
			do: "Find out which is right, and book the difference under an id of its own, or have {name} counted. Then acknowledge this alarm.",
		},
		zh: {
			what: "门店 {store} 的 {name}（{sku}）有两笔不同的库存变动使用同一编号 {movement}。{why}",
			do: "请核实哪一笔正确，用新编号补录差额，或盘点 {name}，然后确认本告警。",
		},
	},
	"transfer-differs": {
		en: {
			what: "Transfer {transfer} from store {from} to store {store} differs: {what}.",
			do: "Ask both stores. What is found or lost is booked there as a movement, or counted. Then acknowledge this alarm.",
		},
		zh: {
			what: "从门店 {from} 到门店 {store} 的调拨 {transfer} 收发不符：{what}。",
			do: "请向两家门店核实，由门店补录或盘点，然后确认本告警。",
		},
	},
	"member-code-twice": {
		en: {
			what: "Store {store} took a member's code that store {other} had taken: it was shown in both while one of them was cut off.",
			do: "Where this happens again, let the members' app name the store when it asks for a code. Then acknowledge this alarm.",
		},
		zh: {
			what: "门店 {store} 接受了门店 {other} 已用过的会员码：其中一家断线时两处都出示过。",
			do: "若再次发生，请让会员应用在申请会员码时指明门店。然后确认本告警。",
		},
	},
	"return-twice": {
		en: {
			what: "Store {store} took pieces of {sku} back a second time. {why}",
			do: "Ask the store: a box that was restored from a backup forgets what came back since. Then acknowledge this alarm.",
		},
		zh: { what: "门店 {store} 重复退货 {sku}。{why}", do: "请向门店核实：从备份恢复的主机会遗忘其后的退货。然后确认本告警。" },
	},
	"webhook-failing": {
		en: {
			what: "Webhook {name} cannot deliver to {url}: {why}. Its facts wait here, in order, and are sent again and again.",
			do: "Look whether the other program runs and takes calls from head office; or delete the webhook. It ends with the next delivery.",
		},
		zh: {
			what: "Webhook {name} 无法送达 {url}：{why}。数据按顺序在此等待并持续重试。",
			do: "请检查对方程序是否运行并接受总部的调用，或删除该 webhook。下次送达后告警自动解除。",
		},
	},
	"hq-backup-old": {
		en: {
			what: "No backup of head office on {host} is younger than 24 hours: {why}.",
			do: "See that {folder} can be written and has room; it is tried again each hour. By hand: gondola hq backup FILE --prove",
		},
		zh: {
			what: "主机 {host} 上没有 24 小时内的总部备份：{why}。",
			do: "请确认 {folder} 可写且空间充足；每小时自动重试。手动备份：gondola hq backup FILE --prove",
		},
	},
	"hq-export-failed": {
		en: {
			what: "What the retention policy of {kind} lets go cannot be exported on {host}: {why}. It stays in the database.",
			do: "See that {folder} can be written and has room; it is tried again each hour. By hand: gondola hq retention run",
		},
		zh: {
			what: "主机 {host} 上无法导出保留策略 {kind} 到期的数据：{why}。数据仍保留在数据库中。",
			do: "请确认 {folder} 可写且空间充足；每小时自动重试。手动导出：gondola hq retention run",
		},
	},
	"wave-labels-failed": {
		en: {
			what: "Push {push} stopped after wave {wave}: labels that cannot show their price: {failed} (stores: {stores}), more than {mostFailed}.",
			do: "Have the labels seen to (gondola hq matrix {push}). Then: gondola hq resume {push}, or take it back: gondola hq withdraw {push}",
		},
		zh: {
			what: "下发 {push} 在第 {wave} 批后停止：{stores} 家门店有 {failed} 个价签无法显示价格，超过上限 {mostFailed}。",
			do: "请检查这些价签（gondola hq matrix {push}），然后继续：gondola hq resume {push}，或撤回：gondola hq withdraw {push}",
		},
	},
	"wave-red-alarms": {
		en: {
			what: "Push {push} stopped after wave {wave}: red alarms that began in its stores since: {red}, more than {mostRed}.",
			do: "Look at these stores' alarms. Then: gondola hq resume {push}, or take it back: gondola hq withdraw {push}",
		},
		zh: {
			what: "下发 {push} 在第 {wave} 批后停止：其 {stores} 家门店出现 {red} 个红色告警，超过上限 {mostRed}。",
			do: "请查看这些门店的告警，然后继续：gondola hq resume {push}，或撤回：gondola hq withdraw {push}",
		},
	},
	"wave-not-shown": {
		en: {
			what: "Push {push} stopped: wave {wave} shows {percent} % after {minutes} minutes ({shown} of {due}), less than {leastPercent} %.",
			do: "Find out which stores lag (gondola hq matrix {push}). Then: gondola hq resume {push}, or take it back: gondola hq withdraw {push}",
		},
		zh: {
			what: "下发 {push} 在第 {wave} 批后停止：{minutes} 分钟后 {due} 项价格中价签已显示 {shown} 项（{percent}%），低于 {leastPercent}%。",
			do: "请查明哪些门店落后（gondola hq matrix {push}），然后继续：gondola hq resume {push}，或撤回：gondola hq withdraw {push}",
		},
	},
	"and-more": {
		en: { what: "And {more} more like it in this store.", do: "" },
		zh: { what: "本店另有 {more} 项相同告警。", do: "" },
	},
};
