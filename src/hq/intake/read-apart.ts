import { Worker } from "node:worker_threads";
import { isGzip, isWorkbook } from "../csv/open-file.ts";
import { HqRefusal } from "../refusal.ts";
import type { FromPriceFile, PriceFileAnswers, PriceFileJob } from "./price-file-worker.ts";

/** The thread's memory: a workbook of 64 MiB is the most that it reads whole. */
const resourceLimits = { maxOldGenerationSizeMb: 1_024 };
/** Threads at a time; further lists wait. */
const threadsMost = 2;
/** A list on the disk may have millions of rows. One in memory has a few hundred thousand at most, and is not worth a longer wait. */
const withinMs: Readonly<Record<PriceFileJob["job"], number>> = { large: 3_600_000, whole: 600_000, guess: 300_000 };

let threads = 0;
const waiting: (() => void)[] = [];

/**
 * Reads a price list in a thread of its own, so that head office goes on answering. Throws what the reading throws, and body-too-large
 * where it takes too much memory or time.
 */
export async function readApart<J extends PriceFileJob>(job: J, progress: (share: number) => void): Promise<PriceFileAnswers[J["job"]]> {
	if (threads >= threadsMost) await new Promise<void>((resolve) => waiting.push(resolve));
	else threads += 1;
	try {
		return (await readIn(job, progress)) as PriceFileAnswers[J["job"]];
	} finally {
		const next = waiting.shift();
		if (next) next();
		else threads -= 1;
	}
}

function readIn(job: PriceFileJob, progress: (share: number) => void): Promise<PriceFileAnswers[PriceFileJob["job"]]> {
	return new Promise((resolve, reject) => {
		const worker = new Worker(new URL("./price-file-worker.ts", import.meta.url), { workerData: job, resourceLimits });
		const timer = setTimeout(() => {
			reject(new HqRefusal("body-too-large", "The file takes more time than head office gives it. Push it in parts."));
			void worker.terminate();
		}, withinMs[job.job]);
		worker.on("message", (said: FromPriceFile) => {
			if ("share" in said) progress(said.share);
			else if ("read" in said) resolve(said.read);
			else reject(new HqRefusal(said.refused.code, said.refused.why, said.refused.errors));
		});
		worker.on("error", (error: NodeJS.ErrnoException) => {
			const isTooMuch = error.code === "ERR_WORKER_OUT_OF_MEMORY";
			reject(
				isTooMuch ? new HqRefusal("body-too-large", "The file takes more memory than head office gives it. Push it in parts.") : error,
			);
		});
		worker.on("exit", () => {
			clearTimeout(timer);
			reject(new Error("the thread that reads a price list ended without an answer"));
		});
	});
}

const smallBytes = 2 ** 18;

/**
 * Whether a list is read at once, on the thread that answers everybody: a short text. What is packed may be a thousand times as long as it
 * looks.
 */
export const isReadAtOnce = (content: Uint8Array): boolean => content.length <= smallBytes && !isGzip(content) && !isWorkbook(content);
