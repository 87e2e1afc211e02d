import type { Statement } from "better-sqlite3";
import { nextHash } from "../../words/basics/chain.ts";
import type { EventBody, EventHead, EventType, StoreEvent } from "../../words/event.ts";
import { streamOf } from "../../words/streams/event-streams.ts";
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

/** The next hash of a stream's chain, as of a record that was read back. */
export const chainHash = (previous: string, record: unknown): string => nextHash(previous, canonicalText(record));

/** Notes counted instead of written, and between which events they would have stood. */
interface Unkept {
	count: number;
	fromSeq: number;
	toSeq: number;
}
interface Source {
	device: string;
	id: string;
	/** The id by which a device's message is recognised: the device's own, unless it used that one for another message before. */
	key?: string;
}
interface Head {
	last: number;
	hash: string;
}

/** Appends events to one ledger. */
interface Events {
	db: Connection;
	ring: (bell: BellName) => void;
	/** One statement instead of a SELECT and an INSERT. */
	insertNew: Statement;
	loadHead: Statement<[string], Head>;
	saveHead: Statement;
	meta: Statement<[string], { value: string }>;
	saveMeta: Statement;
	dropMeta: Statement;
	/**
	 * Heads of streams are kept in memory between commits and written once per transaction: three small updates per event would double
	 * its cost.
	 */
	heads: Record<"event" | "facts" | "notes", Head> | undefined;
	/** The last numbers as the table has them: a head that did not move is not written. */
	saved: Record<"event" | "facts" | "notes", number>;
	dirty: boolean;
	idPrefix: string;
	/** Set while the disk is full: class C notes are counted and not written. */
	thrift: boolean;
	unkept: Unkept | undefined;
}

export function writeEvents(db: Connection, ring: (bell: BellName) => void) {
	const insert = db.prepare(
		"INSERT INTO event (seq, id, type, at, body, device, source_id, stream, stream_seq, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	);
	const events: Events = {
		db,
		ring,
		insertNew: db.prepare(`${insert.source} ON CONFLICT (device, source_id) WHERE source_id IS NOT NULL DO NOTHING`),
		loadHead: db.prepare<[string], Head>("SELECT last, hash FROM head WHERE name = ?"),
		saveHead: db.prepare("UPDATE head SET last = ?, hash = ? WHERE name = ?"),
		meta: db.prepare<[string], { value: string }>("SELECT value FROM meta WHERE key = ?"),
		saveMeta: db.prepare("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"),
		dropMeta: db.prepare("DELETE FROM meta WHERE key = ?"),
		heads: undefined,
		saved: { event: 0, facts: 0, notes: 0 },
		dirty: false,
		idPrefix: "",
		thrift: false,
		unkept: undefined,
	};
	return {
		/** Writes one fact. `source` is the device and its own id for the message, when it gave one: the caller has looked that it is new. */
		append: (body: EventBody, now: Moment, source?: Source): StoreEvent => write(events, body, now, source, insert)!,
		/** Like `append`, for a message that may be a repetition: then returns undefined and writes nothing. */
		appendOnce: (body: EventBody, now: Moment, source: Source): StoreEvent | undefined =>
			write(events, body, now, source, events.insertNew),
		/** The number that the next event of this transaction gets. */
		next: (): number => held(events).event.last + 1,
		/** Called by the ledger just before COMMIT. */
		flushHeads(): void {
			if (!events.dirty || !events.heads) return;
			for (const name of ["event", "facts", "notes"] as const) {
				const { last, hash } = events.heads[name];
				if (last === events.saved[name]) continue;
				events.saveHead.run(last, hash, name);
				events.saved[name] = last;
			}
			if (events.unkept) events.saveMeta.run("unkept", JSON.stringify(events.unkept));
			events.dirty = false;
		},
		/** Class C notes are counted and not written while this is on. */
		setThrift(on: boolean): void {
			events.thrift = on;
		},
		/** Notes that were counted instead of written, for a `loss.recorded` fact in this transaction. */
		takeUnkept(): Unkept | undefined {
			const counted = events.unkept ?? loadUnkept(events);
			events.unkept = undefined;
			if (counted) events.dropMeta.run("unkept");
			return counted;
		},
		/** Called by the ledger before and after each flow: a refused flow must not use up numbers. */
		savepoint(): () => void {
			const now = held(events);
			const saved = { event: { ...now.event }, facts: { ...now.facts }, notes: { ...now.notes } };
			const wasDirty = events.dirty;
			const wasUnkept = events.unkept;
			return () => {
				events.heads = saved;
				events.dirty = wasDirty;
				events.unkept = wasUnkept;
			};
		},
		forget(): void {
			events.heads = undefined;
			events.dirty = false;
			events.unkept = undefined;
		},
	};
}

function loadUnkept(events: Events): Unkept | undefined {
	const row = events.meta.get("unkept");
	return row && (JSON.parse(row.value) as Unkept);
}

function held(events: Events) {
	if (!events.heads) {
		events.heads = { event: events.loadHead.get("event")!, facts: events.loadHead.get("facts")!, notes: events.loadHead.get("notes")! };
		events.saved = { event: events.heads.event.last, facts: events.heads.facts.last, notes: events.heads.notes.last };
		const [store, inc] = [events.meta.get("store")?.value ?? "store", events.meta.get("inc")?.value ?? "1"];
		events.idPrefix = `${store}-${inc}-${events.meta.get("epoch")!.value.slice(0, 6)}-`;
	}
	return events.heads;
}

/** Who waits to send a stream up. */
const upBells = { facts: "up:facts", notes: "up:notes" } as const;

function write(events: Events, body: EventBody, now: Moment, source: Source | undefined, statement: Statement): StoreEvent | undefined {
	const all = held(events);
	const stream = streamOf(body.type as EventType);
	const seq = all.event.last + 1;
	if (events.thrift && classOf(body.type) === "C") {
		events.unkept ??= loadUnkept(events) ?? { count: 0, fromSeq: seq, toSeq: seq };
		events.unkept = { count: events.unkept.count + 1, fromSeq: events.unkept.fromSeq, toSeq: seq };
		events.dirty = true;
		return { id: `${events.idPrefix}unkept`, seq: seq - 1, at: now.wall, quality: now.quality, ...body } as StoreEvent;
	}
	const head: EventHead = { id: events.idPrefix + seq, seq, at: now.wall, quality: now.quality };
	if (source) head.sourceId = source.id;
	if (now.actor) head.actor = now.actor;
	const event: StoreEvent = Object.assign(head, body);
	const { text, rest } = canonicalTexts(event, inColumns);
	const hash = nextHash(all[stream].hash, text);
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
	events.dirty = true;
	events.ring("event");
	events.ring(upBells[stream]);
	return event;
}
