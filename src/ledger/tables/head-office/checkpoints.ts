import { type Checkpoints, withCheckpoint } from "../../../words/streams/checkpoints.ts";
import type { Connection } from "../../file/open.ts";

/** Checkpoints of each of HQ's streams, by which HQ finds where two histories fork (LINK rule 5). */
export function readCheckpoints(db: Connection) {
	const get = db.prepare<[string, string], { marks: string }>("SELECT marks FROM down_mark WHERE stream = ? AND epoch = ?");
	return {
		of(stream: string, epoch: string): Checkpoints {
			const row = get.get(stream, epoch);
			return row ? (JSON.parse(row.marks) as Checkpoints) : [];
		},
	};
}

export function writeCheckpoints(db: Connection) {
	const { of } = readCheckpoints(db);
	const put = db.prepare("INSERT OR REPLACE INTO down_mark (stream, epoch, marks) VALUES (?, ?, ?)");
	return {
		/** Called with each move of a down position, in its transaction. */
		keep: (stream: string, epoch: string, seq: number, hash: string): void =>
			void put.run(stream, epoch, JSON.stringify(withCheckpoint(of(stream, epoch), [seq, hash]))),
	};
}
