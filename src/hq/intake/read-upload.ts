import type { RejectedRow } from "../../words/answers/head-office/pushes.ts";
import type { CsvMapping } from "../../words/prices/csv-mapping.ts";
import { type PackedFile, packFile, packOnDisk } from "../catalog/kept/push-file.ts";
import type { PriceChange } from "../catalog/pushes.ts";
import { readCsv } from "../csv/read.ts";
import type { ChangeParts, SayHowFar } from "./change-parts.ts";
import { partsFrom } from "./part-files.ts";
import { isReadAtOnce, readApart } from "./read-apart.ts";
import { type Upload, uploadFile } from "./spool.ts";

export interface HowToRead {
	mapping: CsvMapping | undefined;
	usualCurrency: string | undefined;
	/** Of every change: how long a rise waits for its labels. */
	riseWaitsMs: number | undefined;
	/** The file's media type, where it is to be kept with the push. */
	keepAs: string | undefined;
}

/** The changes of an upload: in memory, or in parts. */
export type ReadUpload = { rejected: RejectedRow[]; rejectedCount: number; notes: string[]; file: PackedFile | undefined } & (
	| { changes: PriceChange[]; parts?: undefined }
	| { changes?: undefined; parts: ChangeParts }
);

export interface FollowUpload {
	received(bytes: number): void;
	at: SayHowFar;
}

/**
 * Reads an upload: a small one in memory, a large one on the disk and in a thread of its own. `use` is given what it says; after it nothing
 * of the upload is left on the disk.
 */
export async function withUpload<T>(
	upload: Upload,
	follow: Pick<FollowUpload, "at">,
	how: HowToRead,
	use: (read: ReadUpload) => Promise<T>,
): Promise<T> {
	try {
		return await use(await read(upload, how, follow));
	} finally {
		upload.drop();
	}
}

async function read(upload: Upload, how: HowToRead, follow: Pick<FollowUpload, "at">): Promise<ReadUpload> {
	const { content, folder, bytes, sha256 } = upload;
	const { mapping, usualCurrency, riseWaitsMs, keepAs } = how;
	if (folder === undefined) {
		const { changes, rejected, rejectedCount, notes } = isReadAtOnce(content!)
			? await readCsv(content!, mapping, usualCurrency)
			: await readApart({ job: "whole", content: content!, mapping, usualCurrency }, (share) => follow.at("reading", share));
		const file = keepAs === undefined ? undefined : await packFile(content!, keepAs);
		const waiting = riseWaitsMs === undefined ? changes : changes.map((change) => ({ ...change, riseWaitsMs }));
		return { changes: waiting, rejected, rejectedCount, notes, file };
	}
	const { onDisk, rejected, rejectedCount, notes } = await readApart({ job: "large", file: { folder, mapping, usualCurrency } }, (share) =>
		follow.at("reading", share),
	);
	const file = keepAs === undefined ? undefined : await packOnDisk(uploadFile(folder), { type: keepAs, bytes, sha256 });
	return { parts: partsFrom(folder, onDisk, riseWaitsMs), rejected, rejectedCount, notes, file };
}
