import type { EventType, StoreEvent } from "../../../words/event.ts";
import type { RiseEnd } from "../../../words/prices/rise.ts";
import { formFor, type Language } from "../shared/languages.ts";
import { read } from "../state/state.ts";
import type { Formats } from "./format.ts";
import { actedSentence } from "./scan-words.ts";
import { sensorSentences } from "./sensor-words.ts";
import { isWord, sayIn } from "./words.ts";

type Sentences = { [T in EventType]: (event: Extract<StoreEvent, { type: T }>, f: Formats) => string };

const why = (language: Language, because: string) => (isWord(because) ? sayIn(language)(because) : because);

/**
 * A movement has no unit. The page knows the unit of articles on weighing shelves; for other articles a change of 10,000 or more is
 * taken for milligrams.
 */
function moved({ movement: { sku, quantity } }: Extract<StoreEvent, { type: "stock.moved" }>, f: Formats): string {
	const known = read().shelves.find((shelf) => shelf.sku === sku)?.unit;
	return f.moved(quantity, known ?? (Math.abs(quantity) >= 10_000 ? "milligram" : "piece"));
}

const englishRise: Record<RiseEnd, string> = {
	shown: "all labels show the new price, tills charge it",
	"went-on": "tills charge the new price, though a label may still show less",
	replaced: "another price takes the place of the one that waited",
	unlabelled: "no label is left, tills charge the new price",
};
const en = (amount: number, ...forms: string[]): string => formFor("en", amount, forms);
const de = (amount: number, ...forms: string[]): string => formFor("de", amount, forms);
const hr = (amount: number, ...forms: string[]): string => formFor("hr", amount, forms);
const english: Sentences = {
	...sensorSentences("en"),
	"price.activated": (e, f) =>
		`${e.sku} costs ${f.money(e.amountMinor, e.currency)} from now on; ` +
		`${f.number(e.labels)} ${en(e.labels, "label follows", "labels follow")}`,
	"price.rise-waits": (e, f) =>
		`${e.sku}: ${f.money(e.amountMinor, e.currency)} waits for the labels; tills charge ${f.money(e.chargedMinor, e.currency)}`,
	"price.rise-ended": (e) => `${e.sku}: ${englishRise[e.because]}`,
	"price.held": (e, f) =>
		`${e.sku}: ${f.money(e.amountMinor, e.currency)} is held and does not count: ${e.reasons[0]?.code ?? "guard rails"}`,
	"price.hold-ended": (e) =>
		`${e.sku}: the price held until then ${e.because === "released" || e.because === "rails" ? "may count" : "never counted"}`,
	"prices.frozen": (e) => `Prices are frozen${e.actor ? ` by ${e.actor.name}` : ""}${e.reason === null ? "" : `: ${e.reason}`}`,
	"prices.thawed": () => "Prices are thawed; what is due comes into force",
	"label.bound": (e) => `Label ${e.label} was bound to ${e.sku}`,
	"label.unbound": (e) => `Label ${e.label} no longer belongs to ${e.sku}`,
	"label.shown": (e, f) => `Label ${e.label} shows ${f.money(e.amountMinor, e.currency)} for ${e.sku}`,
	"label.failed": (e) => `Label ${e.label} could not show ${e.sku}: ${e.why}`,
	"stock.moved": (e, f) => `${e.movement.sku}: ${moved(e, f)} ${why("en", e.movement.reason)}`,
	"sale.recorded": (e, f) => `Till ${e.till} sold ${f.number(e.lines.length)} ${en(e.lines.length, "line", "lines")} (${e.sale})`,
	"fiscal.signed": (e) => `${e.reference} of ${e.till} was signed by the fiscal device, number ${e.number}${e.late ? ", later" : ""}`,
	"fiscal.missing": (e) => `${e.reference} of ${e.till} has no fiscal code on paper: ${e.why}`,
	"receipt.printed": (e) => `Receipt ${e.job} ${e.confirmed ? "is on paper" : "was sent"} at ${e.printer}`,
	"receipt.doubted": (e) => `Receipt ${e.job} at ${e.printer} is in doubt: ${e.why}`,
	"receipt.voided": (e) => `Receipt ${e.job} at ${e.printer} was voided`,
	"receipt.failed": (e) => `Receipt ${e.job} cannot be printed: ${e.why}`,
	"receipt.cancelled": (e) => `Receipt ${e.job} was cancelled`,
	"paper-label.printed": (e) => `Paper label of ${e.sku} ${e.confirmed ? "is out" : "was sent"} at ${e.printer}`,
	"paper-label.doubted": (e) => `Paper label of ${e.sku} at ${e.printer} is in doubt: ${e.why}`,
	"paper-label.failed": (e) => `Paper label of ${e.sku} cannot be printed: ${e.why}`,
	"receipt.moved": (e) => `Receipt ${e.job} was moved from ${e.from} to ${e.printer}`,
	"grant.given": (e, f) => `${f.number(e.granted)} of ${e.sku} lent to online sales`,
	"shelf.filled": (e, f) => `${e.place} was filled with ${f.number(e.quantity)} of ${e.sku}`,
	"stock.shortfall": (e, f) => `Sold ${f.number(e.quantity)} of ${e.sku} more than was free`,
	"order.acted": (e) => `Order ${e.order}: ${e.act.act}, by ${e.by}; it is ${e.state}`,
	"receipt-key.made": () => "The key that signs this store's receipts was made",
	"member.enrolled": (e) => `A member of tier ${e.tier} was enrolled here`,
	"member.erased": () => "A member was erased, as head office asked",
	"points.earned": (e) => `A member earned ${e.points} ${en(e.points, "point", "points")} with sale ${e.sale}`,
	"points.spent": (e) => `A member paid with ${e.points} ${en(e.points, "point", "points")} in sale ${e.sale}`,
	"points.lease-closed": (e) => `A lease of points is over; spent: ${e.used}`,
	"member.presented": (e) => `A member of tier ${e.tier} showed a code${e.timeChecked ? "" : "; its time could not be checked"}`,
	"coupon.redeemed": (e) => `Coupon ${e.coupon} redeemed at ${e.till}`,
	"coupon.voided": (e) => `Redemption ${e.redemption} of coupon ${e.coupon} given back`,
	"coupon.lease-closed": (e) => `The lease ${e.lease} of coupon ${e.coupon} is over; used: ${e.used}`,
	"coupon.ended": (e) => `Head office ended coupon ${e.coupon} early; redeemed here: ${e.redeemed}`,
	"coupon.refused": (e) => `Coupon ${e.coupon} refused at ${e.till}: ${e.code}`,
	"transfer.sent": (e, f) =>
		`Transfer ${e.transfer} left for store ${e.to}: ${f.number(e.lines.length)} ${en(e.lines.length, "article", "articles")}`,
	"transfer.received": (e, f) =>
		`Transfer ${e.transfer} came from store ${e.from}: ${f.number(e.lines.length)} ${en(e.lines.length, "article", "articles")}`,
	"transfer.cancelled": (e) => `Transfer ${e.transfer} to store ${e.to} was cancelled`,
	"stock.asked": (e) => `Head office was asked for the stock of ${e.sku} in other stores`,
	"return.recorded": (e, f) =>
		`${f.number(e.quantity)} of ${e.sku} came back (${e.condition})${e.line === undefined ? " without a receipt" : ""}`,
	"return.asked": (e) => `Head office was asked whether ${e.line} may come back here`,
	"return.released": (e) => (e.from === e.to ? `Nothing is left to come back of ${e.line}` : `${e.line} may come back in another store`),
	"return.lease-closed": (e) => `${e.line} may not come back here any more`,
	"quality.settled": (e, f) => `${f.number(e.quantity)} of ${e.sku}, kept apart until then: ${e.to === "shelf" ? "on the shelf" : "waste"}`,
	"loss.recorded": (e, f) => `${f.number(e.count)} ${en(e.count, "note was", "notes were")} dropped for lack of space: ${e.why}`,
	"record.refused": (e) => `Record ${e.record} of ${e.stream} was refused: ${e.why}`,
	"audit.recorded": (e) =>
		`${e.actor?.name ?? "Somebody"}: ${e.act}${e.subject === undefined ? "" : ` ${e.subject}`}${e.outcome === "refused" ? ", refused" : ""}`,
	"prices.accepted": (e, f) => `${f.number(e.count)} ${en(e.count, "price", "prices")} arrived from head office`,
	"articles.accepted": (e, f) => `${f.number(e.count)} ${en(e.count, "article", "articles")} arrived from head office`,
	"article.scanned": (e) => `${e.device} read ${e.code}${e.name === null ? "" : `, ${e.name}`}`,
	"scan.acted": (e, f) => actedSentence("en", e, f),
	"weight.settled": (e, f) => `${e.device} reads ${f.grams(e.milligrams)}`,
	"shelf.changed": (e, f) =>
		`${e.shelf}: ${e.pieces === undefined ? f.moved(e.milligrams, "milligram") : f.signed(e.pieces)} ${why("en", e.because)}`,
	"receipt.queued": (e) => `Receipt ${e.job} waits for ${e.printer}`,
	"device.troubled": (e) => `${e.device} is in trouble: ${e.trouble}`,
	"device.recovered": (e, f) => `${e.device} is well again after ${f.span(e.afterMs / 1_000)}`,
	"alarm.raised": (e) => `${e.level} alarm: ${e.code}, ${e.subject}`,
	"alarm.cleared": (e) => `Cleared: ${e.code}, ${e.subject}`,
	"alarm.acknowledged": (e) => `${e.by} is on ${e.alarm}`,
	"line.changed": (e) => (e.up ? "Connected to head office" : `Head office lost${e.why === null ? "" : `: ${e.why}`}`),
	"gateway.started": (e) => `Gateway ${e.version} started${e.afterCrash ? " after a crash or power cut" : ""}`,
	"clock.doubted": (e) => `The clock is not trusted: ${e.why}`,
};

