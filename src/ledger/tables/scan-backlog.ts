import type { ClockQuality, Moment } from "../../words/time.ts";
import type { Connection } from "../file/open.ts";

/** The scans of one commit, packed as the door packed them, and when they came. */
export interface ScanBacklogRow {
	n: number;
	packed: string;
	now: Moment;
}

/** Scans that were acknowledged and are not facts yet: in a storm one row a commit. In SQL the table is called `unread`. */
export function readBacklog(db: Connection) {
	const ends = db.prepare<[], { first: number | null; last: number | null }>(
		"SELECT (SELECT min(n) FROM unread) AS first, (SELECT max(n) FROM unread) AS last",
	);
	const oldest = db.prepare<[], { n: number; wall: string; boot: string; mono_ms: number; quality: ClockQuality; packed: string }>(
		"SELECT n, wall, boot, mono_ms, quality, packed FROM unread ORDER BY n LIMIT 1",
	);
	return {
		rows(): number {
			const { first, last } = ends.get()!;
			return first === null ? 0 : last! - first + 1;
		},
		oldest(): ScanBacklogRow | undefined {
			const row = oldest.get();
			return row && { n: row.n, packed: row.packed, now: { wall: row.wall, boot: row.boot, monoMs: row.mono_ms, quality: row.quality } };
		},
	};
}

export function writeBacklog(db: Connection) {
	const put = db.prepare("INSERT INTO unread (wall, boot, mono_ms, quality, packed) VALUES (?, ?, ?, ?, ?)");
	const drop = db.prepare("DELETE FROM unread WHERE n = ?");
	return {
		put: (packed: string, { wall, boot, monoMs, quality }: Moment): void => void put.run(wall, boot, Math.round(monoMs), quality, packed),
		drop: (n: number): void => void drop.run(n),
	};
}
