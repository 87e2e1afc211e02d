import { gunzipSync, gzipSync } from "node:zlib";
import type { Instant } from "../../../words/time.ts";
import type { Connection } from "../../file/open.ts";

/** A record of HQ's and its number. */
export type ReceivedRecord = [seq: number, record: unknown];

/** Many batches may be committed as one; what is given back must fit a message. */
const lettersPerRow = 48 * 1024;

/**
 * What HQ said, word for word, batch by batch: a head office that came back from a backup learns from here what it forgot
 * (decision 0011). Kept as long as facts are.
 */
export function readReceivedLog(db: Connection) {
	const after = db.prepare<[string, number], { first: number; records: Buffer }>(
		"SELECT first, records FROM told WHERE stream = ? AND last > ? ORDER BY last",
	);
	return {
		/** Records after `seq` in order, whole batches until there are `letters` of them as JSON; `more`: there are further ones. */
		after(stream: string, seq: number, letters: number): { records: ReceivedRecord[]; more: boolean } {
			const records: ReceivedRecord[] = [];
			let size = 0;
			for (const row of after.iterate(stream, seq)) {
				if (size >= letters) return { records, more: true };
				const text = gunzipSync(row.records).toString();
				size += text.length;
				(JSON.parse(text) as unknown[]).forEach((record, index) => {
					if (row.first + index > seq) records.push([row.first + index, record]);
				});
			}
			return { records, more: false };
		},
	};
}

export function writeReceivedLog(db: Connection) {
	const put = db.prepare("INSERT INTO told (stream, first, last, at, records) VALUES (?, ?, ?, ?, ?)");
	const drop = db.prepare("DELETE FROM told WHERE stream = ? AND last > ?");
	return {
		keep(stream: string, first: number, records: readonly unknown[], at: Instant): void {
			let from = first;
			let texts: string[] = [];
			let letters = 0;
			const close = (): void => {
				if (texts.length === 0) return;
				put.run(stream, from, from + texts.length - 1, at, gzipSync(`[${texts.join(",")}]`, { level: 1 }));
				from += texts.length;
				texts = [];
				letters = 0;
			};
			for (const record of records) {
				const text = JSON.stringify(record);
				if (letters + text.length > lettersPerRow) close();
				texts.push(text);
				letters += text.length;
			}
			close();
		},
		/** These numbers are given to other records from now on. */
		forgetAfter: (stream: string, seq: number): void => void drop.run(stream, seq),
	};
}
