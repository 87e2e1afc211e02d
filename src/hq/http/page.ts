import type { PushRow } from "../catalog/push-view.ts";
import type { HqAlarm } from "../people/alarms.ts";
import type { Restoration } from "../restore/records.ts";
import type { StoreRow } from "../stores/stores.ts";

const words = {
	en: {
		title: "Head office",
		stores: "Stores",
		pushes: "Pushes",
		store: "store",
		contact: "last contact",
		waiting: "waiting for it",
		offline: "days it can be offline",
		line: "line",
		on: "connected",
		off: "not connected",
		never: "never",
		none: "No store is enrolled yet: gondola hq enroll STORE",
		noPush: "Nothing was pushed yet: gondola hq push FILE.csv",
		push: "push",
		changes: "changes",
		cell: "stored / active / shown",
		restored: "Head office was restored from a backup; this is what the stores told it back",
		records: "records",
		prices: "prices",
		articles: "articles",
		orders: "orders",
		again: "said again",
		part: "Not all: the store no longer had every word",
		at: "when",
		stream: "stream",
		legend: "Green: every change is shown, or has no label to be shown on. Red: a label cannot show one.",
	},
	"zh-CN": {
		title: "总部",
		stores: "门店",
		pushes: "价格下发",
		store: "门店",
		contact: "上次联系",
		waiting: "待接收",
		offline: "可离线天数",
		line: "线路",
		on: "已连接",
		off: "未连接",
		never: "从未",
		none: "尚无门店登记：gondola hq enroll STORE",
		noPush: "尚未下发：gondola hq push FILE.csv",
		restored: "总部曾从备份恢复；以下内容由门店告知找回",
		records: "记录",
		prices: "价格",
		articles: "商品",
		orders: "订单",
		again: "重新下发",
		part: "不完整：门店已不再保留全部原文",
		at: "时间",
		stream: "数据流",
		push: "下发",
		changes: "变更数",
		cell: "已存 / 生效 / 已显示",
		legend: "绿色：全部已显示，或没有价签。红色：有价签无法显示。",
	},
} as const;

type Language = keyof typeof words;

/** The first language of Accept-Language that the page has; q-values are ignored because browsers send the languages in order. */
export function languageOf(header: string | undefined): Language {
	for (const tag of (header ?? "").split(",")) {
		if (/^\s*zh\b/i.test(tag)) return "zh-CN";
		if (/^\s*en\b/i.test(tag)) return "en";
	}
	return "en";
}

const escape = (text: string): string =>
	text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const th = (text: string, more = ""): string => `<th${more}>${escape(text)}</th>`;
const td = (text: string | number | null, look = ""): string => `<td class="${look}">${escape(String(text ?? ""))}</td>`;
const table = (head: readonly string[], rows: readonly string[]): string =>
	`<div class="wide"><table><thead><tr>${head.join("")}</tr></thead>` +
	`<tbody>${rows.map((row) => `<tr>${row}</tr>`).join("")}</tbody></table></div>`;

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: .3rem .8rem; text-align: left; white-space: nowrap;
	border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
.n { text-align: right; font-variant-numeric: tabular-nums; }
.good { color: light-dark(#0a6b2d, #6fdc94); } .bad { color: light-dark(#b3111e, #ff8c8c); } .dim, p { opacity: .75; }`;

/** One page without scripts: it reads itself again every five seconds. */
export function hqPage(
	stores: readonly (StoreRow & { connected: boolean })[],
	pushes: readonly PushRow[],
	restorations: readonly Restoration[],
	language: Language,
	alarms: readonly HqAlarm[] = [],
): string {
	const t = words[language];
	const when = (at: string | null): string => (at === null ? t.never : at.slice(0, 19).replace("T", " "));
	const storeRows = stores.map((s) =>
		[
			th(s.id, ' scope="row"'),
			td(s.connected ? t.on : t.off, s.connected ? "good" : "dim"),
			td(when(s.lastContact)),
			td(s.waitingDown, "n"),
			td(s.offlineDaysLeft, "n"),
		].join(""),
	);
	const pushRows = pushes.map((push) => {
		const cells = stores.map((s) => {
			const at = push.stores.find((one) => one.store === s.id);
			if (!at) return td("");
			const look = at.failed > 0 ? "bad" : at.shown + at.unlabelled === push.changes ? "good" : "dim";
			return td(`${at.stored} / ${at.active} / ${at.shown}`, `n ${look}`);
		});
		return [th(push.id, ' scope="row"'), td(when(push.at)), td(push.changes, "n"), ...cells].join("");
	});
	const storeTable = table(
		[t.store, t.line, t.contact, t.waiting, t.offline].map((word) => th(word)),
		storeRows,
	);
	const pushTable = table([th(t.push), th(""), th(t.changes), ...stores.map((s) => th(s.id, ' class="n"'))], pushRows);
	const restoredRows = restorations.map((r) =>
		[
			th(r.store, ' scope="row"'),
			td(when(r.at)),
			td(r.stream),
			...[r.records, r.prices, r.articles, r.orders, r.again].map((n) => td(n, "n")),
			td(r.whole ? "" : t.part, "bad"),
		].join(""),
	);
	const restoredTable = table(
		[t.store, t.at, t.stream, t.records, t.prices, t.articles, t.orders, t.again, ""].map((word) => th(word)),
		restoredRows,
	);
	return `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="5">
<title>Gondola: ${t.title}</title><style>${style}
</style></head>
<body>
<h1>${t.title}</h1>
${alarms.map((alarm) => `<p class="bad" role="alert">${escape(`${alarm.what} ${alarm.do} (${when(alarm.since)})`)}</p>`).join("\n")}
<h2>${t.stores}</h2>
${stores.length === 0 ? `<p>${t.none}</p>` : storeTable}
<h2>${t.pushes}</h2>
${pushes.length === 0 ? `<p>${t.noPush}</p>` : `<p>${t.cell}. ${t.legend}</p>${pushTable}`}
${restorations.length === 0 ? "" : `<h2>${t.restored}</h2>${restoredTable}`}
</body></html>
`;
}
