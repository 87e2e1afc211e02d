import { deviceTroubles, type TroubleText } from "../../drivers/trouble.ts";
import { coldChainTroubles } from "./cold-chain/cold-chain-troubles.ts";
import { lineTroubles } from "./head-office/line-troubles.ts";
import { replicaTroubles } from "./replica-troubles.ts";

/** Troubles of the store as a whole, in the same form as those of its devices. */
export const storeTroubles: Readonly<Record<string, TroubleText>> = {
	...lineTroubles,
	...replicaTroubles,
	...coldChainTroubles,
	"backup-old": {
		en: {
			what: "No backup of this store that was proved is younger than 24 hours: {why}.",
			do: "Mend that: gondola backup FILE --prove tries it at once. Until then, what happens here is only on this disk and at head office.",
		},
		"zh-CN": {
			what: "本店 24 小时内没有经过验证的备份：{why}。",
			do: "请排除原因：gondola backup FILE --prove 可立即重试。在此之前，数据只保存在本机磁盘和总部。",
		},
		retry: "by-itself",
		level: "YELLOW",
	},
	"sign-in-guessed": {
		en: {
			what: "Somebody guesses passwords at the gateway: ten refusals for the name {name}, or from {address}.",
			do:
				"Find out what {address} is. If it is nobody of yours, take it off the store's network; who did what is in `gondola audit`. " +
				"The alarm goes a quarter of an hour after the last try.",
		},
		"zh-CN": {
			what: "有人在尝试猜测网关密码：用户名 {name} 或地址 {address} 已被拒绝十次。",
			do: "请查明 {address} 是什么设备；若不是本店设备，请将其断开网络。操作记录见 `gondola audit`。最后一次尝试十五分钟后告警自动解除。",
		},
		retry: "by-itself",
		level: "YELLOW",
	},
	"label-without-price": {
		en: {
			what: "Label {label} belongs to article {sku}, but there is no price in force for it.",
			do: "Ask head office for a price of {sku}, or put the label on another article.",
		},
		"zh-CN": {
			what: "价签 {label} 绑定了商品 {sku}，但该商品目前没有生效价格。",
			do: "请向总部索取 {sku} 的价格，或将价签改绑到其他商品。",
		},
		retry: "by-itself",
		level: "RED",
	},
	"label-pending-long": {
		en: {
			what: "Label {label} (article {sku}) still waits for its picture.",
			do: "Check that the base station above the aisle has power; carry the label closer to it for a minute.",
		},
		"zh-CN": { what: "价签 {label}（商品 {sku}）仍在等待新画面。", do: "请检查货架上方的基站是否通电；将价签靠近基站停留一分钟。" },
		retry: "by-itself",
		level: "YELLOW",
	},
	"price-held": {
		en: {
			what:
				"Held and not in force: {count} of head office's prices exceed this store's guard rails, such as that of {name} ({sku}). " +
				"What was in force goes on.",
			do:
				"Let head office look at them: a second person releases them (`gondola hq release PUSH`) or takes them back. " +
				"`gondola prices held` says why.",
		},
		"zh-CN": {
			what: "总部发来的 {count} 个价格超出本店调价护栏，已扣留未生效，例如 {name}（{sku}）。原价继续有效。",
			do: "请总部核对：由第二人放行 (`gondola hq release PUSH`) 或撤回。原因见 `gondola prices held`。",
		},
		retry: "by-itself",
		level: "YELLOW",
	},
	"prices-frozen": {
		en: {
			what:
				"Prices are frozen since {at} by {who} ({reason}): labels and tills keep what is in force, also a promotion that would " +
				"have ended.",
			do: "When the cause is mended: `gondola prices thaw`. What head office sent meanwhile then comes into force by itself.",
		},
		"zh-CN": {
			what: "价格自 {at} 起被 {who} 冻结（{reason}）：价签与收银机保持当前价格，到期的促销也会延续。",
			do: "问题解决后请执行 `gondola prices thaw`；期间总部下发的调价将自动生效。",
		},
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
	"fiscal-unsigned": {
		en: {
			what: "Sales since {at} have no fiscal code: {device} has not signed them, and their slips say so.",
			do: "Get {device} to work again; they are then signed by themselves. `gondola fiscal` lists them.",
		},
		"zh-CN": {
			what: "自 {at} 起的销售没有税控码：{device} 未签名，小票上已注明。",
			do: "请恢复 {device}，之后会自动补签。`gondola fiscal` 可列出这些销售。",
		},
		retry: "by-itself",
		level: "YELLOW",
	},
	"fiscal-refused": {
		en: {
			what: "The fiscal device refused to sign {sale} of {till}: {why}. It is not asked again by itself.",
			do: "Look at the device for what it misses. Then let it be asked again: gondola fiscal again {request}.",
		},
		"zh-CN": {
			what: "税控设备拒绝为 {till} 的 {sale} 签名：{why}。系统不会自动重试。",
			do: "请查看设备的提示，处理后重试：gondola fiscal again {request}。",
		},
		retry: "after-a-person-acts",
		level: "RED",
	},
	"sale-differs": {
		en: {
			what: "{till} sent two different sales under the number {sale}. Only the first is recorded.",
			do: "Compare the till's journal with the recorded sale, and let the till give each sale a number of its own.",
		},
		"zh-CN": {
			what: "{till} 用同一单号 {sale} 发来两笔不同的销售，只记录了第一笔。",
			do: "请核对收银机流水，并让收银机为每笔销售使用不同单号。",
		},
		retry: "after-a-person-acts",
		level: "RED",
	},
	"sale-refused": {
		en: {
			what: "{till} sent sale {sale}, which cannot be recorded: {why}",
			do: "Book the sale by hand from the till's journal. If it happens again, have the till's program mended.",
		},
		"zh-CN": {
			what: "{till} 发来的销售 {sale} 无法入账：{why}",
			do: "请根据收银机流水手工补录该笔销售；若再次发生，请让收银软件供应商修复。",
		},
		retry: "after-a-person-acts",
		level: "RED",
	},
	"stock-differs": {
		en: {
			what: "Stock of {name} ({sku}) is {here} here and {there} at head office: one end lost or invented a movement.",
			do: "Count {name} and book the count. It goes for both ends, and the alarm ends by itself.",
		},
		"zh-CN": {
			what: "{name}（{sku}）库存不一致：本店 {here}，总部 {there}。某一端丢失或多出了变动。",
			do: "请盘点 {name} 并录入盘点数。盘点结果对两端生效，告警自动解除。",
		},
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
	"unit-changed": {
		en: {
			what: "{name} ({sku}) was sold by {from} and is sold by {to} now. Its stock is still in {from}, and nothing of it is sold online.",
			do: "Count {name} in {to} and book the count; the alarm ends by itself.",
		},
		"zh-CN": {
			what: "{name}（{sku}）的销售单位已由 {from} 改为 {to}（kg 为千克，piece 为件）。库存仍为旧单位的数字，暂停线上销售。",
			do: "请按 {to} 盘点 {name} 并录入盘点数，告警自动解除。",
		},
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
	"stock-differs-widely": {
		en: {
			what: "Stock of {count} articles differs between this store and head office, as after a swapped or restored box.",
			do: "Count the shelves. The first twenty articles have alarms of their own; the others follow as these are counted.",
		},
		"zh-CN": {
			what: "本店与总部有 {count} 种商品库存不一致，例如更换主机或恢复备份之后。",
			do: "请盘点货架。前二十种商品各有告警，其余随盘点进度陆续显示。",
		},
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
	"transfer-differs": {
		en: {
			what: "Not everything of transfer {transfer} from store {from} arrived as it was sent: {what}.",
			do: "Look for it in the delivery and ask store {from}. Book what is found or lost as a movement, or count; then acknowledge.",
		},
		"zh-CN": {
			what: "从门店 {from} 调拨的 {transfer} 收发不符：{what}。",
			do: "请在到货中查找并询问门店 {from}；将找到或丢失的数量补录或盘点，然后确认告警。",
		},
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
	"movement-differs": {
		en: {
			what: "Head office sent stock movement {movement} of {name} ({sku}) as {there}; it is booked here as {here}, which counts.",
			do: "Find out which is right. If it is head office's, book the difference under another id, or count {name}. Then acknowledge.",
		},
		"zh-CN": {
			what: "总部下发的库存变动 {movement}（{name}，{sku}）为 {there}，本店已记为 {here}，以本店为准。",
			do: "请核实哪一方正确；若总部正确，请用新编号补录差额，或盘点 {name}，然后确认告警。",
		},
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
	"movement-twice": {
		en: {
			what: "Head office already has another movement under the id {movement}, and refused this one of {name} ({sku}): {here}.",
			do: "Book what is missing under another id, or count {name}. Let every program give each movement an id of its own. Then acknowledge.",
		},
		"zh-CN": {
			what: "总部已有编号为 {movement} 的另一笔变动，拒收了本店的 {name}（{sku}）：{here}。",
			do: "请用新编号补录差额，或盘点 {name}；请让各程序为每笔变动使用不同编号，然后确认告警。",
		},
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
	"article-recalled": {
		en: {
			what: "{name} is recalled, lot {lot}: {reason}. Tills and scanners here refuse it.",
			do: "Take it off the shelf and out of the bags of online orders, and keep it apart. The alarm goes when head office lifts the recall.",
		},
		"zh-CN": {
			what: "{name}（批号 {lot}）已被召回：{reason}。本店收银与扫描均已停止销售。",
			do: "请将商品下架并从线上订单袋中取出，单独存放。总部解除召回后告警自动消失。",
		},
		retry: "after-a-person-acts",
		level: "RED",
	},
	"order-late-soon": {
		en: {
			what: "Order {order} will probably not be ready at {at}: {lines} lines are still open.",
			do: "Send a second picker, or tell the customer.",
		},
		"zh-CN": { what: "订单 {order} 可能无法在 {at} 前备妥：还有 {lines} 行未拣。", do: "请增派一名拣货员，或通知顾客。" },
		retry: "by-itself",
		level: "YELLOW",
	},
	"order-late": {
		en: { what: "Order {order} was to be ready at {at} and is not.", do: "Pick it now and tell the customer." },
		"zh-CN": { what: "订单 {order} 应于 {at} 备妥，但尚未完成。", do: "请立即拣货并通知顾客。" },
		retry: "by-itself",
		level: "RED",
	},
	"member-enrolment-refused": {
		en: {
			what: "Head office refuses the member that was enrolled here under {enrolment}: {why}.",
			do: "Enrol the member once more under another id, and let the customer use that one. Then acknowledge this alarm.",
		},
		"zh-CN": {
			what: "总部拒绝了本店以 {enrolment} 登记的会员：{why}。",
			do: "请用另一个编号重新登记，并请顾客使用新的编号。然后确认本告警。",
		},
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
	"order-code-guessed": {
		en: {
			what: "{wrong} wrong codes were shown for order {order}. None is looked at for a quarter of an hour.",
			do: "Give nothing out. Let head office find out with the customer who came.",
		},
		"zh-CN": { what: "订单 {order} 已出现 {wrong} 次错误取货码，十五分钟内不再受理。", do: "请勿交付商品；请总部与顾客核实来人身份。" },
		retry: "by-itself",
		level: "YELLOW",
	},
	"client-refused": {
		en: {
			what: "{device} is refused by the store's MQTT broker again and again (client {client} at {address}): {why}.",
			do: "Set the device right, or take it off the network if it is nobody of yours. `gondola doctor` lists all refusals.",
		},
		"zh-CN": {
			what: "{device} 多次被门店 MQTT 服务拒绝（客户端 {client}，地址 {address}）：{why}。",
			do: "请修正该设备的设置；若不是本店设备，请将其移出网络。`gondola doctor` 列出全部拒绝记录。",
		},
		retry: "by-itself",
		level: "YELLOW",
	},
	"raw-receipt-refused": {
		en: {
			what: "A till ({address}) sent a receipt to the port of {device} that is not printed: {why}.",
			do: "Print it again at the till. If that fails, let the till use an Epson driver with text or pictures.",
		},
		"zh-CN": {
			what: "收银机（{address}）发往 {device} 端口的一张小票未打印：{why}。",
			do: "请在收银机上重新打印；若仍失败，请让收银机使用 Epson 驱动以文字或图片打印。",
		},
		retry: "after-a-person-acts",
		level: "YELLOW",
	},
	"receipt-without-printer": {
		en: {
			what: "A receipt waits for a printer that is not in this gateway's configuration ({device}). The sale is booked.",
			do: "Add the printer to `devices` in gondola.yaml, or let the till ask for no receipt; what waits is printed by itself.",
		},
		"zh-CN": {
			what: "小票在等待一台未配置的打印机（{device}）。销售已入账。",
			do: "请在 gondola.yaml 的 `devices` 中添加打印机，或让收银机不再请求小票；等待中的小票会自动打印。",
		},
		retry: "by-itself",
		level: "YELLOW",
	},
	"clock-untrusted": {
		en: {
			what: "This box does not know the right time, so the price change planned for {at} is held back.",
			do: "Check that the box reaches a time server; then the change happens by itself.",
		},
		"zh-CN": { what: "本机时间不可信，计划于 {at} 的调价已暂缓。", do: "请确认本机能连接时间服务器；时间恢复后会自动调价。" },
		retry: "by-itself",
		level: "YELLOW",
	},
	"hq-clock-differs": {
		en: {
			what: "Head office's clock is {minutes} minutes from this box's. The store goes by its own clock, which has shown no fault.",
			do: "Compare both with the time of day; tell head office if theirs is wrong, else set this box's by a time server.",
		},
		"zh-CN": {
			what: "总部时钟与本机相差 {minutes} 分钟。本机时钟未见异常，门店仍以本机时间为准。",
			do: "请对照标准时间；若总部时钟有误请通知总部，否则请用时间服务器校准本机。",
		},
		retry: "by-itself",
		level: "YELLOW",
	},
	"clock-ran-ahead": {
		en: {
			what: "The clock of this box was ahead, up to {at}, and price changes came into force early. " + "They are taken back until then.",
			do: "Check what was charged meanwhile. The price changes come by themselves at their time.",
		},
		"zh-CN": {
			what: "本机时钟曾超前（最远到 {at}），部分调价提前生效，现已恢复为当前应有价格。",
			do: "请核对期间的收款；到时间后会自动调价。",
		},
		retry: "by-itself",
		level: "YELLOW",
	},
	"ledger-disk-short": {
		en: {
			what: "The disk of this box is filling up: {percent} % of the ledger's budget is used.",
			do: "Free space on the box, or bring the line to head office back so that old facts can leave.",
		},
		"zh-CN": { what: "本机磁盘即将写满：账本已用 {percent} %。", do: "请清理磁盘，或恢复与总部的连接，让旧数据上传后清除。" },
		retry: "by-itself",
		level: "YELLOW",
	},
	"ledger-disk-full": {
		en: {
			what: "The disk of this box is full. New facts may be refused; devices keep them and try again.",
			do: "Free space on the box now. Nothing that was acknowledged is lost.",
		},
		"zh-CN": { what: "本机磁盘已满，新数据可能被拒收；设备会保留并重试。", do: "请立即清理磁盘。已确认的数据不会丢失。" },
		retry: "by-itself",
		level: "RED",
	},
	"ledger-not-writing": {
		en: {
			what:
				"Nothing can be kept: the disk under {directory} is {why}. Sales, scans and stock are not acknowledged; tills and devices keep " +
				"them and send them again.",
			do:
				"If it is full, delete what is not Gondola's: `df -h {directory}` and `du -xh / | sort -h | tail` show it. If it is failing, " +
				"replace it: `journalctl -k | grep -i error`. It goes on by itself within seconds; nothing that was acknowledged is lost.",
		},
		"zh-CN": {
			what: "无法保存任何数据：{directory} 所在磁盘异常（{why}：full 为已满，failing 为故障）。销售、扫描和库存不会被确认，收银机和设备会保留并重发。",
			do:
				"若已满，请删除不属于 Gondola 的文件（`df -h {directory}`、`du -xh / | sort -h | tail`）；若为故障，请更换磁盘" +
				"（`journalctl -k | grep -i error`）。恢复后几秒内自动继续，已确认的数据不会丢失。",
		},
		retry: "by-itself",
		level: "RED",
	},
	"ledger-rebuilt": {
		en: {
			what: "The ledger was damaged and was set aside as {file}. Prices come back from head office; what could not be rebuilt: {lost}.",
			do: "Tell IT. Count the shelves that are named, and keep the file that was set aside.",
		},
		"zh-CN": {
			what: "账本已损坏，原文件另存为 {file}。价格将从总部恢复；无法恢复的内容：{lost}。",
			do: "请通知 IT；盘点所列货架，并保留另存的文件。",
		},
		retry: "after-a-person-acts",
		level: "RED",
	},
};

/** The trouble of a device or of the store with this code; undefined for a code that this build does not have. */
export function troubleOf(code: string): TroubleText | undefined {
	return (deviceTroubles as Readonly<Record<string, TroubleText>>)[code] ?? storeTroubles[code];
}
