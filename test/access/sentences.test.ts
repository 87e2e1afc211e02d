/** Every sentence in which a refusal names a thing of the store or of head office is said in Chinese, with the same things in it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "vite";
import { describe, expect, it } from "vitest";
import { chineseGoods } from "../../src/desk/sentences/goods-zh.ts";
import { sayInChinese as sayOfStore } from "../../src/desk/sentences/sentences-zh.ts";
import { chineseTills } from "../../src/desk/sentences/tills-zh.ts";
import { chinesePriceLists } from "../../src/hq/sentences/price-lists-zh.ts";
import { chineseSentences } from "../../src/hq/sentences/refusals-zh.ts";
import { sayInChinese as sayOfOffice } from "../../src/hq/sentences/sentences-zh.ts";
import { chineseFields } from "../../src/words/sentences/fields-zh.ts";
import { chineseRails } from "../../src/words/sentences/rails-zh.ts";
import { sayReasons } from "../../src/words/sentences/reasons.ts";
import { sayIn } from "../../src/words/sentences/sentence.ts";
import { unread } from "./unread.ts";

const root = join(import.meta.dirname, "../../src");
const hasHan = (text: string): boolean => /\p{Script=Han}/u.test(text);

interface Node {
	type: string;
	[member: string]: unknown;
}

/** Something that may stand at a place of a sentence, and that no table has words for. */
const thing = (n: number): string => `thing-${n}`;

/** The texts that an expression can have, with things for what is only known when it runs; undefined where all of it is. */
function textsOf(node: Node): string[] | undefined {
	const of = (member: string): string[] | undefined => textsOf(node[member] as Node);
	switch (node.type) {
		case "Literal":
			return typeof node["value"] === "string" ? [node["value"]] : undefined;
		case "ParenthesizedExpression":
			return of("expression");
		case "ConditionalExpression": {
			const [one, other] = [of("consequent"), of("alternate")];
			return one && other && [...one, ...other];
		}
		case "BinaryExpression": {
			const [left, right] = [of("left"), of("right")];
			return node["operator"] === "+" && left && right ? left.flatMap((a) => right.map((b) => a + b)) : undefined;
		}
		case "TemplateLiteral": {
			const fixed = (node["quasis"] as { value: { cooked: string } }[]).map(({ value }) => value.cooked);
			return (node["expressions"] as Node[]).reduce(
				(texts, each, i) => {
					const within = each.type === "ConditionalExpression" ? (textsOf(each) ?? [thing(i)]) : [thing(i)];
					return texts.flatMap((text) => within.map((part) => `${text}${part}${fixed[i + 1]}`));
				},
				[fixed[0]!],
			);
		}
		default:
			return undefined;
	}
}

/** Messages that the schemas of requests give: `.regex(pattern, "…")`, `.refine(test, "…")`, `{message: "…"}`, `{error: "…"}`. */
function* messagesIn(node: unknown): Generator<string> {
	if (typeof node !== "object" || node === null) return;
	const { type, callee, arguments: given, key, value } = node as Node & { callee?: Node; arguments?: Node[]; key?: Node; value?: Node };
	const called = (callee?.["property"] as Node | undefined)?.["name"];
	if (type === "CallExpression" && (called === "regex" || called === "refine") && given?.[1]) yield* textsOf(given[1]) ?? [];
	if (type === "Property" && (key?.["name"] === "message" || key?.["name"] === "error") && value) yield* textsOf(value) ?? [];
	for (const member of Object.values(node)) yield* messagesIn(member);
}

interface Made {
	by: string;
	code: string | undefined;
	texts: string[];
}

function* madeIn(node: unknown): Generator<Made> {
	if (typeof node !== "object" || node === null) return;
	const { type, callee, arguments: given } = node as Node & { callee?: Node; arguments?: Node[] };
	const by = callee?.["name"];
	if ((type === "NewExpression" || type === "CallExpression") && typeof by === "string" && given?.[1]) {
		const texts = textsOf(given[1]);
		const code = given[0]!["value"];
		if (texts) yield { by, code: typeof code === "string" ? code : undefined, texts };
	}
	for (const member of Object.values(node)) yield* madeIn(member);
}

