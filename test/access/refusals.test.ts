import { expect, it } from "vitest";
import { accessRefusals } from "../../src/access/refusal.ts";
import { inReadersLanguage } from "../../src/access/refusals-zh.ts";

const problem = (code: string) => ({ code, title: "English", detail: "English.", status: 401 });

it("every refusal of sign-in and rights is said in Chinese to who reads it, and in English to everybody else", () => {
	for (const code of [
		...Object.keys(accessRefusals),
		"token-missing",
		"token-wrong",
		"unclaimed",
		"right-missing",
		"host-unknown",
		"origin-foreign",
	]) {
		const said = inReadersLanguage(problem(code), "zh-CN,zh;q=0.9,en;q=0.8");
		expect([code, /\p{Script=Han}/u.test(said.title) && /\p{Script=Han}/u.test(said.detail)]).toEqual([code, true]);
		expect(said).toMatchObject({ code, status: 401 });
		for (const accepts of [undefined, "en", "de-DE,de", "en-US,en;q=0.9,zh;q=0.5"])
			expect(inReadersLanguage(problem(code), accepts)).toEqual(problem(code));
	}
	expect(inReadersLanguage(problem("push-unknown"), "zh")).toEqual(problem("push-unknown"));
});
