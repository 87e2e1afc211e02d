import { Worker } from "node:worker_threads";
import type { StoreLedger } from "../flows/flows.ts";
import { openLedger } from "../ledger/ledger.ts";
import type { Moment } from "../words/time.ts";

/** Opens the store's ledger with its worker: the one write connection, and the flows, live there. */
export async function openStoreLedger(directory: string, now: () => Moment): Promise<StoreLedger> {
	const worker = new Worker(new URL("./ledger-worker.ts", import.meta.url), { workerData: { directory } });
	return openLedger({ directory, worker, now });
}
