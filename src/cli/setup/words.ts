/** The texts of `gondola setup`, in English and Chinese. */
const table = {
	begin: [
		"Setting up this box. Enter keeps what stands in brackets; Ctrl-C leaves everything as it is.",
		"设置本机。回车保留括号中的值；Ctrl-C 放弃，不做任何更改。",
	],
	already: ["It is set up already, as store {0}: nothing changes unless you answer otherwise.", "本机已设置为门店 {0}：不作答则不更改。"],
	store: ["Number or name of the store, as head office writes it", "门店编号或名称（与总部一致）"],
	timeZone: ["Where the store is, such as Europe/Zagreb", "门店所在时区，例如 Asia/Shanghai"],
	code: ["Code from head office (gondola hq enroll); Enter: no head office for now", "总部登记码（gondola hq enroll）；回车：暂不连接总部"],
	enrolled: ["Code from head office; Enter: stay enrolled as store {0}", "总部登记码；回车：保持门店 {0} 的登记"],
	codeWrong: ["This is no enrolment code, or it is damaged: copy all of it once more.", "登记码无效或不完整，请重新完整复制。"],
	codeOther: ["This code is for store {0}, not for {1}.", "此登记码属于门店 {0}，而非 {1}。"],
	found: [
		"{0} is plugged in at {1}. What is it: scanner, scale, printer, or skip",
		"{1} 接有 {0}。类型：scanner（扫描枪）、scale（秤）、printer（打印机）或 skip（跳过）",
	],
	protocol: ["Its protocol: {0}", "通信协议：{0}"],
	noDevices: [
		"No further cable is plugged in; devices can be added later: gondola setup again.",
		"未发现其他有线设备；以后可再次运行 gondola setup 添加。",
	],
	wrong: ["That does not do: {0}", "无效：{0}"],
	written: ["{0} is written: store {1}, {2} devices.", "已写入 {0}：门店 {1}，{2} 个设备。"],
	same: ["{0} is as it was.", "{0} 没有更改。"],
	alone: [
		"Without head office the store stands alone; that is no trouble. Later: gondola enroll CODE",
		"未连接总部时门店可独立运行，这不是故障。以后可运行：gondola enroll CODE",
	],
	notYet: [
		"{0} Everything else is set up and stays so. Later: gondola enroll CODE",
		"{0} 其余设置已完成并保留。以后可运行：gondola enroll CODE",
	],
	next: ["Next: systemctl restart gondola, then gondola doctor", "下一步：systemctl restart gondola，然后 gondola doctor"],
	unfinished: ["set-up was not finished; nothing was changed.", "设置未完成；没有任何更改。"],
} as const satisfies Record<string, readonly [en: string, zh: string]>;

export type Say = (word: keyof typeof table, ...values: (string | number)[]) => string;

export const wordsOf =
	(locale: string): Say =>
	(word, ...values) =>
		table[word][locale.startsWith("zh") ? 1 : 0].replace(/\{(\d)\}/g, (_, at: string) => String(values[Number(at)] ?? ""));
