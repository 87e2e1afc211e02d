import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sendBody } from "../../../drivers/printer/receipt/body-sender.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

/** A printer without flow control: what does not fit into its buffer is lost. Paper takes so many bytes a second. */
function printerOf(bufferBytes: number, bytesPerSecond: number) {
	let held = 0;
	let lost = 0;
	let fullest = 0;
	let drainedAtMs = performance.now();
	let isPrinting = true;
	const drain = (): void => {
		if (isPrinting) held = Math.max(0, held - ((performance.now() - drainedAtMs) * bytesPerSecond) / 1_000);
		drainedAtMs = performance.now();
	};
	return {
		write(bytes: Uint8Array): Promise<void> {
			drain();
			const fits = Math.min(bytes.length, Math.floor(bufferBytes - held));
			held += fits;
			lost += bytes.length - fits;
			fullest = Math.max(fullest, held);
			return Promise.resolve();
		},
		setPrinting(now: boolean): void {
			drain();
			isPrinting = now;
		},
		isPrinting: () => isPrinting,
		seen: () => ({ lost, fullest }),
	};
}

const body = new Uint8Array(40_000);

describe("a printer without flow control (case R7)", () => {
	it("is sent no more than it can hold, also while its paper is out", async () => {
		const printer = printerOf(4_096, 2_000);
		const pace = { bufferBytes: 4_096, bytesPerSecond: 2_000 };
		const sent = sendBody(printer, body, { isWanted: () => true, couldPrint: printer.isPrinting, pace });
		await vi.advanceTimersByTimeAsync(5_000);
		printer.setPrinting(false);
		await vi.advanceTimersByTimeAsync(20_000);
		printer.setPrinting(true);
		await vi.advanceTimersByTimeAsync(25_000);
		await sent;
		expect(printer.seen().lost).toBe(0);
		expect(printer.seen().fullest).toBeLessThanOrEqual(4_096);
	});

	it("loses most of a receipt that is sent without a pace", async () => {
		const printer = printerOf(4_096, 2_000);
		await sendBody(printer, body, { isWanted: () => true, couldPrint: printer.isPrinting });
		expect(printer.seen().lost).toBeGreaterThan(30_000);
	});
});