const made = ["access", "broker", "desk", "flows", "hq", "rails"].flatMap((room) =>
	readdirSync(join(root, room), { recursive: true, encoding: "utf8" })
		.filter((file) => file.endsWith(".ts"))
		.flatMap((file) => {
			const text = readFileSync(join(root, room, file), "utf8");
			return /Refusal\(|Problem\(|RowFault\(|hold\(|because\(/.test(text) ? [...madeIn(parseSync(file, text).program)] : [];
		}),
);

const textsBy = (...makers: string[]): string[] => [
	...new Set(
		made
			.filter(({ by, code }) => makers.includes(by) && !(code !== undefined && unread.includes(code)))
			.flatMap(({ texts }) => texts)
			.filter((text) => /[a-z]{2}/.test(text.replaceAll(/thing-\d/g, ""))),
	),
];

/** What is not said in Chinese with all of its things. */
const unsaid = (texts: readonly string[], say: (text: string) => string | undefined): string[] =>
	texts.filter((text) => {
		const said = say(text);
		return said === undefined || !hasHan(said) || (text.match(/thing-\d/g) ?? []).some((each) => !said.includes(each));
	});

describe("the sentence that names the thing is said in Chinese", () => {
	it("by the gateway", () => {
		const texts = textsBy("Problem", "LedgerRefusal", "AccountRefusal");
		expect(texts.length).toBeGreaterThan(120);
		expect(unsaid(texts, sayOfStore)).toEqual([]);
	});

	it("by head office", () => {
		const texts = textsBy("HqRefusal");
		expect(texts.length).toBeGreaterThan(100);
		expect(unsaid(texts, sayOfOffice)).toEqual([]);
	});

	it("of a price list's rows, of what contradicts itself, and of what guard rails hold", () => {
		const texts = textsBy("RowFault", "because", "hold");
		expect(texts.length).toBeGreaterThan(25);
		expect(unsaid(texts, sayOfOffice)).toEqual([]);
	});
});

it.each([
	["the gateway", ["desk/schemas.ts", "desk/routes"], sayOfStore],
	["head office", ["hq/http"], sayOfOffice],
] as const)("what is wrong with a field of a request to %s is said in Chinese", (_, where, say) => {
	const files = where.flatMap((each) =>
		each.endsWith(".ts")
			? [each]
			: readdirSync(join(root, each), { recursive: true, encoding: "utf8" })
					.filter((file) => file.endsWith(".ts"))
					.map((file) => join(each, file)),
	);
	const messages = files.flatMap((file) => [...messagesIn(parseSync(file, readFileSync(join(root, file), "utf8")).program)]);
	expect(messages.length).toBeGreaterThan(10);
	expect([...new Set(messages)].filter((text) => !hasHan(say(text) ?? ""))).toEqual([]);
});

it("a reason within an answer is said, and a reason that programs read is not touched", () => {
	const answer = {
		rejected: [{ line: 4, column: "sku", reason: "The row has no article number." }],
		held: [{ sku: "1001", code: "no-name", reason: "Nobody has given the article a name." }],
		items: [{ changes: [{ held: [{ code: "amount-low", reason: "The price of 1 minor units is below the floor of 50." }] }] }],
		movement: { sku: "1001", reason: "expired" },
		notes: ["The file is in utf-8.", "Of a later build."],
	};
	expect(sayReasons(answer, sayOfOffice)).toEqual({
		rejected: [{ line: 4, column: "sku", reason: "该行没有商品编号。" }],
		held: [{ sku: "1001", code: "no-name", reason: "商品没有名称。" }],
		items: [{ changes: [{ held: [{ code: "amount-low", reason: "价格 1（最小货币单位）低于下限 50。" }] }] }],
		movement: { sku: "1001", reason: "expired" },
		notes: ["文件编码为 utf-8。", "Of a later build."],
	});
});

it.each([
	["goods", chineseGoods],
	["tills", chineseTills],
	["head office", chineseSentences],
	["price lists", chinesePriceLists],
	["guard rails", chineseRails],
	["fields", chineseFields],
])("the table of %s has each sentence once, and the same places in both languages", (_, table) => {
	const places = (text: string): string[] => [...text.matchAll(/\{~?([a-z]\w*)\}/gi)].map(([, name]) => name!).sort();
	for (const [english, chinese] of table)
		expect([english, [...new Set(places(chinese))]]).toEqual([english, [...new Set(places(english))]]);
	expect(new Set(table.map(([english]) => english)).size).toBe(table.length);
});

describe("a sentence", () => {
	const say = sayIn([
		["Label {label} is {~state}.", "价签 {label} {~state}。"],
		["lost", "丢失"],
		["{a}: {b}", "{a}：{b}"],
	]);

	it.each([
		["Label 7 is lost.", "价签 7 丢失。"],
		// A thing is repeated as it is, whatever it looks like.
		["Label lost is new.", "价签 lost new。"],
		["Label {~state} is $&.", "价签 {~state} $&。"],
		["Label  is .", "价签   。".replace("   ", "  ")],
		["x: y: z", "x：y: z"],
	])("%j becomes %j", (english, chinese) => expect(say(english)).toBe(chinese));

	it.each(["Label 7 is lost", "label 7 is lost.", "", "x".repeat(5_000)])("%j has no translation", (english) =>
		expect(say(english)).toBeUndefined(),
	);
});
