import type { StoreEvent } from "../../../words/event.ts";
import type { Restocking, ShelfDoubts } from "../../../words/shelves/weighing-shelf.ts";
import type { Instant } from "../../../words/time.ts";
import type { Connection } from "../../file/open.ts";
import type { Memory } from "../../memory.ts";
import { writeCheckpoints } from "./checkpoints.ts";

export type UpStream = "facts" | "notes";
export interface UpRecord {
	seq: number;
	hash: string;
	record: StoreEvent;
}

/** Facts that the gateway stores about itself and its last run. */
type MetaKey =
	| "store"
	| "tenant"
	| "inc"
	| "lastContactAt"
	| "boot"
	| "cleanStop"
	| "ranShape"
	| "clockFloor"
	| "risesWentOn"
	| "locale"
	| "timeZone"
	| "scanReading"
	| "scanModes"
	| "shelfDoubts"
	| "restocking";

export function readLink(db: Connection, memory: Pick<Memory, "keep">) {
	const head = db.prepare<[string], { last: number; hash: string; acked: number }>("SELECT last, hash, acked FROM head WHERE name = ?");
	const meta = db.prepare<[string], { value: string }>("SELECT value FROM meta WHERE key = ?");
	const after = db.prepare<
		[string, number, number],
		{ seq: number; id: string; at: string; body: string; stream_seq: number; hash: string }
	>("SELECT seq, id, at, body, stream_seq, hash FROM event WHERE stream = ? AND stream_seq > ? ORDER BY stream_seq LIMIT ?");
	const hash = db.prepare<[string, number], { hash: string }>("SELECT hash FROM event WHERE stream = ? AND stream_seq = ?");
	const down = db.prepare<[string], { epoch: string; position: number; hash: string }>(
		"SELECT epoch, position, hash FROM down WHERE stream = ?",
	);
	const at = db.prepare<[string, number], { at: string }>("SELECT at FROM event WHERE stream = ? AND stream_seq = ?");
	const result = db.prepare<[string], { code: string; out: string }>("SELECT code, out FROM command_result WHERE id = ?");
	const value = (key: string): string | undefined => meta.get(key)?.value;
	const up = (stream: UpStream) => ({ epoch: value("epoch")!, ...head.get(stream)! });
	return {
		up,
		upAfter: (stream: UpStream, seq: number, limit: number): UpRecord[] =>
			after.all(stream, seq, limit).map((row) => ({
				seq: row.stream_seq,
				hash: row.hash,
				record: { id: row.id, seq: row.seq, at: row.at, ...(JSON.parse(row.body) as object) } as StoreEvent,
			})),
		upHash: (stream: UpStream, seq: number): string | undefined => (seq === 0 ? "0".repeat(32) : hash.get(stream, seq)?.hash),
		dn: (stream: string): { epoch: string; position: number; hash: string } | undefined => down.get(stream),
		waiting(): { facts: number; notes: number; oldestAt: Instant | null } {
			const facts = up("facts");
			const notes = up("notes");
			const oldest = facts.last > facts.acked ? (at.get("facts", facts.acked + 1)?.at ?? null) : null;
			return { facts: facts.last - facts.acked, notes: notes.last - notes.acked, oldestAt: oldest };
		},
		lastContactAt: (): Instant | null => value("lastContactAt") ?? null,
		identity: (): { store: string; tenant: string; inc: number } => ({
			store: value("store") ?? "",
			tenant: value("tenant") ?? "",
			inc: Number(value("inc") ?? "1"),
		}),
		locale: (): string => value("locale") ?? "en",
		timeZone: (): string => value("timeZone") ?? "UTC",
		/** How codes are read, written by the flow `setScanReading`. */
		scanReading: memory.keep("scan-reading", (): string => value("scanReading") ?? "{}"),
		/** Scanners that are in a mode just now, as `flows/scan-modes.ts` keeps them. */
		scanModes: (): string => value("scanModes") ?? "{}",
		/** Changes of weighing shelves that wait for a person to say what they were, as `flows/stock/shelf-doubts.ts` keeps them. */
		shelfDoubts: (): ShelfDoubts => JSON.parse(value("shelfDoubts") ?? "{}") as ShelfDoubts,
		/** Shelves that staff is filling just now, as `flows/stock/shelf-acts.ts` keeps them. */
		restocking: (): Restocking => JSON.parse(value("restocking") ?? "{}") as Restocking,
		boot: (): string | undefined => value("boot"),
		/** Whether the ledger has another shape than at the last run: an older build ran then. */
		isUpgraded: (): boolean => value("boot") !== undefined && value("ranShape") !== value("shape"),
		shape: (): string => value("shape") ?? "",
		stoppedCleanly: (): boolean => value("cleanStop") === "1",
		/** Rises that were charged before every label showed them, since the ledger was made. */
		risesWentOn: (): number => Number(value("risesWentOn") ?? "0"),
		clockFloor: (): Instant | null => value("clockFloor") ?? null,
		commandResult(id: string): { code: string; out: unknown } | undefined {
			const row = result.get(id);
			return row && { code: row.code, out: JSON.parse(row.out) as unknown };
		},
	};
}

export function writeLink(db: Connection, memory: Pick<Memory, "changed">) {
	const acked = db.prepare("UPDATE head SET acked = ? WHERE name = ? AND acked < ? AND last >= ?");
	const down = db.prepare(
		"INSERT INTO down (stream, epoch, position, hash) VALUES (?, ?, ?, ?) ON CONFLICT (stream) DO UPDATE SET epoch = excluded.epoch, " +
			"position = excluded.position, hash = excluded.hash",
	);
	const dead = db.prepare("INSERT OR REPLACE INTO dead_letter (stream, epoch, seq, code, why, record) VALUES (?, ?, ?, ?, ?, ?)");
	const checkpoints = writeCheckpoints(db);
	const park = db.prepare("INSERT OR REPLACE INTO parked (stream, epoch, seq, type, record) VALUES (?, ?, ?, ?, ?)");
	const meta = db.prepare("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
	const result = db.prepare("INSERT INTO command_result (id, code, out, at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING");
	return {
		/** HQ acknowledged up to here; nothing else moves this position. */
		moveUp: (stream: UpStream, upTo: number): void => void acked.run(upTo, stream, upTo, upTo),
		moveDown(stream: string, epoch: string, position: number, hash: string): void {
			down.run(stream, epoch, position, hash);
			checkpoints.keep(stream, epoch, position, hash);
		},
		bury: (stream: string, epoch: string, seq: number, code: string, why: string, record: unknown): void =>
			void dead.run(stream, epoch, seq, code, why, JSON.stringify(record ?? null)),
		park: (stream: string, epoch: string, seq: number, type: string, record: unknown): void =>
			void park.run(stream, epoch, seq, type, JSON.stringify(record)),
		set(key: MetaKey, value: string): void {
			meta.run(key, value);
			if (key === "scanReading") memory.changed("scan-reading");
		},
		storeResult: (id: string, code: string, out: unknown, at: Instant): void => void result.run(id, code, JSON.stringify(out ?? null), at),
	};
}
