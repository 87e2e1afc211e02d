import type { Connection } from "./open.ts";

export type PastMarks = [seq: number, hash: string][];

const mostMarks = 64;
const newestKept = 16;

/** Where each stream of HQ's has been: what HQ looks at to find where two pasts parted (LINK rule 5). */
export function readMarks(db: Connection) {
	const get = db.prepare<[string, string], { marks: string }>("SELECT marks FROM down_mark WHERE stream = ? AND epoch = ?");
	return {
		of(stream: string, epoch: string): PastMarks {
			const row = get.get(stream, epoch);
			return row ? (JSON.parse(row.marks) as PastMarks) : [];
		},
	};
}

export function writeMarks(db: Connection) {
	const { of } = readMarks(db);
	const put = db.prepare("INSERT OR REPLACE INTO down_mark (stream, epoch, marks) VALUES (?, ?, ?)");
	return {
		/** Called with each move of a down position, in its transaction. */
		keep: (stream: string, epoch: string, seq: number, hash: string): void => void put.run(stream, epoch, JSON.stringify(withMark(of(stream, epoch), seq, hash))),
	};
}

/** The newest one by one, older ones ever further apart, as HQ keeps its own (wire/link/marks.ts; the ledger does not know the wire). */
function withMark(marks: PastMarks, seq: number, hash: string): PastMarks {
	const kept: PastMarks = [...marks.filter(([at]) => at < seq), [seq, hash]];
	if (kept.length <= mostMarks) return kept;
	let spare = 0;
	let least = Infinity;
	for (let index = 1; index < kept.length - newestKept; index += 1) {
		const gap = (kept[index + 1]![0] - kept[index - 1]![0]) / (seq - kept[index]![0]);
		if (gap < least) [least, spare] = [gap, index];
	}
	return kept.toSpliced(spare, 1);
}
