import { z } from "zod";

/**
 * Messages between a store and HQ, version 1 (LINK, Messages). Unknown fields are tolerated on reading: the other side may be
 * newer. What a record means is in records.ts.
 *
 *   store ── hello ──▶ HQ          who I am, how far each of my streams has come
 *   store ◀─ hello ─── HQ          the welcome: how far HQ has come; or `ask`: HQ woke up and wants a hello
 *   either ─ data ───▶ other       records from..from+n-1 of one stream
 *   either ◀─ ack ──── other       committed up to here; the only thing that moves a position
 *   either ◀─ nak ──── other       something is missing after here
 *   store ── req ────▶ HQ          a snapshot, a chunk, a bucket …
 *   store ◀─ res ───── HQ          … and its answer
 *   store ◀─ cmd ───── HQ          do this …
 *   store ── res ────▶ HQ          … done, kept by id
 */
export const linkVersion = 1;

export const upStreams = ["facts", "notes"] as const;
export const downStreams = ["catalog", "stock", "config"] as const;
export type UpStream = (typeof upStreams)[number];
export type DownStream = (typeof downStreams)[number];
export type Stream = UpStream | DownStream;

const stream = z.enum([...upStreams, ...downStreams]);
const epoch = z.string().regex(/^[0-9a-f]{16}$/);
const hash = z.string().regex(/^[0-9a-f]{32}$/);
const seq = z.int().min(0);
const word = z.string().min(1).max(64);
const instant = z.iso.datetime({ precision: 3 });

/** The key and the signature over the whole message (trust/signing.ts). Left out by builds and stores without keys. */
const signed = { kid: z.string().max(16).optional(), sig: z.string().max(86).optional() };

export const streamPosition = z.object({ epoch, position: seq, hash });
export type StreamPosition = z.infer<typeof streamPosition>;

/** Checkpoints of a stream, oldest first (words/streams/checkpoints.ts). */
export const marks = z.array(z.tuple([seq, hash])).max(64);

/**
 * One up stream as the store has it. `parent` is where this epoch left an older one: a ledger that was restored, or that found HQ
 * remembering another past. HQ begins it at `acked`; an epoch without a parent begins at 0.
 */
const upHead = z.object({ epoch, last: seq, hash, acked: seq, ackedHash: hash, parent: streamPosition.optional() });
export type UpHead = z.infer<typeof upHead>;

/**
 * One down stream as HQ has it. `base` says where a store that does not know this epoch begins; left out: at 0. `snapshot`: the state
 * is to be fetched whole, records follow after it.
 */
const downHead = z.object({
	epoch,
	last: seq,
	base: z.object({ position: seq, hash }).optional(),
	snapshot: z.literal(true).optional(),
});
export type DownHead = z.infer<typeof downHead>;

export const helloUp = z.object({
	v: z.literal(linkVersion),
	inc: z.int().min(0),
	boot: word,
	session: word,
	build: z.string().max(64),
	schema: z.int(),
	clock: z.object({ wall: instant, monoMs: z.number(), quality: z.enum(["synced", "free-running", "guess"]) }),
	up: z.partialRecord(z.enum(upStreams), upHead),
	dn: z.partialRecord(z.enum(downStreams), streamPosition),
	free: z.object({ bytes: z.number().nullable(), offlineDaysLeft: z.number().nullable() }),
	/** IANA name of the store's time zone, in which whole days and times such as 06:00 are meant. */
	timeZone: z.string().max(64).optional(),
	/** Abilities of this build beyond the first one; HQ uses nothing else with it. */
	can: z.array(word).max(16).optional(),
	/** Checkpoints of the down streams; left out in hellos on a quiet line. */
	marks: z.partialRecord(z.enum(downStreams), marks).optional(),
	/** Up streams whose history differs from HQ's: the store needs HQ's checkpoints. */
	doubts: z.array(z.enum(upStreams)).max(2).optional(),
	/** The newest key list and root successor this box knows: HQ sends what came after them. */
	trust: z.object({ keyList: seq, successor: seq, approvers: seq.optional() }).optional(),
	...signed,
});
export type HelloUp = z.infer<typeof helloUp>;

