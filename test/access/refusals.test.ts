import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AccessRefusal, accessRefusals } from "../../src/access/refusal.ts";
import { chineseAccess } from "../../src/access/refusals-zh.ts";
import { detailsFor, Problem, type ProblemCode, problemOf, problems } from "../../src/desk/problems.ts";
import { chinesePassedOn, chineseProblems } from "../../src/desk/problems-zh.ts";
import { refusals } from "../../src/hq/refusal.ts";
import { chineseRefusals } from "../../src/hq/refusals-zh.ts";
import { LedgerRefusal } from "../../src/ledger/ledger.ts";
import { unread } from "./unread.ts";

const hasHan = (text: string): boolean => /\p{Script=Han}/u.test(text);
const chinese = "zh-CN,zh;q=0.9,en;q=0.8";

describe("every refusal that people read", () => {
	for (const [where, english, table] of [
		["about people and rights", accessRefusals, chineseAccess],
		["of the gateway", problems, chineseProblems],
		["of head office", refusals, chineseRefusals],
	] as const) {
		it(`${where} has both languages, and no other code has`, () => {
			expect(Object.keys(table).sort()).toEqual(Object.keys(english).sort());
			for (const [code, [title, remedy]] of Object.entries(table)) expect([code, hasHan(title) && hasHan(remedy)]).toEqual([code, true]);
			for (const [code, row] of Object.entries(english)) {
				const sentences = (row as readonly unknown[]).filter((each) => typeof each === "string");
				expect([code, sentences.some((text) => hasHan(text) || text === "")]).toEqual([code, false]);
			}
		});
	}

	it("keeps its code and status, and names the thing that is wrong, in whichever language it is read", () => {
		const order = problemOf(new LedgerRefusal("order-wrong-article", "Order web-7 has no line for 4006381333931."));
		expect(detailsFor(order, chinese)).toEqual({
			type: "urn:gondola:problem:order-wrong-article",
			title: "这件商品不属于这里",
			status: 409,
			code: "order-wrong-article",
			detail: "订单 web-7 没有 4006381333931 的行。请放回原处；未作任何更改。",
		});
		for (const accepts of [undefined, "en", "de-DE,de", "en-US,en;q=0.9,zh;q=0.5"]) expect(detailsFor(order, accepts)).toBe(order.details);
		// What is wrong with a sign-in has no more to say than its kind.
		expect(detailsFor(problemOf(new AccessRefusal("sign-in-wrong")), chinese).detail).toBe(chineseAccess["sign-in-wrong"][1]);
		expect(detailsFor(new Problem("token-missing"), chinese).detail).toBe(chineseProblems["token-missing"][1]);
		expect(detailsFor(problemOf(new LedgerRefusal("grown-since", "English.")), chinese)).toMatchObject({ detail: "English." });
	});
});

it("what the gateway's flows and accounts refuse stands in the tables", () => {
	const root = join(import.meta.dirname, "../../src");
	const files = ["flows", "broker/access", "desk"].flatMap((folder) =>
		readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
			.filter((file) => file.endsWith(".ts"))
			.map((file) => readFileSync(join(root, folder, file), "utf8")),
	);
	const thrown = files.flatMap((text) => [
		...[...text.matchAll(/new (?:LedgerRefusal|AccountRefusal)\(\s*"([a-z-]+)"/g)].map(([, code]) => code!),
		...[...text.matchAll(/\{\s*code: "([a-z-]+)",?\s*\}\)/g)].map(([, code]) => code!),
	]);
	expect(thrown.length).toBeGreaterThan(30);
	const said = new Set<string>([...Object.keys(chineseProblems satisfies Record<ProblemCode, unknown>), ...Object.keys(chinesePassedOn)]);
	expect([...new Set(thrown)].filter((code) => !said.has(code) && !unread.includes(code))).toEqual([]);
});
