import type { StoreEvent } from "../../words/event.ts";
import { openForReading } from "./open.ts";

/** The fields of facts that decide what a label shows. */
export type LabelFact = Extract<StoreEvent, { type: "label.shown" | "label.bound" | "label.unbound" | "label.failed" }>;
export const labelFactTypes: readonly LabelFact["type"][] = ["label.shown", "label.bound", "label.unbound", "label.failed"];

export interface ChainedFact {
	/** Number in the stream of facts. */
	position: number;
	/** The chain's hash before it; null where retention dropped the fact before. */
	before: string | null;
	record: LabelFact;
	hash: string;
}

/** Every fact kept about one label, in order, each with its chain hashes. Throws for a ledger that cannot be read. */
export function labelFacts(directory: string, label: string): { identity: { store: string; tenant: string }; facts: ChainedFact[] } {
	const db = openForReading(directory);
	try {
		const meta = db.prepare<[string], { value: string }>("SELECT value FROM meta WHERE key = ?");
		const before = db.prepare<[number], { hash: string }>("SELECT hash FROM event WHERE stream = 'facts' AND stream_seq = ?");
		const marks = labelFactTypes.map(() => "?").join(", ");
		const rows = db
			.prepare<string[], { seq: number; id: string; at: string; body: string; stream_seq: number; hash: string }>(
				`SELECT seq, id, at, body, stream_seq, hash FROM event
				WHERE type IN (${marks}) AND stream = 'facts' AND json_extract(body, '$.label') = ? ORDER BY stream_seq`,
			)
			.all(...labelFactTypes, label);
		return {
			identity: { store: meta.get("store")?.value ?? "", tenant: meta.get("tenant")?.value ?? "" },
			facts: rows.map(({ seq, id, at, body, stream_seq: position, hash }) => ({
				position,
				before: position === 1 ? "0".repeat(32) : (before.get(position - 1)?.hash ?? null),
				record: { id, seq, at, ...(JSON.parse(body) as object) } as StoreEvent as LabelFact,
				hash,
			})),
		};
	} finally {
		db.close();
	}
}
