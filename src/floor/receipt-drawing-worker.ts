/** The thread that draws receipts. See receipt-drawing.ts. */
import { parentPort } from "node:worker_threads";
import { receiptBody, type ReceiptBody } from "../../drivers/printer/receipt.ts";
import type { HandsAnswer } from "../faces/hands.ts";
import type { ReceiptJob } from "./receipt-drawing.ts";

parentPort!.on("message", ({ number, job }: { number: number; job: ReceiptJob }) => {
	let answered: HandsAnswer<ReceiptBody>;
	try {
		answered = { number, answer: receiptBody(...job) };
	} catch (error) {
		answered = { number, error };
	}
	parentPort!.postMessage(answered);
});
