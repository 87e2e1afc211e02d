import { hash as digest } from "node:crypto";
import { type EventBody, type EventType, type StoreEvent, streamOf } from "../../words/event.ts";
import type { Moment } from "../../words/time.ts";
import type { BellName } from "../bell.ts";
import { canonicalText, canonicalTexts } from "../canonical.ts";
import type { Connection } from "../file/open.ts";
import { classOf } from "../space/retention.ts";

/** Members of an event that have columns of their own. */
const inColumns: ReadonlySet<string> = new Set(["id", "seq", "at"]);

interface Row {
	seq: number;
	id: string;
	at: string;
	body: string;
}

const toEvent = (row: Row): StoreEvent => ({ id: row.id, seq: row.seq, at: row.at, ...JSON.parse(row.body) });

export function readEvents(db: Connection) {
	const after = db.prepare<[number, number], Row>("SELECT seq, id, at, body FROM event WHERE seq > ? ORDER BY seq LIMIT ?");
	const recent = db.prepare<[number], Row>("SELECT seq, id, at, body FROM event ORDER BY seq DESC LIMIT ?");
	const last = db.prepare<[], { last: number }>("SELECT last FROM head WHERE name = 'event'");
	const bySource = db.prepare<[string, string], Row>("SELECT seq, id, at, body FROM event WHERE device = ? AND source_id = ?");
	return {
		after: (seq: number, limit: number): StoreEvent[] => after.all(seq, limit).map(toEvent),
		recent: (limit: number): StoreEvent[] => recent.all(limit).map(toEvent).reverse(),
		last: (): number => last.get()!.last,
		bySource(device: string, sourceId: string): StoreEvent | undefined {
			const row = bySource.get(device, sourceId);
			return row && toEvent(row);
		},
	};
}

/** What an event adds to its stream's chain (LINK, Streams): first 16 bytes of sha256(previous ‖ RFC 8785 of the record), in hex. */
export const chainHash = (previous: string, record: unknown): string => chainText(previous, canonicalText(record));

function chainText(previous: string, text: string): string {
	const bytes = Buffer.allocUnsafe(16 + Buffer.byteLength(text));
	bytes.write(previous, 0, 16, "hex");
	bytes.write(text, 16, "utf8");
	return digest("sha256", bytes, "hex").slice(0, 32);
}

/** Notes counted instead of written, and between which events they would have stood. */
interface Unkept {
	count: number;
	fromSeq: number;
	toSeq: number;
}
interface Source {
	device: string;
	id: string;
	/** What tells this message from others of the device; its id, unless the device used that one for another message before. */
	key?: string;
}
interface Head {
	last: number;
	hash: string;
}

export function writeEvents(db: Connection, ring: (bell: BellName) => void) {
	const insert = db.prepare(
		"INSERT INTO event (seq, id, type, at, body, device, source_id, stream, stream_seq, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	);
	// One statement instead of a SELECT and an INSERT.
	const insertNew = db.prepare(`${insert.source} ON CONFLICT (device, source_id) WHERE source_id IS NOT NULL DO NOTHING`);
	const loadHead = db.prepare<[string], Head>("SELECT last, hash FROM head WHERE name = ?");
	const saveHead = db.prepare("UPDATE head SET last = ?, hash = ? WHERE name = ?");
	const meta = db.prepare<[string], { value: string }>("SELECT value FROM meta WHERE key = ?");
	const saveMeta = db.prepare("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
	const dropMeta = db.prepare("DELETE FROM meta WHERE key = ?");

	// Heads are held between commits and written once per transaction: three small updates an event would double its cost.
	let heads: Record<"event" | "facts" | "notes", Head> | undefined;
	let dirty = false;
	let idPrefix = "";
	// Only when the disk is full: class C notes, which repeat themselves, are counted instead of written.
	let thrift = false;
	let unkept: Unkept | undefined;
	const loadUnkept = (): Unkept | undefined => {
		const row = meta.get("unkept");
		return row && (JSON.parse(row.value) as Unkept);
	};
	const held = () => {
		if (!heads) {
			heads = { event: loadHead.get("event")!, facts: loadHead.get("facts")!, notes: loadHead.get("notes")! };
			idPrefix = `${meta.get("store")?.value ?? "store"}-${meta.get("inc")?.value ?? "1"}-${meta.get("epoch")!.value.slice(0, 6)}-`;
		}
		return heads;
	};

	const write = (body: EventBody, now: Moment, source: Source | undefined, statement: typeof insert): StoreEvent | undefined => {
		const all = held();
		const stream = streamOf(body.type as EventType);
		const seq = all.event.last + 1;
		if (thrift && classOf(body.type) === "C") {
			unkept ??= loadUnkept() ?? { count: 0, fromSeq: seq, toSeq: seq };
			unkept = { count: unkept.count + 1, fromSeq: unkept.fromSeq, toSeq: seq };
			dirty = true;
			return { id: `${idPrefix}unkept`, seq: seq - 1, at: now.wall, quality: now.quality, ...body } as StoreEvent;
		}
		const event = {
			id: idPrefix + seq,
			seq,
			at: now.wall,
			quality: now.quality,
			...(source ? { sourceId: source.id } : {}),
			...(now.actor ? { actor: now.actor } : {}),
			...body,
		} as StoreEvent;
		const { text, rest } = canonicalTexts(event, inColumns);
		const hash = chainText(all[stream].hash, text);
		const streamSeq = all[stream].last + 1;
		const { changes } = statement.run(
			seq,
			event.id,
			body.type,
			now.wall,
			rest,
			source?.device ?? null,
			source?.key ?? source?.id ?? null,
			stream,
			streamSeq,
			hash,
		);
		if (changes === 0) return undefined;
		all.event.last = seq;
		all[stream].last = streamSeq;
		all[stream].hash = hash;
		dirty = true;
		ring("event");
		ring(`up:${stream}`);
		return event;
	};

	return {
		/** Writes one fact. `source` is the device and its own id for the message, when it gave one: the caller has looked that it is new. */
		append: (body: EventBody, now: Moment, source?: Source): StoreEvent => write(body, now, source, insert)!,
		/** The same for a message that may have come before: undefined then, and nothing is written. */
		appendOnce: (body: EventBody, now: Moment, source: Source): StoreEvent | undefined => write(body, now, source, insertNew),
		/** The number the next event will get in this transaction. */
		next: (): number => held().event.last + 1,
		/** Called by the ledger just before COMMIT. */
		flushHeads(): void {
			if (!dirty || !heads) return;
			for (const name of ["event", "facts", "notes"] as const) saveHead.run(heads[name].last, heads[name].hash, name);
			if (unkept) saveMeta.run("unkept", JSON.stringify(unkept));
			dirty = false;
		},
		/** Class C notes are counted and not written while this is on. */
		setThrift(on: boolean): void {
			thrift = on;
		},
		/** Notes that were counted instead of written, for a `loss.recorded` fact in this transaction. */
		takeUnkept(): Unkept | undefined {
			const counted = unkept ?? loadUnkept();
			unkept = undefined;
			if (counted) dropMeta.run("unkept");
			return counted;
		},
		/** Called by the ledger around each flow: a refused flow must not leave its numbers behind. */
		savepoint(): () => void {
			const now = held();
			const saved = { event: { ...now.event }, facts: { ...now.facts }, notes: { ...now.notes } };
			const wasDirty = dirty;
			const wasUnkept = unkept;
			return () => {
				heads = saved;
				dirty = wasDirty;
				unkept = wasUnkept;
			};
		},
		forget(): void {
			heads = undefined;
			dirty = false;
			unkept = undefined;
		},
	};
}
