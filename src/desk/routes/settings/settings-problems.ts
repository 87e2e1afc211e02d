import type { ChineseTable } from "../../../access/refusals-zh.ts";

/** Refusals about the configuration: code, status, title, what to do. */
export const settingsProblems = {
	"settings-wrong": [400, "These settings are not right", "Correct what `errors` names; nothing was changed."],
	"settings-moved": [
		409,
		"The settings were changed by somebody else meanwhile",
		"Read them again and make the change anew; nothing was changed.",
	],
	"settings-not-writable": [409, "Settings cannot be changed from here", "Nothing was changed."],
	"settings-version-unknown": [404, "There is no such version of the settings", "GET /api/v1/settings/versions lists them."],
} as const satisfies Record<string, readonly [status: number, title: string, remedy: string]>;

export const chineseSettingsProblems: ChineseTable<keyof typeof settingsProblems> = {
	"settings-wrong": ["设置不正确", "请改正 `errors` 中列出的内容；未作任何更改。"],
	"settings-moved": ["设置已被他人更改", "请重新读取后再修改；未作任何更改。"],
	"settings-not-writable": ["无法在此更改设置", "未作任何更改。"],
	"settings-version-unknown": ["没有这个设置版本", "GET /api/v1/settings/versions 列出所有版本。"],
};
