import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { printerModels } from "../../drivers/printer/models.ts";
import { longestDocument } from "../../drivers/printer/receipt/limits.ts";
import { type ReceiptStyle, receiptBody } from "../../drivers/printer/receipt/receipt.ts";
import { startReceiptDrawing } from "../../src/floor/receipt-drawing.ts";

const style: ReceiptStyle = { model: printerModels["generic-80mm"]!, mode: "raster", encoding: "multilingual", locale: "en" };
const receipt = "^^^鲜果店\n\n苹果 | 12.00\n-\n^合计 | ^12.00";

const threads = (): number => Number(/^Threads:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))![1]);

describe("the thread that draws receipts", () => {
	it("gives the same dots as drawing here, while this thread goes on", async () => {
		const drawing = startReceiptDrawing();
		try {
			let turns = 0;
			const turning = setInterval(() => (turns += 1), 5);
			const body = await drawing.draw(receipt, style, 1);
			clearInterval(turning);
			expect(turns).toBeGreaterThan(5);
			expect(body).toEqual({ ...receiptBody(receipt, style, 1), bytes: new Uint8Array(receiptBody(receipt, style, 1).bytes) });
		} finally {
			await drawing.stop();
		}
	});

	it("refuses what is too long as drawing here does, and draws the next", async () => {
		const drawing = startReceiptDrawing();
		try {
			await expect(drawing.draw("a".repeat(longestDocument + 1), style, 1)).rejects.toBeInstanceOf(RangeError);
			expect((await drawing.draw("Milch | 1.59", style, 1)).millimetres).toBe(3);
		} finally {
			await drawing.stop();
		}
		await expect(drawing.draw("Milch | 1.59", style, 1)).rejects.toThrow("stopped");
	});

	it("is let go when there was nothing to draw, and hired again", async () => {
		const drawing = startReceiptDrawing({ idleAfterMs: 30 });
		try {
			await drawing.draw("Milch | 1.59", style, 1);
			const working = threads();
			await vi.waitUntil(() => threads() < working, { timeout: 60_000 });
			expect((await drawing.draw("Milch | 1.59", style, 1)).millimetres).toBe(3);
		} finally {
			await drawing.stop();
		}
	});
});