const chineseRise: Record<RiseEnd, string> = {
	shown: "所有价签已显示新价，收银按新价",
	"went-on": "收银已按新价，可能仍有价签显示较低价",
	replaced: "等待中的价格已被另一价格取代",
	unlabelled: "已无价签，收银按新价",
};
const chinese: Sentences = {
	...sensorSentences("zh-CN"),
	"price.activated": (e, f) => `${e.sku} 现价 ${f.money(e.amountMinor, e.currency)}，更新 ${f.number(e.labels)} 个价签`,
	"price.rise-waits": (e, f) =>
		`${e.sku}：${f.money(e.amountMinor, e.currency)} 等待价签更新；收银仍收 ${f.money(e.chargedMinor, e.currency)}`,
	"price.rise-ended": (e) => `${e.sku}：${chineseRise[e.because]}`,
	"price.held": (e, f) => `${e.sku}：${f.money(e.amountMinor, e.currency)} 被扣留，未生效（${e.reasons[0]?.code ?? ""}）`,
	"price.hold-ended": (e) => `${e.sku}：扣留的价格${e.because === "released" || e.because === "rails" ? "已放行" : "不再生效"}`,
	"prices.frozen": (e) => `价格已冻结${e.actor ? `（${e.actor.name}）` : ""}${e.reason === null ? "" : `：${e.reason}`}`,
	"prices.thawed": () => "价格已解冻，到期的调价开始生效",
	"label.bound": (e) => `价签 ${e.label} 绑定到 ${e.sku}`,
	"label.unbound": (e) => `价签 ${e.label} 与 ${e.sku} 解绑`,
	"label.shown": (e, f) => `价签 ${e.label} 已显示 ${e.sku} ${f.money(e.amountMinor, e.currency)}`,
	"label.failed": (e) => `价签 ${e.label} 无法显示 ${e.sku}：${e.why}`,
	"stock.moved": (e, f) => `${e.movement.sku}：${why("zh-CN", e.movement.reason)} ${moved(e, f)}`,
	"sale.recorded": (e, f) => `收银台 ${e.till} 售出 ${f.number(e.lines.length)} 行（${e.sale}）`,
	"fiscal.signed": (e) => `${e.till} 的 ${e.reference} 已由税控设备${e.late ? "补签" : "签名"}，编号 ${e.number}`,
	"fiscal.missing": (e) => `${e.till} 的 ${e.reference} 小票上没有税控码：${e.why}`,
	"receipt.printed": (e) => `小票 ${e.job} ${e.confirmed ? "已出纸" : "已发送"}（${e.printer}）`,
	"receipt.doubted": (e) => `小票 ${e.job} 存疑（${e.printer}）：${e.why}`,
	"receipt.voided": (e) => `小票 ${e.job} 已作废（${e.printer}）`,
	"receipt.failed": (e) => `小票 ${e.job} 无法打印：${e.why}`,
	"receipt.cancelled": (e) => `小票 ${e.job} 已取消`,
	"paper-label.printed": (e) => `${e.sku} 的纸质价签${e.confirmed ? "已打出" : "已发送"}（${e.printer}）`,
	"paper-label.doubted": (e) => `${e.sku} 的纸质价签存疑（${e.printer}）：${e.why}`,
	"paper-label.failed": (e) => `${e.sku} 的纸质价签无法打印：${e.why}`,
	"receipt.moved": (e) => `小票 ${e.job} 已从 ${e.from} 转到 ${e.printer}`,
	"grant.given": (e, f) => `${e.sku} 借给线上 ${f.number(e.granted)}`,
	"shelf.filled": (e, f) => `${e.place} 已补货 ${e.sku} ${f.number(e.quantity)}`,
	"stock.shortfall": (e, f) => `${e.sku} 超卖 ${f.number(e.quantity)}`,
	"order.acted": (e) => `订单 ${e.order}：${e.by} 执行 ${e.act.act}，状态 ${e.state}`,
	"receipt-key.made": () => "已生成本店小票签名密钥",
	"member.enrolled": (e) => `本店登记了一位 ${e.tier} 级会员`,
	"member.erased": () => "已按总部要求删除一位会员的数据",
	"points.earned": (e) => `会员在销售 ${e.sale} 中获得 ${e.points} 积分`,
	"points.spent": (e) => `会员在销售 ${e.sale} 中使用 ${e.points} 积分`,
	"points.lease-closed": (e) => `积分额度已结束；已用 ${e.used}`,
	"member.presented": (e) => `${e.tier} 级会员出示了会员码${e.timeChecked ? "" : "；未能核对时间"}`,
	"coupon.redeemed": (e) => `优惠券 ${e.coupon} 在 ${e.till} 核销`,
	"coupon.voided": (e) => `优惠券 ${e.coupon} 的核销 ${e.redemption} 已撤销`,
	"coupon.lease-closed": (e) => `优惠券 ${e.coupon} 的额度 ${e.lease} 已到期；已用 ${e.used}`,
	"coupon.ended": (e) => `总部已提前结束优惠券 ${e.coupon}；本店已核销 ${e.redeemed} 次`,
	"coupon.refused": (e) => `优惠券 ${e.coupon} 在 ${e.till} 被拒：${e.code}`,
	"transfer.sent": (e, f) => `调拨 ${e.transfer} 已发往门店 ${e.to}：${f.number(e.lines.length)} 种商品`,
	"transfer.received": (e, f) => `已收到门店 ${e.from} 的调拨 ${e.transfer}：${f.number(e.lines.length)} 种商品`,
	"transfer.cancelled": (e) => `发往门店 ${e.to} 的调拨 ${e.transfer} 已取消`,
	"stock.asked": (e) => `已向总部查询 ${e.sku} 在其他门店的库存`,
	"return.recorded": (e, f) => `退货 ${e.sku} × ${f.number(e.quantity)}（${e.condition}）${e.line === undefined ? "，无小票" : ""}`,
	"return.asked": (e) => `已询问总部 ${e.line} 能否在本店退货`,
	"return.released": (e) => (e.from === e.to ? `${e.line} 已无可退数量` : `${e.line} 可在其他门店退货`),
	"return.lease-closed": (e) => `${e.line} 不能再在本店退货`,
	"quality.settled": (e, f) => `待检商品 ${e.sku} × ${f.number(e.quantity)}：${e.to === "shelf" ? "重新上架" : "报损"}`,
	"loss.recorded": (e, f) => `空间不足，丢弃 ${f.number(e.count)} 条记录：${e.why}`,
	"record.refused": (e) => `${e.stream} 第 ${e.record} 条被拒绝：${e.why}`,
	"audit.recorded": (e) =>
		`${e.actor?.name ?? "某人"}：${e.act}${e.subject === undefined ? "" : ` ${e.subject}`}${e.outcome === "refused" ? "，被拒绝" : ""}`,
	"prices.accepted": (e, f) => `收到总部 ${f.number(e.count)} 条价格`,
	"articles.accepted": (e, f) => `收到总部 ${f.number(e.count)} 个商品`,
	"article.scanned": (e) => `${e.device} 扫到 ${e.code}${e.name === null ? "" : `，${e.name}`}`,
	"scan.acted": (e, f) => actedSentence("zh-CN", e, f),
	"weight.settled": (e, f) => `${e.device} 读数 ${f.grams(e.milligrams)}`,
	"shelf.changed": (e, f) =>
		`${e.shelf}：${why("zh-CN", e.because)} ${e.pieces === undefined ? f.moved(e.milligrams, "milligram") : f.signed(e.pieces)}`,
	"receipt.queued": (e) => `小票 ${e.job} 等待 ${e.printer}`,
	"device.troubled": (e) => `${e.device} 有问题：${e.trouble}`,
	"device.recovered": (e, f) => `${e.device} 恢复正常，历时 ${f.span(e.afterMs / 1_000)}`,
	"alarm.raised": (e) => `${e.level} 告警：${e.code}，${e.subject}`,
	"alarm.cleared": (e) => `告警消除：${e.code}，${e.subject}`,
	"alarm.acknowledged": (e) => `${e.by} 正在处理 ${e.alarm}`,
	"line.changed": (e) => (e.up ? "已连接总部" : `与总部断开${e.why === null ? "" : `：${e.why}`}`),
	"gateway.started": (e) => `网关 ${e.version} 已启动${e.afterCrash ? "（崩溃或断电之后）" : ""}`,
	"clock.doubted": (e) => `时钟不可信：${e.why}`,
};

