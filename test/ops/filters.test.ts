/** Filters of the command line's lists, and what shells are told about its verbs. */
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { bashCompletion, fishCompletion, manualPage, verbsInWords, zshCompletion } from "../../src/cli/build/help-files.ts";
import { FilterWrong, limitIn, sinceIn, wordsIn } from "../../src/cli/verb/filters.ts";
import { verbs } from "../../src/cli/verbs.ts";

describe("filters", () => {
	it("take words in any case, several with commas, and an age or a time", () => {
		const nowMs = Date.UTC(2026, 5, 1, 12);
		expect(wordsIn("--state", "shown, failed", ["SHOWN", "FAILED"])).toEqual(["SHOWN", "FAILED"]);
		expect([sinceIn("90m", nowMs), sinceIn("7d", nowMs)]).toEqual(["2026-06-01T10:30:00.000Z", "2026-05-25T12:00:00.000Z"]);
		expect(sinceIn("2026-06-01T10:00+02:00")).toBe("2026-06-01T08:00:00.000Z");
		expect([limitIn("3"), limitIn(undefined)]).toEqual([3, undefined]);
	});

	it.each([
		["a state nobody has", () => wordsIn("--state", "shon", ["SHOWN"]), 'did you mean "SHOWN"?'],
		["nothing between commas", () => wordsIn("--type", "a,,b"), "names nothing"],
		["a day that does not exist", () => sinceIn("2026-13-01T00:00:00Z"), "is no time"],
		["a time without a zone", () => sinceIn("2026-06-01T10:00:00"), "is no time"],
		["no age", () => sinceIn("-5m"), "is no time"],
		["a limit of none", () => limitIn("0"), "is no number from 1 up"],
		["a limit with a fraction", () => limitIn("1.5"), "is no number from 1 up"],
	])("refuse %s", (_, look, sentence) => {
		expect(look).toThrow(FilterWrong);
		expect(look).toThrow(sentence);
	});
});

describe("gondola completion", () => {
	it("knows every verb, its acts and its options, and is a program that bash can read", async () => {
		const all = await verbsInWords(verbs);
		expect(all.map(({ name }) => name)).toEqual(Object.keys(verbs));
		const ask = (...words: string[]): string[] => {
			const script = `${bashCompletion(all)}\nCOMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}; _gondola; echo "\${COMPREPLY[*]}"`;
			return execFileSync("bash", ["-c", script], { encoding: "utf8" }).trim().split(" ");
		};
		expect(ask("gondola", "doc")).toEqual(["doctor"]);
		expect(ask("gondola", "config", "un")).toEqual(["undo", "unset"]);
		expect(ask("gondola", "labels", "--s")).toEqual(["--since", "--sku", "--state"]);
		for (const { name } of all) {
			expect(zshCompletion(all)).toContain(`'${name}:`);
			expect(fishCompletion(all)).toContain(`-a ${name} -d '`);
			expect(manualPage(all, "1")).toContain(`.B ${name}\n`);
		}
	});
});
