import { describe, expect, it } from "vitest";
import type { AskOffice } from "../../src/cli/hq/office.ts";
import { withProgress } from "../../src/cli/hq/prices/upload-progress.ts";
import { Refused } from "../../src/cli/verb/ask.ts";
import { until } from "../support/until.ts";

describe("a long push on a terminal", () => {
	const terminal = (isTTY: boolean) => {
		const written: string[] = [];
		return { isTTY, written, write: (text: string) => void written.push(text) };
	};
	const answering = (answers: readonly (object | Refused)[]): AskOffice => {
		let at = 0;
		return async <T>() => {
			const answer = answers[Math.min(at++, answers.length - 1)]!;
			if (answer instanceof Refused) throw answer;
			return answer as T;
		};
	};

	it("is drawn as a bar with what is done, also after a question without an answer, and wiped at its end", async () => {
		const screen = terminal(true);
		const ask = answering([new Refused(404, "push-unknown", "no push"), { stage: "reading", percent: 50 }]);
		let finish = (_: string): void => {};
		const shown = withProgress(ask, "w1", new Promise<string>((resolve) => (finish = resolve)), screen);
		await until(() => screen.written.length > 0, "the bar is drawn");
		expect(screen.written[0]).toBe(`\r[${"#".repeat(15)}${".".repeat(15)}]  50 % read   `);
		finish("done");
		expect(await shown).toBe("done");
		expect(screen.written.at(-1)).toMatch(/^\r +\r$/);
	});

	it("fails as the push does", async () => {
		const failing = Promise.reject(new Refused(409, "push-differs", "other contents"));
		await expect(withProgress(answering([{ stage: "taken", percent: 100 }]), "w1", failing, terminal(true))).rejects.toMatchObject({
			code: "push-differs",
		});
	});

	it("is not drawn where nobody watches", async () => {
		const pipe = terminal(false);
		expect(await withProgress(answering([]), "w1", Promise.resolve(1), pipe)).toBe(1);
		expect(pipe.written).toEqual([]);
	});
});
