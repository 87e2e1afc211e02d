import type { ParkedKey } from "../../../words/streams/arrived.ts";
import type { Connection } from "../../file/open.ts";

interface ParkedRow extends ParkedKey {
	type: string;
	record: unknown;
}

/** Records of types this build does not know, in the order of their streams. */
export function readParked(db: Connection) {
	const page = db.prepare<[string, string, number, number], ParkedKey & { type: string; record: string }>(
		"SELECT stream, epoch, seq, type, record FROM parked WHERE (stream, epoch, seq) > (?, ?, ?) ORDER BY stream, epoch, seq LIMIT ?",
	);
	return {
		page: (after: ParkedKey | undefined, limit: number): ParkedRow[] =>
			page
				.all(after?.stream ?? "", after?.epoch ?? "", after?.seq ?? 0, limit)
				.map((row) => ({ ...row, record: JSON.parse(row.record) as unknown })),
	};
}

export function writeParked(db: Connection) {
	const take = db.prepare("DELETE FROM parked WHERE stream = ? AND epoch = ? AND seq = ?");
	return {
		/** False when it is gone already. */
		take: ({ stream, epoch, seq }: ParkedKey): boolean => take.run(stream, epoch, seq).changes > 0,
	};
}
