import { describe, expect, it } from "vitest";
import { askPaperInOrder, askWhenPrinted } from "../../../drivers/printer/escpos.ts";
import { printerModels } from "../../../drivers/printer/models.ts";
import { takeCommand } from "../../../drivers/printer/raw/commands.ts";
import { withCheckpoints } from "../../../drivers/printer/receipt/checkpoints.ts";
import { receiptBody } from "../../../drivers/printer/receipt/receipt.ts";

const lines = Array.from({ length: 40 }, (_, n) => `Milch ${n} | ${n},59`).join("\n");
const style = { model: printerModels["generic-80mm"]!, encoding: "multilingual", locale: "de" } as const;
const perSecond = 3_840;

/** What is printed, dots and letters in their order, and the questions with the bytes that stand before each since the last. */
function printed(body: Uint8Array): { dots: Buffer; commands: string[]; gaps: number[]; questions: number } {
	const [dots, commands, gaps]: [Uint8Array[], string[], number[]] = [[], [], []];
	let [questions, gap, last] = [0, 0, ""];
	for (let at = 0; at < body.length; ) {
		const taken = takeCommand(body.subarray(at));
		if (typeof taken === "string" || !("command" in taken)) throw new Error(`not a command at ${at}`);
		const { command, length } = taken;
		const bytes = Buffer.from(body.subarray(at, at + length));
		at += length;
		if (command.is === "question" && command.question.ask !== "changes") {
			questions += 1;
			if (gap > 0) gaps.push(gap);
			expect(["picture", "0a", ""]).toContain(gap === 0 ? "" : last);
			gap = 0;
			continue;
		}
		gap += length;
		last = command.is === "picture" ? "picture" : bytes.toString("hex");
		if (command.is === "picture") dots.push(command.dots);
		else commands.push(last);
	}
	return { dots: Buffer.concat(dots), commands, gaps, questions };
}

describe("a receipt with checkpoints", () => {
	it.each([
		["raster", askWhenPrinted],
		["raster", () => Buffer.concat([askPaperInOrder, askPaperInOrder])],
		["text", askWhenPrinted],
	] as const)("looks the same in mode %s, and has a question behind each part of less than half a second", (mode, ask) => {
		const { bytes } = receiptBody(lines, { ...style, mode });
		let n = 0;
		const checked = withCheckpoints(bytes, perSecond, () => `k${String(n++).padStart(3, "0")}`, ask);
		const [before, after] = [printed(bytes), printed(checked.bytes)];
		expect(after.dots.equals(before.dots)).toBe(true);
		expect(after.commands).toEqual(before.commands);
		expect(Math.max(...after.gaps)).toBeLessThan(perSecond / 2);
		expect(checked.checkpoints.map(({ tag }) => tag)).toEqual(Array.from({ length: n }, (_, at) => `k${String(at).padStart(3, "0")}`));
		expect(n).toBeGreaterThan(bytes.length / (perSecond / 2));
		for (const { end, tag } of checked.checkpoints) {
			const question = ask(tag);
			expect(Buffer.from(checked.bytes.subarray(end - question.length, end)).equals(Buffer.from(question))).toBe(true);
		}
	});

	it("leaves what it cannot read as it is", () => {
		const body = Buffer.concat([Buffer.from("Milch\n".repeat(2_000)), Uint8Array.of(0x1b, 0x7f), Buffer.from("x\n".repeat(9_000))]);
		const { bytes, checkpoints } = withCheckpoints(body, perSecond, () => "k000", askWhenPrinted);
		const tail = body.subarray(12_000);
		expect(Buffer.from(bytes.subarray(-tail.length)).equals(tail)).toBe(true);
		expect(Math.max(...checkpoints.map(({ end }) => end))).toBeLessThanOrEqual(bytes.length - tail.length);
	});
});