export const welcome = z.object({
	v: z.literal(linkVersion),
	session: word,
	/** The store's `clock.monoMs`, given back, so that the round trip can be taken out of `now`. */
	t0: z.number(),
	now: instant,
	up: z.partialRecord(z.enum(upStreams), streamPosition),
	dn: z.partialRecord(z.enum(downStreams), downHead),
	window: z.int().min(1).max(64),
	/** Checkpoints of up streams that the store called in doubt, or that are longer at HQ than in the store. */
	marks: z.partialRecord(z.enum(upStreams), marks).optional(),
	/** Another box has taken this store's place: this one sells on, and its facts go to quarantine. */
	fenced: z.literal(true).optional(),
	/** HQ grants this box the store's next incarnation: the box takes it and greets again. */
	inc: z.int().min(1).optional(),
	/** An approver's signature of the last change of who is this store's box (trust/approvers.ts), beside `fenced` and `inc`. */
	place: z.record(z.string(), z.unknown()).optional(),
	/** HQ has not enrolled this store, or not with this box's key. */
	unknown: z.literal(true).optional(),
	/** Abilities of this HQ beyond the first build; a store asks for nothing else. */
	can: z.array(word).max(16).optional(),
	/**
	 * The last number of each stream, and how long the store may go on without another welcome: so a broker that holds records back is
	 * noticed.
	 */
	trust: z
		.object({
			keyList: seq,
			trustForMs: z.number(),
			heads: z.partialRecord(z.enum(downStreams), z.object({ epoch, last: seq, hash })),
		})
		.optional(),
	/** A newer key list for a store that has an older one. It is signed by a root, and checked before the welcome itself. */
	keys: z.object({ list: z.unknown(), successors: z.array(z.unknown()).max(64), approvers: z.unknown().optional() }).optional(),
	...signed,
});
export type Welcome = z.infer<typeof welcome>;

/**
 * HQ restarted, or received a message that it cannot place: the store answers with a hello. `now`: HQ's clock, for `gondola doctor`; it is
 * not signed, so no store sets its clock by it. Left out by older builds.
 */
export const askHello = z.object({ v: z.literal(linkVersion), ask: z.literal(true), now: instant.optional() });
export type AskHello = z.infer<typeof askHello>;

const helloDown = z.union([askHello, welcome]);

/**
 * Records from..to no longer exist: retention dropped them before HQ had them, or one of them alone is too large for the wire. `hash` is
 * the chain hash after `to`; `record` is record `to` itself, where it exists. Without this, one dropped note would stop the stream for
 * ever.
 */
export const leap = z.object({ to: seq, hash, why: word, record: z.unknown().optional() });

/**
 * Records `from`..`from + n - 1` are number `leaf` and following of the records that the seal names; `proof`: their Merkle proof
 * (trust/merkle.ts).
 */
const sealRun = z.object({ from: z.int().min(1), n: z.int().min(1), leaf: seq, proof: z.string().max(2_000), seal: z.unknown() });
export type SealRun = z.infer<typeof sealRun>;

/**
 * Records from..from+n-1; with a leap, it stands for from..leap.to and `records` begin after it. `crc32c` is over the
 * canonical records, joined by newlines.
 */
export const data = z.object({
	session: word,
	stream,
	epoch,
	from: z.int().min(1),
	n: z.int().min(1),
	prevHash: hash,
	records: z.array(z.unknown()).max(1_000),
	leap: leap.optional(),
	crc32c: z.int().min(0).max(0xffffffff),
	/** HQ's seals of the records, in order and without a gap. */
	seals: z.array(sealRun).max(1_000).optional(),
	/** Up: the signature over the numbers and the chain hash after the last record. Down: over a leap. */
	...signed,
});
export type Data = z.infer<typeof data>;

/** Sent after the commit with synchronous=FULL, never before. */
export const ack = z.object({
	session: word,
	stream,
	epoch,
	upTo: seq,
	hash,
	window: z.int().min(1).max(64),
	rejected: z
		.array(z.object({ seq, code: word }))
		.max(1_000)
		.optional(),
	/** The records are in quarantine at HQ, without effect, because this box is fenced. */
	quarantined: z.literal(true).optional(),
	...signed,
});
export type Ack = z.infer<typeof ack>;

/** gap: records after `have` are missing. fork: `prevHash` is not what this side has at `have`. epoch: not the epoch this side reads. */
export const nak = z.object({
	session: word.optional(),
	stream,
	epoch,
	have: seq,
	why: z.enum(["gap", "fork", "epoch"]),
	quarantined: z.literal(true).optional(),
});
export type Nak = z.infer<typeof nak>;

