import type { Say } from "../words/sentences/sentence.ts";
import type { AccessRefusalCode } from "./refusal.ts";

/** Title and remedy by code: a table must have every code of its English counterpart. */
export type ChineseTable<Code extends string> = Readonly<Record<Code, readonly [title: string, remedy: string]>>;

/** The refusals of refusal.ts in Chinese. */
export const chineseAccess: ChineseTable<AccessRefusalCode> = {
	"sign-in-wrong": ["用户名或密码错误", "请重新输入；连续错误后需要等待。"],
	"sign-in-throttled": ["密码错误次数过多", "请稍后再试；等待秒数见 Retry-After。"],
	"claim-wrong": ["认领码不正确", "认领码显示在控制台和系统日志中；输错五次后关闭，直到重新启动。"],
	"claim-closed": ["认领码已关闭", "请重新启动程序以获得新的认领码。"],
	"claimed-already": ["第一位用户已创建", "请用已有账号登录。"],
	"name-bad": ["用户名不符合要求", "只能使用小写字母、数字、点和连字符，最多 40 个字符。"],
	"name-taken": ["该名称已被使用", "请使用其他名称；未作任何更改。"],
	"role-unknown": ["没有这个角色或权限范围", "可用角色见 `gondola user rights`。"],
	"password-weak": ["密码强度不足", "请使用至少 10 个字符，且不含用户名、不属于常见密码的密码。"],
	"expiry-bad": ["到期时间不在将来", "请填写将来的时间。"],
	"user-unknown": ["没有这位用户", "请检查用户名。"],
	"token-unknown": ["没有这个令牌", "请检查令牌名称。"],
	"last-of-role": ["这是最后一位可以创建其他用户的人", "请先创建另一位同角色的用户。"],
	"passkey-refused": ["通行密钥未被接受", "请重试，或用密码登录。"],
	"passkey-needs-name": ["通行密钥只能在有证书的域名下使用", "请通过域名（HTTPS）打开本页面。"],
	"passkey-unknown": ["没有这个通行密钥", "请刷新列表后再试。"],
	"provider-away": ["身份提供方无响应", "请稍后再试，或用密码登录。"],
	"provider-refused": ["身份提供方的回应未被接受", "请重新开始登录。"],
	"provider-no-role": ["您在这里没有角色", "请让管理员在身份提供方为您分配对应的组。"],
};

interface Readable {
	code: string;
	title: string;
	detail: string;
	errors?: { path: string; message: string }[];
}

interface Naming {
	/** The English sentence that names the article, field or order; undefined where the code says all there is to say. */
	names: string | undefined;
	say: Say;
	/** Whether that sentence also says what to do, so that the remedy of the table would say it twice. */
	isWhole: boolean;
}

/** The problem in Chinese for requests that prefer it; unchanged for other requests, and where no table has the code. */
export function inReadersLanguage<P extends Readable>(
	problem: P,
	accepts: string | undefined,
	tables: readonly Readonly<Record<string, readonly [string, string] | undefined>>[],
	{ names, say, isWhole }: Naming,
): P {
	if (!prefersChinese(accepts)) return problem;
	const said = tables.find((table) => Object.hasOwn(table, problem.code))?.[problem.code];
	if (said === undefined) return problem;
	const [title, remedy] = said;
	const sentence = names === undefined ? undefined : say(names);
	const detail =
		names === undefined ? remedy : sentence === undefined ? `${remedy}（原文：${names}）` : isWhole ? sentence : `${sentence}${remedy}`;
	const errors = problem.errors?.map((error) => ({ ...error, message: say(error.message) ?? error.message }));
	return { ...problem, title, detail, ...(errors && { errors }) };
}

/** Of the two languages in which refusals are said; q-values are ignored, because browsers send the languages in order. */
export function prefersChinese(accepts: string | undefined): boolean {
	const first = (accepts ?? "").split(",").find((tag) => /^\s*(zh|en)\b/i.test(tag));
	return first !== undefined && /^\s*zh\b/i.test(first);
}
