import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "gondola-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function gondola(...args: string[]): Promise<{ code: number; out: string; err: string }> {
	return new Promise((done) => {
		execFile(
			process.execPath,
			[join(root, "src/cli/main.ts"), ...args],
			{ cwd: folder, env: { ...process.env, GONDOLA_URL: "http://127.0.0.1:1", GONDOLA_HQ_URL: "http://127.0.0.1:1" } },
			(error, out, err) => done({ code: (error?.code as number | undefined) ?? 0, out, err }),
		);
	});
}
const write = (name: string, text: string): string => {
	const file = join(folder, name);
	writeFileSync(file, text);
	return file;
};

describe("gondola scan read", () => {
	it("says what a scanner's bytes mean: content, gtin, elements, faults, doubts", async () => {
		const ask = async (...args: string[]): Promise<unknown> =>
			JSON.parse((await gondola("scan", "read", ...args, "--json")).out) as unknown;
		expect(await ask("4006381333931", "--aim", "]E0")).toMatchObject({
			content: { kind: "gtin" },
			gtin: "04006381333931",
			elements: {},
			faults: [],
			doubts: [],
			symbology: "ean-13",
		});
		expect(await ask("]d20109506000134352" + "10L7<GS>17261330")).toMatchObject({
			gtin: "09506000134352",
			elements: { "10": "L7", "17": "261330" },
			faults: [{ ai: "17", fault: "illegal-month" }],
		});
		const file = write("scan.yaml", "store: a\nscanning: { variableMeasure: de }\n");
		expect(await ask("2812345007501", "--config", file)).toMatchObject({ content: { kind: "variable-measure", milligrams: 750_000 } });
	});

	it("reads a code as the scanner's own settings say, also where the store's are others", async () => {
		const strict = "{ id: till, family: scanner, protocol: mqtt, checkVariableMeasure: true }";
		const file = write("strict.yaml", `store: a\nscanning: { variableMeasure: de }\ndevices: [${strict}]\n`);
		const { out } = await gondola("scan", "read", "2812345007501", "--config", file, "--device", "till", "--json");
		expect(JSON.parse(out)).toMatchObject({ content: { kind: "gtin" } });
	});

	it("refuses a payment card without repeating it, and wrong usage with 2", async () => {
		const card = await gondola("scan", "read", "4111111111111111", "--json");
		expect([card.code, JSON.parse(card.out)]).toMatchObject([1, { refused: "payment-card", masked: "411111******1111" }]);
		expect(card.out + card.err).not.toContain("4111111111111111");
		const wrong = await Promise.all([
			gondola("scan"),
			gondola("scan", "read", "1", "--aim", "E0"),
			gondola("scan", "read", "1", "--country", "xx"),
		]);
		expect(wrong.map(({ code }) => code)).toEqual([2, 2, 2]);
	});
});

describe("the command line", () => {
	it("lists its verbs, and every verb says how it is used", async () => {
		const { out, code } = await gondola("--help");
		expect(code).toBe(0);
		const verbs = [...out.matchAll(/^ {2}([a-z]+) /gm)].map((match) => match[1]!);
		for (const verb of [
			"demo",
			"run",
			"config",
			"status",
			"doctor",
			"devices",
			"labels",
			"alarms",
			"events",
			"price",
			"stock",
			"print",
			"hq",
		])
			expect(verbs).toContain(verb);
		for (const said of await Promise.all(["demo", "run", "hq", "price"].map((verb) => gondola(verb, "--help")))) {
			expect(said.code).toBe(0);
			expect(said.out).toContain("gondola ");
		}
	});

	it("ends with 2 on wrong usage, and says what would be right", async () => {
		const all = await Promise.all([
			gondola("prise"),
			gondola("price"),
			gondola("status", "--colour"),
			gondola("demo", "--port", "blue"),
			gondola("hq"),
			gondola(),
		]);
		expect(all.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 2]);
		expect(all[0]!.err).toContain('no verb "prise"');
		expect(all[3]!.err).toContain("--port must be a port number");
	});

	it("ends with 1 and one sentence that says what to do when nobody answers", async () => {
		for (const { code, err } of await Promise.all([gondola("status"), gondola("price", "1001"), gondola("hq", "stores")])) {
			expect(code).toBe(1);
			expect(err).toMatch(/^gondola: nobody answers at http:\/\/127\.0\.0\.1:1\. Is it running\?.*\n$/);
		}
	});

	it("asks for every type of event there is, also of those that are kept for a while only", async () => {
		const types = ["gateway.started", "article", "stock.moved", "pirce.activated"];
		const answers = await Promise.all(types.map((type) => gondola("events", "--type", type)));
		expect(answers.map(({ code }) => code)).toEqual([1, 1, 1, 2]);
		expect(answers[3]!.err).toContain('did you mean "price.activated"?');
	});

	it("ends with 2 where a word or an option has no effect there, is empty, or is said twice", async () => {
		const wrong = [
			["status", "now"],
			["run", "shop.yaml"],
			["config", "check", "a.yaml", "b.yaml"],
			["hq", "stores", "zagreb-1"],
			["hq", "enroll", "zagreb-1", "zagreb-2"],
			["hq", "articles", "coffee", "ground"],
			["hq", "stores", "--dry-run"],
			["hq", "push", "list.csv", "--port", "8090"],
			["hq", "push", "list.csv", "--stores", "a", "--stores", "b"],
			["hq", "push", "list.csv", "--stores="],
			["status", "--url", ""],
		];
		for (const [args, { code, err, out }] of (
			await Promise.all(wrong.map(async (args) => [args, await gondola(...args)] as const))
		).values())
			expect([args, code, out, err.split("\n")[0]]).toEqual([args, 2, "", expect.stringMatching(/^gondola: ./)]);
	});

	it("checks a configuration in sentences with line and path", async () => {
		const right = write(
			"right.yaml",
			"store: s1\ndevices:\n  - { id: till-printer, family: printer, protocol: esc-pos, host: 10.0.0.9 }\n",
		);
		const wrong = write(
			"wrong.yaml",
			"store: s1\ndevices:\n  - id: scale-1\n    family: scale\n    protocol: mt-sics\n    port: /dev/ttyUSB0\n    baudrate: " +
				"9600\nshelfs: []\n",
		);
		expect(await gondola("config", "check", right)).toMatchObject({ code: 0 });
		const { code, err } = await gondola("config", "check", wrong);
		expect(code).toBe(1);
		expect(err).toContain('devices[0].baudrate is not a setting; did you mean "baudRate"?');
		expect(err).toContain('shelfs is not a setting; did you mean "shelves"?');
	});

	it("says which configuration is missing before it starts anything", async () => {
		const { code, err } = await gondola("run", "--config", join(folder, "nowhere.yaml"));
		expect(code).toBe(1);
		expect(err).toContain("does not exist");
	});
});