const snapshotId = z.string().regex(/^[0-9a-f]{16}-\d{1,16}-\d{1,16}$/);
const bucket = z.string().regex(/^[0-9a-f]{2}$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const sum = z.string().regex(/^[0-9a-f]{2}:[0-9a-f]{16}$/);

/** Stock of one article: SKU, on hand, and when it was counted last; null: never. An article without movements is 0 and null. */
const stockRow = z.tuple([z.string().min(1).max(128), z.int(), instant.nullable()]);
export type StockRow = z.infer<typeof stockRow>;

/** The positions that a store's stock stands for: its own facts, and HQ's stock stream; left out: nothing of that stream came yet. */
const stockAt = z.object({ facts: z.object({ epoch, position: seq }), stock: z.object({ epoch, position: seq }).optional() });
export type StockAt = z.infer<typeof stockAt>;

/**
 * Store to HQ. A range of records; a snapshot's manifest, or one of its chunks; the sums of all buckets; one bucket's records; the sums of
 * the stock's buckets; rows of stock, by which HQ says which differ. `ask` numbers the questions about stock.
 */
export const req = z.union([
	z.object({ session: word, snapshot: z.literal("catalog"), id: snapshotId.optional(), chunk: seq.optional() }),
	z.object({
		session: word,
		buckets: z.array(sum).max(256),
		/** The sums count conditional prices, multi-buys and online prices. */
		shapes: z.literal(true).optional(),
		at: streamPosition,
		asOf: instant,
	}),
	z.object({ session: word, bucket, at: streamPosition, asOf: instant }),
	z.object({ session: word, ask: seq, stockSums: z.array(sum).max(256) }),
	z.object({
		session: word,
		ask: seq,
		/** The rows are all that the store knows of this bucket with a SKU after `after`, and up to `upTo` where it is given. */
		stockBucket: bucket,
		after: z.string().max(128),
		upTo: z.string().max(128).optional(),
		rows: z.array(stockRow).max(2_000),
		at: stockAt,
	}),
	z.object({ session: word.optional(), stream, epoch, from: z.int().min(1), to: z.int().min(1) }),
]);
export type Req = z.infer<typeof req>;

/** The parts of a snapshot. `baseSeq` and `baseHash`: the position of the stream that the snapshot stands for. */
export const manifest = z.object({
	id: snapshotId,
	epoch,
	baseSeq: seq,
	baseHash: hash,
	count: seq,
	chunks: z.int().min(0).max(4_096),
	sha256,
	chunkSha: z.array(sha256).max(4_096),
});
export type Manifest = z.infer<typeof manifest>;

/**
 * HQ to store. `code` of what cannot be had: `gone` (that snapshot cannot be made again), `moving` (the stream is not where the store
 * thinks), `equal`, `too-many` (a snapshot is cheaper).
 */
export const reply = z.union([
	z.object({ session: word, snapshot: z.literal("catalog"), manifest, ...signed }),
	z.object({ session: word, snapshot: z.literal("catalog"), id: snapshotId, chunk: seq, records: z.array(z.unknown()).max(20_000) }),
	z.object({ session: word, bucket, at: streamPosition, asOf: instant, records: z.array(z.unknown()).max(20_000), ...signed }),
	z.object({ session: word, buckets: z.array(bucket).max(256), at: streamPosition, asOf: instant, ...signed }),
	z.object({ session: word, ask: seq, stockBuckets: z.array(bucket).max(256), ...signed }),
	z.object({
		session: word,
		ask: seq,
		stockBucket: bucket,
		/** HQ's rows where they are not the store's. */
		differs: z.array(stockRow).max(2_000),
		/** SKUs that HQ has in this range and the store has not named. */
		unnamed: z.array(z.string().min(1).max(128)).max(1_000),
		/** SKUs of which a movement is under way: nothing is said of them. */
		moving: z.array(z.string().min(1).max(128)).max(2_000),
		...signed,
	}),
	z.object({
		session: word,
		of: z.enum(["snapshot", "chunk", "buckets", "bucket", "stock"]),
		code: z.enum(["gone", "moving", "equal", "too-many"]),
		key: word.optional(),
		...signed,
	}),
]);
export type Reply = z.infer<typeof reply>;

export const cmd = z.object({
	id: word,
	name: z.string().regex(/^[a-z0-9.-]{1,64}$/),
	args: z.record(z.string(), z.unknown()),
	ttlMs: z.int().min(1),
	needVersion: z.int().optional(),
	/** When HQ sent the command, by its clock: a command that is older than `ttlMs` is not done. */
	at: instant.optional(),
	...signed,
});
export type Cmd = z.infer<typeof cmd>;

/** A command's outcome. The store keeps it by id and answers a repeated id with it. */
export const res = z.object({ id: word, code: word, out: z.unknown(), ...signed });
export type Res = z.infer<typeof res>;

/**
 * The store's answer to the command `recall`: HQ's own records, by number. `more`: HQ asks again after the last of them. `at`: the store's
 * position.
 */
export const recalled = z.object({
	records: z.array(z.tuple([seq, z.unknown()])).max(20_000),
	more: z.boolean(),
	at: streamPosition.nullable(),
	/** HQ's seals of these records: whole runs, of which the first and the last may reach beyond them. */
	seals: z.array(sealRun).max(20_000).optional(),
});
export type Recalled = z.infer<typeof recalled>;

/** The store's answer to `recall.rows`: its articles and prices, by SKU. `next`: HQ asks again after this SKU. */
export const recalledRows = z.object({ records: z.array(z.unknown()).max(20_000), next: word.max(128).optional() });
export type RecalledRows = z.infer<typeof recalledRows>;

/** Which messages each channel carries, by direction. */
export const upMessages = { hello: helloUp, data, ack, nak, req, cmd, res };
export const downMessages = { hello: helloDown, data, ack, nak, req, cmd, res: z.union([res, reply]) };
