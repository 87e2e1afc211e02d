/** The thread that reads one price list and ends. */

import { parentPort, workerData } from "node:worker_threads";
import type { GuessedFile } from "../../words/answers/head-office/price-lists.ts";
import type { AskedMapping, CsvMapping } from "../../words/prices/csv-mapping.ts";
import { guessFile } from "../csv/guess/guess-file.ts";
import { type ReadCsv, readCsv } from "../csv/read.ts";
import { type FieldError, HqRefusal, type RefusalCode } from "../refusal.ts";
import { type LargeFile, type ReadLarge, readLarge } from "./read-large.ts";
import { roomFor } from "./spool.ts";

/** The job of the thread: reads a list on the disk (`large`) or in memory (`whole`), or guesses the columns of one in memory. */
export type PriceFileJob =
	| { job: "large"; file: LargeFile }
	| { job: "whole"; content: Uint8Array; mapping: CsvMapping | undefined; usualCurrency: string | undefined }
	| { job: "guess"; content: Uint8Array; asked: AskedMapping | undefined; usualCurrency: string | undefined };

/** The answer to each job. */
export interface PriceFileAnswers {
	large: ReadLarge;
	whole: ReadCsv;
	guess: GuessedFile;
}

/** Messages of the thread: how far it is, from 0 to 1, then the answer or a refusal. */
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