const germanRise: Record<RiseEnd, string> = {
	shown: "alle Etiketten zeigen den neuen Preis, die Kassen verlangen ihn",
	"went-on": "die Kassen verlangen den neuen Preis, obwohl ein Etikett vielleicht noch weniger zeigt",
	replaced: "ein anderer Preis ersetzt den wartenden",
	unlabelled: "kein Etikett ist mehr da, die Kassen verlangen den neuen Preis",
};
const german: Sentences = {
	...sensorSentences("de"),
	"price.activated": (e, f) =>
		`${e.sku} kostet ab jetzt ${f.money(e.amountMinor, e.currency)}; ` +
		`${f.number(e.labels)} ${de(e.labels, "Etikett folgt", "Etiketten folgen")}`,
	"price.rise-waits": (e, f) =>
		`${e.sku}: ${f.money(e.amountMinor, e.currency)} wartet auf die Etiketten; die Kassen verlangen ${f.money(e.chargedMinor, e.currency)}`,
	"price.rise-ended": (e) => `${e.sku}: ${germanRise[e.because]}`,
	"price.held": (e, f) => `${e.sku}: ${f.money(e.amountMinor, e.currency)} wird zurückgehalten und gilt nicht: ${e.reasons[0]?.code ?? ""}`,
	"price.hold-ended": (e) =>
		`${e.sku}: der zurückgehaltene Preis ${e.because === "released" || e.because === "rails" ? "darf gelten" : "galt nie"}`,
	"prices.frozen": (e) => `Preise sind eingefroren${e.actor ? ` von ${e.actor.name}` : ""}${e.reason === null ? "" : `: ${e.reason}`}`,
	"prices.thawed": () => "Preise sind aufgetaut; was fällig ist, gilt jetzt",
	"label.bound": (e) => `Etikett ${e.label} gehört jetzt zu ${e.sku}`,
	"label.unbound": (e) => `Etikett ${e.label} gehört nicht mehr zu ${e.sku}`,
	"label.shown": (e, f) => `Etikett ${e.label} zeigt ${f.money(e.amountMinor, e.currency)} für ${e.sku}`,
	"label.failed": (e) => `Etikett ${e.label} konnte ${e.sku} nicht zeigen: ${e.why}`,
	"stock.moved": (e, f) => `${e.movement.sku}: ${moved(e, f)} ${why("de", e.movement.reason)}`,
	"sale.recorded": (e, f) => `Kasse ${e.till} verkaufte ${f.number(e.lines.length)} ${de(e.lines.length, "Zeile", "Zeilen")} (${e.sale})`,
	"fiscal.signed": (e) => `${e.reference} von ${e.till} wurde signiert, Nummer ${e.number}${e.late ? ", nachträglich" : ""}`,
	"fiscal.missing": (e) => `${e.reference} von ${e.till} hat auf dem Papier keine Signatur: ${e.why}`,
	"receipt.printed": (e) => `Bon ${e.job} ${e.confirmed ? "ist auf Papier" : "wurde gesendet"}, ${e.printer}`,
	"receipt.doubted": (e) => `Bon ${e.job} an ${e.printer} ist zweifelhaft: ${e.why}`,
	"receipt.voided": (e) => `Bon ${e.job} an ${e.printer} ist ungültig`,
	"receipt.failed": (e) => `Bon ${e.job} kann nicht gedruckt werden: ${e.why}`,
	"receipt.cancelled": (e) => `Bon ${e.job} wurde storniert`,
	"paper-label.printed": (e) => `Papieretikett von ${e.sku} ${e.confirmed ? "ist gedruckt" : "wurde gesendet"}, ${e.printer}`,
	"paper-label.doubted": (e) => `Papieretikett von ${e.sku} an ${e.printer} ist zweifelhaft: ${e.why}`,
	"paper-label.failed": (e) => `Papieretikett von ${e.sku} kann nicht gedruckt werden: ${e.why}`,
	"receipt.moved": (e) => `Bon ${e.job} geht von ${e.from} zu ${e.printer}`,
	"grant.given": (e, f) => `${f.number(e.granted)} von ${e.sku} für online reserviert`,
	"shelf.filled": (e, f) => `${e.place} mit ${f.number(e.quantity)} von ${e.sku} aufgefüllt`,
	"stock.shortfall": (e, f) => `${f.number(e.quantity)} von ${e.sku} mehr verkauft als frei war`,
	"order.acted": (e) => `Bestellung ${e.order}: ${e.act.act}, durch ${e.by}; Stand ${e.state}`,
	"receipt-key.made": () => "Der Schlüssel, der die Belege dieser Filiale signiert, wurde erzeugt",
	"member.enrolled": (e) => `Ein Mitglied der Stufe ${e.tier} wurde hier aufgenommen`,
	"member.erased": () => "Ein Mitglied wurde gelöscht, wie von der Zentrale verlangt",
	"points.earned": (e) => `Ein Mitglied hat mit Verkauf ${e.sale} ${e.points} ${de(e.points, "Punkt", "Punkte")} gesammelt`,
	"points.spent": (e) => `Ein Mitglied hat in Verkauf ${e.sale} mit ${e.points} ${de(e.points, "Punkt", "Punkten")} bezahlt`,
	"points.lease-closed": (e) => `Eine Leihe von Punkten ist vorbei; ausgegeben: ${e.used}`,
	"member.presented": (e) =>
		`Ein Mitglied der Stufe ${e.tier} hat einen Code gezeigt${e.timeChecked ? "" : "; die Zeit war nicht prüfbar"}`,
	"coupon.redeemed": (e) => `Gutschein ${e.coupon} an ${e.till} eingelöst`,
	"coupon.voided": (e) => `Einlösung ${e.redemption} des Gutscheins ${e.coupon} zurückgenommen`,
	"coupon.lease-closed": (e) => `Das Kontingent ${e.lease} des Gutscheins ${e.coupon} ist abgelaufen; genutzt: ${e.used}`,
	"coupon.ended": (e) => `Die Zentrale hat Gutschein ${e.coupon} vorzeitig beendet; hier eingelöst: ${e.redeemed}`,
	"coupon.refused": (e) => `Gutschein ${e.coupon} an ${e.till} abgelehnt: ${e.code}`,
	"transfer.sent": (e, f) => `Umlagerung ${e.transfer} an Filiale ${e.to} abgegangen: ${f.number(e.lines.length)} Artikel`,
	"transfer.received": (e, f) => `Umlagerung ${e.transfer} von Filiale ${e.from} angekommen: ${f.number(e.lines.length)} Artikel`,
	"transfer.cancelled": (e) => `Umlagerung ${e.transfer} an Filiale ${e.to} abgesagt`,
	"stock.asked": (e) => `Zentrale nach dem Bestand von ${e.sku} in anderen Filialen gefragt`,
	"return.recorded": (e, f) =>
		`${f.number(e.quantity)} von ${e.sku} zurückgenommen (${e.condition})${e.line === undefined ? ", ohne Beleg" : ""}`,
	"return.asked": (e) => `Zentrale gefragt, ob ${e.line} hier zurückgenommen werden darf`,
	"return.released": (e) =>
		e.from === e.to ? `Von ${e.line} kann nichts mehr zurückkommen` : `${e.line} darf in einer anderen Filiale zurückkommen`,
	"return.lease-closed": (e) => `${e.line} darf hier nicht mehr zurückkommen`,
	"quality.settled": (e, f) => `${f.number(e.quantity)} von ${e.sku}, bisher beiseite: ${e.to === "shelf" ? "ins Regal" : "Abfall"}`,
	"loss.recorded": (e, f) => `${f.number(e.count)} ${de(e.count, "Notiz", "Notizen")} aus Platzmangel verworfen: ${e.why}`,
	"record.refused": (e) => `Satz ${e.record} von ${e.stream} abgelehnt: ${e.why}`,
	"audit.recorded": (e) =>
		`${e.actor?.name ?? "Jemand"}: ${e.act}${e.subject === undefined ? "" : ` ${e.subject}`}${e.outcome === "refused" ? ", abgelehnt" : ""}`,
	"prices.accepted": (e, f) => `${f.number(e.count)} ${de(e.count, "Preis", "Preise")} von der Zentrale`,
	"articles.accepted": (e, f) => `${f.number(e.count)} Artikel von der Zentrale`,
	"article.scanned": (e) => `${e.device} las ${e.code}${e.name === null ? "" : `, ${e.name}`}`,
	"scan.acted": (e, f) => actedSentence("de", e, f),
	"weight.settled": (e, f) => `${e.device} zeigt ${f.grams(e.milligrams)}`,
	"shelf.changed": (e, f) =>
		`${e.shelf}: ${e.pieces === undefined ? f.moved(e.milligrams, "milligram") : f.signed(e.pieces)} ${why("de", e.because)}`,
	"receipt.queued": (e) => `Bon ${e.job} wartet auf ${e.printer}`,
	"device.troubled": (e) => `${e.device} ist gestört: ${e.trouble}`,
	"device.recovered": (e, f) => `${e.device} ist nach ${f.span(e.afterMs / 1_000)} wieder in Ordnung`,
	"alarm.raised": (e) => `Alarm ${e.level}: ${e.code}, ${e.subject}`,
	"alarm.cleared": (e) => `Behoben: ${e.code}, ${e.subject}`,
	"alarm.acknowledged": (e) => `${e.by} kümmert sich um ${e.alarm}`,
	"line.changed": (e) => (e.up ? "Mit der Zentrale verbunden" : `Zentrale verloren${e.why === null ? "" : `: ${e.why}`}`),
	"gateway.started": (e) => `Gateway ${e.version} gestartet${e.afterCrash ? ", nach Absturz oder Stromausfall" : ""}`,
	"clock.doubted": (e) => `Der Uhr ist nicht zu trauen: ${e.why}`,
};

