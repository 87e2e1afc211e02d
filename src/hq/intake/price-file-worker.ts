/** The thread that reads one large price list and ends. */
import { parentPort, workerData } from "node:worker_threads";
import { HqRefusal, type RefusalCode } from "../refusal.ts";
import { type LargeFile, type ReadLarge, readLarge } from "./read-large.ts";
import { roomFor } from "./spool.ts";

/** What the thread says. */
export type FromPriceFile = { share: number } | { read: ReadLarge } | { refused: { code: RefusalCode; why: string } };

const say = (message: FromPriceFile): void => parentPort!.postMessage(message);

try {
	say({ read: await readLarge(workerData as LargeFile, (share) => say({ share })) });
} catch (error) {
	const fault = roomFor(error);
	if (!(fault instanceof HqRefusal)) throw fault;
	say({ refused: { code: fault.code, why: fault.message } });
}
