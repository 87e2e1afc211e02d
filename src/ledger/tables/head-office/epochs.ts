import { randomBytes } from "node:crypto";
import type { Instant } from "../../../words/time.ts";
import type { Connection } from "../../file/open.ts";

export interface ParentEpoch {
	epoch: string;
	position: number;
	hash: string;
}

/** The epochs of this ledger's streams to HQ: a backup that is restored begins a new one. */
export function readEpochs(db: Connection) {
	const newest = db.prepare<[], { parent: string; facts: number; facts_hash: string; notes: number; notes_hash: string }>(
		"SELECT parent, facts, facts_hash, notes, notes_hash FROM up_epoch WHERE epoch = (SELECT value FROM meta WHERE key = 'epoch') " +
			"ORDER BY n DESC LIMIT 1",
	);
	return {
		/** Where the current epoch of a stream began in the one before; undefined in a ledger's first epoch. */
		parent(stream: "facts" | "notes"): ParentEpoch | undefined {
			const row = newest.get();
			if (!row) return undefined;
			return stream === "facts"
				? { epoch: row.parent, position: row.facts, hash: row.facts_hash }
				: { epoch: row.parent, position: row.notes, hash: row.notes_hash };
		},
	};
}

export function writeEpochs(db: Connection) {
	const get = db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'epoch'");
	const set = db.prepare("UPDATE meta SET value = ? WHERE key = 'epoch'");
	const rebase = db.prepare("UPDATE head SET acked = ? WHERE name = ?");
	const note = db.prepare(
		"INSERT INTO up_epoch (epoch, parent, at, why, facts, facts_hash, notes, notes_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	);
	return {
		/** Begins a new epoch. Numbers and chains go on; records after `bases` are sent to HQ again. */
		open(bases: Record<"facts" | "notes", { position: number; hash: string }>, why: string, at: Instant): string {
			const parent = get.get()!.value;
			const epoch = randomBytes(8).toString("hex");
			set.run(epoch);
			for (const stream of ["facts", "notes"] as const) rebase.run(bases[stream].position, stream);
			note.run(epoch, parent, at, why, bases.facts.position, bases.facts.hash, bases.notes.position, bases.notes.hash);
			return epoch;
		},
	};
}
