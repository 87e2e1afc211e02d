import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Instant } from "../../../words/time.ts";
import type { Connection } from "../../file/open.ts";

/** A record of HQ and its number. */
export type ReceivedRecord = [seq: number, record: unknown];

/** HQ's seal of the records `from` to `from + n - 1`, as it came: the run is proved only whole. */
export interface KeptSeal {
	from: number;
	n: number;
	leaf: number;
	proof: string;
	seal: unknown;
}

/** Characters of JSON in a row at most: a commit may contain many batches, and a row must fit a message when HQ asks for it. */
const lettersPerRow = 48 * 1024;

/**
 * HQ's records as they came, batch by batch: a head office that was restored from a backup gets from here what it lost
 * (decision 0011). Kept as long as facts are. In SQL its table is called `told`.
 */
export function readReceivedLog(db: Connection) {
	const after = db.prepare<[string, number], { first: number; records: Buffer }>(
		"SELECT first, records FROM told WHERE stream = ? AND last > ? ORDER BY last",
	);
	const seals = db.prepare<[string, number, number], { first: number; n: number; leaf: number; proof: string; seal: string }>(
		`SELECT r.first, r.n, r.leaf, r.proof, s.seal FROM told_run r JOIN told_seal s ON s.id = r.seal
		 WHERE r.stream = ? AND r.last > ? AND r.first <= ? ORDER BY r.first`,
	);
	const sealsOf = (stream: string, seq: number, last: number): KeptSeal[] =>
		seals.all(stream, seq, last).map(({ first: from, seal, ...run }) => ({ from, ...run, seal: JSON.parse(seal) as unknown }));
	return {
		/**
		 * Records after `seq` in order, in whole batches up to `letters` characters of JSON. `more`: there are further ones. The answer
		 * proves a run of a seal only if it has the whole run: for one that begins before `seq` or ends after the last record, ask from
		 * the run's beginning.
		 */
		after(stream: string, seq: number, letters: number): { records: ReceivedRecord[]; seals: KeptSeal[]; more: boolean } {
			const records: ReceivedRecord[] = [];
			const page = (more: boolean) => ({ records, seals: sealsOf(stream, seq, records.at(-1)?.[0] ?? seq), more });
			let size = 0;
			for (const row of after.iterate(stream, seq)) {
				if (size >= letters) return page(true);
				const text = gunzipSync(row.records).toString();
				size += text.length;
				(JSON.parse(text) as unknown[]).forEach((record, index) => {
					if (row.first + index > seq) records.push([row.first + index, record]);
				});
			}
			return page(false);
		},
	};
}

export function writeReceivedLog(db: Connection) {
	const put = db.prepare("INSERT INTO told (stream, first, last, at, records) VALUES (?, ?, ?, ?, ?)");
	const drop = db.prepare("DELETE FROM told WHERE stream = ? AND last > ?");
	const putSeal = db.prepare("INSERT OR IGNORE INTO told_seal (id, at, seal) VALUES (?, ?, ?)");
	const putRun = db.prepare(
		"INSERT OR REPLACE INTO told_run (stream, first, last, n, leaf, proof, seal, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	);
	const dropRuns = db.prepare("DELETE FROM told_run WHERE stream = ? AND last > ?");
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
		/** Stores the seals of the records. A restored HQ recognises by its own seals that it did send them. */
		keepSeals(stream: string, runs: readonly KeptSeal[], at: Instant): void {
			for (const { from, n, leaf, proof, seal } of runs) {
				const text = JSON.stringify(seal);
				const id = createHash("sha256").update(text).digest("base64url");
				putSeal.run(id, at, text);
				putRun.run(stream, from, from + n - 1, n, leaf, proof, id, at);
			}
		},
		/** Removes the records after `seq`: their numbers will be given to other records. */
		forgetAfter(stream: string, seq: number): void {
			drop.run(stream, seq);
			dropRuns.run(stream, seq);
		},
	};
}