const croatianRise: Record<RiseEnd, string> = {
	shown: "sve etikete prikazuju novu cijenu, blagajne je naplaćuju",
	"went-on": "blagajne naplaćuju novu cijenu, iako neka etiketa možda još prikazuje manju",
	replaced: "druga cijena zamjenjuje onu koja je čekala",
	unlabelled: "nema više etiketa, blagajne naplaćuju novu cijenu",
};
const croatian: Sentences = {
	...sensorSentences("hr"),
	"price.activated": (e, f) => `${e.sku} od sada stoji ${f.money(e.amountMinor, e.currency)}; slijedi etiketa: ${f.number(e.labels)}`,
	"price.rise-waits": (e, f) =>
		`${e.sku}: ${f.money(e.amountMinor, e.currency)} čeka etikete; blagajne naplaćuju ${f.money(e.chargedMinor, e.currency)}`,
	"price.rise-ended": (e) => `${e.sku}: ${croatianRise[e.because]}`,
	"price.held": (e, f) => `${e.sku}: ${f.money(e.amountMinor, e.currency)} je zadržana i ne vrijedi: ${e.reasons[0]?.code ?? ""}`,
	"price.hold-ended": (e) =>
		`${e.sku}: zadržana cijena ${e.because === "released" || e.because === "rails" ? "smije vrijediti" : "nije nikad vrijedila"}`,
	"prices.frozen": (e) => `Cijene su zamrznute${e.actor ? ` (${e.actor.name})` : ""}${e.reason === null ? "" : `: ${e.reason}`}`,
	"prices.thawed": () => "Cijene su odmrznute; dospjele promjene sada vrijede",
	"label.bound": (e) => `Etiketa ${e.label} povezana je s ${e.sku}`,
	"label.unbound": (e) => `Etiketa ${e.label} više ne pripada ${e.sku}`,
	"label.shown": (e, f) => `Etiketa ${e.label} pokazuje ${f.money(e.amountMinor, e.currency)} za ${e.sku}`,
	"label.failed": (e) => `Etiketa ${e.label} nije mogla pokazati ${e.sku}: ${e.why}`,
	"stock.moved": (e, f) => `${e.movement.sku}: ${moved(e, f)} ${why("hr", e.movement.reason)}`,
	"sale.recorded": (e, f) => `Blagajna ${e.till} prodala je redaka: ${f.number(e.lines.length)} (${e.sale})`,
	"fiscal.signed": (e) => `${e.reference} s ${e.till} potpisao je fiskalni uređaj, broj ${e.number}${e.late ? ", naknadno" : ""}`,
	"fiscal.missing": (e) => `${e.reference} s ${e.till} na papiru nema fiskalni kod: ${e.why}`,
	"receipt.printed": (e) => `Račun ${e.job} ${e.confirmed ? "je na papiru" : "je poslan"}, ${e.printer}`,
	"receipt.doubted": (e) => `Račun ${e.job} na ${e.printer} je dvojben: ${e.why}`,
	"receipt.voided": (e) => `Račun ${e.job} na ${e.printer} je poništen`,
	"receipt.failed": (e) => `Račun ${e.job} ne može se ispisati: ${e.why}`,
	"receipt.cancelled": (e) => `Račun ${e.job} je otkazan`,
	"paper-label.printed": (e) => `Papirnata etiketa za ${e.sku} ${e.confirmed ? "je ispisana" : "je poslana"}, ${e.printer}`,
	"paper-label.doubted": (e) => `Papirnata etiketa za ${e.sku} na ${e.printer} je dvojbena: ${e.why}`,
	"paper-label.failed": (e) => `Papirnata etiketa za ${e.sku} ne može se ispisati: ${e.why}`,
	"receipt.moved": (e) => `Račun ${e.job} prelazi s ${e.from} na ${e.printer}`,
	"grant.given": (e, f) => `${f.number(e.granted)} od ${e.sku} ustupljeno internetskoj prodaji`,
	"shelf.filled": (e, f) => `${e.place} dopunjeno: ${f.number(e.quantity)} od ${e.sku}`,
	"stock.shortfall": (e, f) => `Prodano ${f.number(e.quantity)} od ${e.sku} više nego što je bilo slobodno`,
	"order.acted": (e) => `Narudžba ${e.order}: ${e.act.act}, ${e.by}; stanje ${e.state}`,
	"receipt-key.made": () => "Izrađen je ključ kojim ova trgovina potpisuje račune",
	"member.enrolled": (e) => `Ovdje je upisan član razine ${e.tier}`,
	"member.erased": () => "Član je izbrisan na zahtjev središnjice",
	"points.earned": (e) => `Član je prodajom ${e.sale} stekao ${e.points} ${hr(e.points, "bod", "boda", "bodova")}`,
	"points.spent": (e) => `Član je u prodaji ${e.sale} platio s ${e.points} ${hr(e.points, "bodom", "boda", "bodova")}`,
	"points.lease-closed": (e) => `Posudba bodova je završila; potrošeno ${e.used}`,
	"member.presented": (e) => `Član razine ${e.tier} pokazao je kod${e.timeChecked ? "" : "; vrijeme se nije moglo provjeriti"}`,
	"coupon.redeemed": (e) => `Kupon ${e.coupon} iskorišten na ${e.till}`,
	"coupon.voided": (e) => `Iskorištenje ${e.redemption} kupona ${e.coupon} poništeno`,
	"coupon.lease-closed": (e) => `Kvota ${e.lease} kupona ${e.coupon} je istekla; iskorišteno: ${e.used}`,
	"coupon.ended": (e) => `Središnjica je prije roka završila kupon ${e.coupon}; ovdje iskorišteno: ${e.redeemed}`,
	"coupon.refused": (e) => `Kupon ${e.coupon} odbijen na ${e.till}: ${e.code}`,
	"transfer.sent": (e, f) => `Međuskladišnica ${e.transfer} poslana u trgovinu ${e.to}: artikala ${f.number(e.lines.length)}`,
	"transfer.received": (e, f) => `Međuskladišnica ${e.transfer} stigla iz trgovine ${e.from}: artikala ${f.number(e.lines.length)}`,
	"transfer.cancelled": (e) => `Međuskladišnica ${e.transfer} za trgovinu ${e.to} otkazana`,
	"stock.asked": (e) => `Centrala je upitana za zalihu ${e.sku} u drugim trgovinama`,
	"return.recorded": (e, f) => `Vraćeno ${f.number(e.quantity)} od ${e.sku} (${e.condition})${e.line === undefined ? ", bez računa" : ""}`,
	"return.asked": (e) => `Centrala je upitana smije li se ${e.line} ovdje vratiti`,
	"return.released": (e) => (e.from === e.to ? `Od ${e.line} nema više ništa za povrat` : `${e.line} smije se vratiti u drugoj trgovini`),
	"return.lease-closed": (e) => `${e.line} više se ne smije vratiti ovdje`,
	"quality.settled": (e, f) => `${f.number(e.quantity)} od ${e.sku} sa strane: ${e.to === "shelf" ? "na policu" : "otpad"}`,
	"loss.recorded": (e, f) => `Zbog manjka prostora odbačeno bilješki: ${f.number(e.count)}: ${e.why}`,
	"record.refused": (e) => `Zapis ${e.record} iz ${e.stream} odbijen: ${e.why}`,
	"audit.recorded": (e) =>
		`${e.actor?.name ?? "Netko"}: ${e.act}${e.subject === undefined ? "" : ` ${e.subject}`}${e.outcome === "refused" ? ", odbijeno" : ""}`,
	"prices.accepted": (e, f) => `Stiglo cijena iz centrale: ${f.number(e.count)}`,
	"articles.accepted": (e, f) => `Stiglo artikala iz centrale: ${f.number(e.count)}`,
	"article.scanned": (e) => `${e.device} pročitao ${e.code}${e.name === null ? "" : `, ${e.name}`}`,
	"scan.acted": (e, f) => actedSentence("hr", e, f),
	"weight.settled": (e, f) => `${e.device} pokazuje ${f.grams(e.milligrams)}`,
	"shelf.changed": (e, f) =>
		`${e.shelf}: ${e.pieces === undefined ? f.moved(e.milligrams, "milligram") : f.signed(e.pieces)} ${why("hr", e.because)}`,
	"receipt.queued": (e) => `Račun ${e.job} čeka ${e.printer}`,
	"device.troubled": (e) => `${e.device} ima smetnju: ${e.trouble}`,
	"device.recovered": (e, f) => `${e.device} je nakon ${f.span(e.afterMs / 1_000)} opet u redu`,
	"alarm.raised": (e) => `Alarm ${e.level}: ${e.code}, ${e.subject}`,
	"alarm.cleared": (e) => `Otklonjeno: ${e.code}, ${e.subject}`,
	"alarm.acknowledged": (e) => `${e.by} preuzima ${e.alarm}`,
	"line.changed": (e) => (e.up ? "Povezano s centralom" : `Veza s centralom izgubljena${e.why === null ? "" : `: ${e.why}`}`),
	"gateway.started": (e) => `Gateway ${e.version} pokrenut${e.afterCrash ? " nakon pada ili nestanka struje" : ""}`,
	"clock.doubted": (e) => `Sat nije pouzdan: ${e.why}`,
};

const sentences: Record<Language, Sentences> = { en: english, "zh-CN": chinese, de: german, hr: croatian };

/** One line about an event. A type from a newer gateway than this page is named by its type. */
export function sentence(event: StoreEvent, language: Language, f: Formats): string {
	const words = sentences[language][event.type] as ((event: StoreEvent, f: Formats) => string) | undefined;
	return words?.(event, f) ?? event.type;
}
