import { lineWords } from "./languages/line.ts";

/** Translates a library's error on the line to HQ into what a person can do about it. */
interface Remedy {
	when: RegExp;
	en: string;
	zh: string;
}

const remedies: readonly Remedy[] = [
	{
		// A TLS alert comes from the broker and is about this box's certificate; errors that this box finds are not called alerts.
		when: /alert (certificate expired|certificate revoked)/i,
		en:
			"The broker says that this box's own certificate has ended: put a new one where hq.certFile and hq.keyFile name it. If the clock of " +
			"this box is wrong, set it first.",
		zh: "对方表示本机证书已失效：请更换 hq.certFile 和 hq.keyFile 指定的证书；若本机时钟不准，请先校时。",
	},
	{
		when: /alert (certificate required|unknown ca|bad certificate|certificate unknown|unsupported certificate|access denied|handshake f)/i,
		en:
			"The broker does not let this box in by its certificate: set hq.certFile and hq.keyFile to one that the broker's authority made for " +
			"this store.",
		zh: "对方不接受本机证书：请将 hq.certFile 和 hq.keyFile 设为对方 CA 为本店签发的证书。",
	},
	{
		when: /certificate has expired|CERT_HAS_EXPIRED/i,
		en: "Its certificate has expired: tell IT. If the clock of this box is wrong, set it first.",
		zh: "对方证书已过期：请通知 IT；若本机时钟不准，请先校时。",
	},
	{
		when: /certificate|self.signed|altname|issuer|CERT_|TLS|SSL/i,
		en: "Its certificate is not trusted here: set hq.caFile to the right authority, or enrol this box again (gondola enroll).",
		zh: "本机不信任对方证书：请将 hq.caFile 设为正确的 CA，或重新登记 (gondola enroll)。",
	},
	{
		when: /not authori[sz]ed|bad user ?name|password|identifier rejected|Connection refused: (4|5)|banned/i,
		en: "The broker refuses this box's name or password: check hq.username and hq.passwordFile, or enrol this box again.",
		zh: "对方拒绝了本机的用户名或密码：请检查 hq.username 和 hq.passwordFile，或重新登记本机。",
	},
	{
		when: /ENOTFOUND|EAI_AGAIN|getaddrinfo/i,
		en: "Its name cannot be resolved: check the internet line, the name server of this box, and the spelling of hq.url.",
		zh: "无法解析对方地址：请检查网络线路、本机 DNS 以及 hq.url 的拼写。",
	},
	{
		when: /ECONNREFUSED/i,
		en: "That machine answers, but not on this port: check the port in hq.url, and that the broker runs.",
		zh: "对方主机可达但端口无服务：请检查 hq.url 的端口以及消息服务是否运行。",
	},
	{
		when: /EHOSTUNREACH|ENETUNREACH|ENETDOWN/i,
		en: "This box has no way to it: check the network cable and the router.",
		zh: "本机没有到对方的网络路径：请检查网线和路由器。",
	},
];

const other: Pick<Remedy, "en" | "zh"> = {
	en: "Check the internet line if it lasts longer than usual.",
	zh: "若持续时间异常，请检查网络线路。",
};

export function lineRemedy(why: string, language: "en" | "zh-CN" | "de" | "hr"): string {
	const at = remedies.findIndex(({ when }) => when.test(why));
	if (language === "de" || language === "hr") return lineWords[language].remedies[at] ?? lineWords[language].other;
	const found = remedies[at] ?? other;
	return language === "en" ? found.en : found.zh;
}
