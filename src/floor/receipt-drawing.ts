import type { DrawBody } from "../../drivers/printer/printer.ts";
import type { ReceiptBody } from "../../drivers/printer/receipt/receipt.ts";
import { openWorkerPool } from "../faces/drawing/worker-pool.ts";
import { defined } from "../words/defined.ts";

/** A job for the thread; see receipt-drawing-worker.ts. */
export type ReceiptJob = Parameters<DrawBody>;

export interface ReceiptDrawing {
	/** Rejects with a RangeError for a document that is too long, as `receiptBody` throws it. */
	draw: DrawBody;
	stop(): Promise<void>;
}

/** Draws receipts on a thread of their own: one with Chinese takes a quarter of a second, and a scanner waits a tenth at most. */
export function startReceiptDrawing({ idleAfterMs }: { idleAfterMs?: number } = {}): ReceiptDrawing {
	const pool = openWorkerPool<ReceiptJob, ReceiptBody>(new URL("./receipt-drawing-worker.ts", import.meta.url), {
		name: "drawing receipts",
		most: 1,
		...defined({ idleAfterMs }),
	});
	return { draw: (...job) => pool.do(job), stop: () => pool.stop() };
}
