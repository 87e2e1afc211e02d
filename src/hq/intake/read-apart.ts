import { Worker } from "node:worker_threads";
import { HqRefusal } from "../refusal.ts";
import type { FromPriceFile } from "./price-file-worker.ts";
import type { LargeFile, ReadLarge } from "./read-large.ts";

/** The thread's memory: a workbook of 64 MiB is the most that it reads whole. */
const resourceLimits = { maxOldGenerationSizeMb: 1_024 };

/** Reads a large price list in a thread of its own, so that head office goes on answering. */
export function readApart(file: LargeFile, progress: (share: number) => void): Promise<ReadLarge> {
	return new Promise((resolve, reject) => {
		const worker = new Worker(new URL("./price-file-worker.ts", import.meta.url), { workerData: file, resourceLimits });
		worker.on("message", (said: FromPriceFile) => {
			if ("share" in said) progress(said.share);
			else if ("read" in said) resolve(said.read);
			else reject(new HqRefusal(said.refused.code, said.refused.why));
		});
		worker.on("error", (error: NodeJS.ErrnoException) => {
			const isTooMuch = error.code === "ERR_WORKER_OUT_OF_MEMORY";
			reject(
				isTooMuch ? new HqRefusal("body-too-large", "The file takes more memory than head office gives it. Push it in parts.") : error,
			);
		});
		worker.on("exit", () => reject(new Error("the thread that reads a price list ended without an answer")));
	});
}
