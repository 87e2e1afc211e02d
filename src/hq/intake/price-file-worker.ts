/** The thread that reads one price list and ends. */
import { parentPort, workerData } from "node:worker_threads";
import { type GuessedFile, guessFile } from "../csv/guess/guess-file.ts";
import type { CsvMapping, PartialMapping } from "../csv/mapping.ts";
import { type ReadCsv, readCsv } from "../csv/read.ts";
import { type FieldError, HqRefusal, type RefusalCode } from "../refusal.ts";
import { type LargeFile, type ReadLarge, readLarge } from "./read-large.ts";
import { roomFor } from "./spool.ts";

/** What the thread is asked: a list on the disk, or one in memory that is read, or looked at. */
export type PriceFileJob =
	| { job: "large"; file: LargeFile }
	| { job: "whole"; content: Uint8Array; mapping: CsvMapping | undefined; usualCurrency: string | undefined }
	| { job: "guess"; content: Uint8Array; asked: PartialMapping | undefined; usualCurrency: string | undefined };

/** What each job answers. */
export interface PriceFileAnswers {
	large: ReadLarge;
	whole: ReadCsv;
	guess: GuessedFile;
}

/** What the thread says. */
export type FromPriceFile =
	| { share: number }
	| { read: PriceFileAnswers[PriceFileJob["job"]] }
	| { refused: { code: RefusalCode; why: string; errors: FieldError[] | undefined } };

const say = (message: FromPriceFile): void => parentPort!.postMessage(message);

async function read(asked: PriceFileJob): Promise<PriceFileAnswers[PriceFileJob["job"]]> {
	switch (asked.job) {
		case "large":
			return readLarge(asked.file, (share) => say({ share }));
		case "whole":
			return readCsv(asked.content, asked.mapping, asked.usualCurrency);
		case "guess":
			return guessFile(asked.content, asked.asked, asked.usualCurrency);
	}
}

try {
	say({ read: await read(workerData as PriceFileJob) });
} catch (error) {
	const fault = roomFor(error);
	if (!(fault instanceof HqRefusal)) throw fault;
	say({ refused: { code: fault.code, why: fault.message, errors: fault.errors } });
}
