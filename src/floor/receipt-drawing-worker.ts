/** The thread that draws receipts. See receipt-drawing.ts. */
import { parentPort } from "node:worker_threads";
import { type ReceiptBody, receiptBody } from "../../drivers/printer/receipt/receipt.ts";
import { loadShaping } from "../../drivers/text/shaping.ts";
import type { WorkerAnswer } from "../faces/drawing/worker-pool.ts";
import type { ReceiptJob } from "./receipt-drawing.ts";

parentPort!.on("message", async ({ number, job }: { number: number; job: ReceiptJob }) => {
	let answered: WorkerAnswer<ReceiptBody>;
	try {
		await loadShaping(job[0]);
		answered = { number, answer: receiptBody(...job) };
	} catch (error) {
		answered = { number, error };
	}
	parentPort!.postMessage(answered);
});
