import type { Checkpoints } from "../../words/streams/checkpoints.ts";
import type { SealedRecord } from "../machine/sender.ts";
import type { DownStream, HelloUp, Manifest, SealRun, StockAt, StockRow, StreamPosition, UpHead, UpStream } from "../protocol/messages.ts";
import type { Received } from "./reconcile.ts";

/** HQ's position in one up stream: all records up to `position` of `epoch` are committed. */
export interface UpPosition {
	epoch: string;
	position: number;
	hash: string;
}

/** One down stream: `last` and `hash` are those of its newest record; `acked` is the number up to which the store has committed. */
export interface DownPosition {
	epoch: string;
	last: number;
	hash: string;
	acked: number;
}

/** A key that a box of the store enrolled with. At most one has no end: HQ takes facts only under that one. */
export interface BoxKey {
	kid: string;
	public: string;
	/** The incarnation that was granted to this key. */
	inc: number;
	ended: boolean;
}

export interface StoreState {
	tenant: string;
	/** The incarnation HQ granted last; a hello with a lower one is fenced. */
	inc: number;
	/**
	 * The highest incarnation that HQ believes without having granted it. It is above `inc` only while a store has not greeted since HQ's
	 * start: a database restored from before a box swap does not know its own grant. Left out: no limit.
	 */
	incMost?: number;
	fenced: boolean;
	/** An approver's signature of the last change of who is the store's box; left out: nobody signed one. */
	place?: Record<string, unknown>;
	/** Streams that were never opened are left out. */
	up: Partial<Record<UpStream, UpPosition>>;
	dn: Partial<Record<DownStream, DownPosition>>;
}

export interface ArrivedRecord {
	seq: number;
	/** The stream's chain after this record, 32 hex digits; already checked. */
	hash: string;
	/** The record as it came, checked by the stream's schema unless `poison` or `parked` is set. */
	record: unknown;
	/** Set where the record is refused: it goes to the dead letters, and is acknowledged. */
	poison?: { code: string; why: string };
	/** Set for a type that this build does not know: the record is kept as it is until an upgrade knows it. */
	parked?: true;
}

export interface ArrivedBatch {
	inc: number;
	stream: UpStream;
	epoch: string;
	/** Always the stream's position + 1. */
	from: number;
	/** The position after this batch. */
	upTo: number;
	hash: string;
	/** In order. Dense, except where `lost` says otherwise. */
	records: ArrivedRecord[];
	/** Numbers that the store no longer has, because retention dropped their notes. They are counted, and not waited for. */
	lost?: { from: number; to: number; why: string }[];
}

export interface DownRecord {
	seq: number;
	hash: string;
	record: unknown;
	/** HQ's seal of it; left out by an HQ without keys. */
	sealed?: SealedRecord;
}

/** The records that a store received after number `after`, which both ends have; `position` is where the store is. */
export interface RestoreQuestion {
	after: number;
	position: number;
	received: Received;
	/** HQ's seals of these records, as the store kept them. */
	seals?: readonly SealRun[];
	/** Articles and prices of a store whose received log is incomplete. */
	rows: readonly unknown[];
}

/** The stream after the restore: the store has it up to `base`. `whole`: the store's received log was complete. */
export interface RestoredStream {
	epoch: string;
	last: number;
	base: { position: number; hash: string };
	whole: boolean;
	/** Set where some of the store's records were refused. */
	refused?: true;
	/** Records that HQ had lost and that no other store had given back before. */
	records: number;
	/** Prices, articles and orders among them; `again`: later decisions of HQ that were sent again under higher versions. */
	prices: number;
	articles: number;
	orders: number;
	again: number;
}

/**
 * One store's catalog as a whole. Methods answer undefined where the stream does not exist, or is not at the position that was asked for.
 */
export interface CatalogReader {
	/** A store without records is offered a snapshot where the stream has at least this many. */
	worthFrom: number;
	manifest(store: string): Promise<Manifest | undefined>;
	/** The canonical texts of one chunk. Where the snapshot is no longer in memory it is made again from its name. */
	chunk(store: string, id: string, chunk: number): Promise<string[] | undefined>;
	/** The sums of the 256 buckets, such as `0a:…`. */
	/** `isPlain`: of what a store counts that knows no conditional prices, multi-buys and online prices. */
	sums(store: string, at: StreamPosition, asOf: string, isPlain?: boolean): Promise<string[] | undefined>;
	bucket(store: string, at: StreamPosition, asOf: string, bucket: string): Promise<string[] | undefined>;
}

/** Rows of one bucket of a store's stock, with SKUs after `after`, and up to `upTo` where it is given. */
export interface StockQuestion {
	bucket: string;
	after: string;
	upTo?: string | undefined;
	rows: readonly StockRow[];
	at: StockAt;
}

/** `differs`: HQ's rows where they are not the store's. `unnamed`: SKUs that only HQ has. `moving`: SKUs that moved meanwhile. */
export interface StockCompared {
	differs: StockRow[];
	unnamed: string[];
	moving: string[];
}

/** A store's stock as HQ knows it, to be compared with the store's own (LINK rule 6). */
export interface StockReader {
	/** Buckets whose sums differ. Differences that were kept for SKUs of the other buckets are over. */
	differingBuckets(store: string, sums: readonly string[]): Promise<string[]>;
	/** Keeps what differs, as alarms. Undefined: HQ is not at the positions that the rows stand for. */
	compareRows(store: string, asked: StockQuestion): Promise<StockCompared | undefined>;
}

/**
 * HQ's database as its end of the line sees it. Every method is one transaction, durable when its promise resolves.
 * For one store the line never calls `acceptUp` twice at once for the same stream; different stores run concurrently.
 */
export interface HqRepository {
	/** Undefined: the store was never enrolled. */
	load(store: string): Promise<StoreState | undefined>;
	/** Writes down which box greeted and when; raises `inc` where the hello has a higher one. */
	heard(store: string, hello: HelloUp): Promise<void>;
	/** A message other than a hello came from the box that greeted last; called once a minute at most. */
	seen?(store: string): Promise<void>;
	/**
	 * Facts by id once, their effects, and the position, all in one transaction. A record whose effect is refused goes to dead letters
	 * and into `rejected`; it never stops the stream. If `from` is not the position + 1 (another process was faster), changes nothing
	 * and answers where the stream is.
	 */
	acceptUp(store: string, batch: ArrivedBatch): Promise<{ position: number; hash: string; rejected: { seq: number; code: string }[] }>;
	/**
	 * A database was created or restored in the store: makes `epoch` the stream's current one, beginning at `base`; an epoch
	 * seen before keeps its own position. What HQ has of `parent` after `base` stays, as a fork.
	 */
	openUpEpoch(
		store: string,
		stream: UpStream,
		epoch: string,
		base: { position: number; hash: string },
		parent?: StreamPosition,
	): Promise<UpPosition>;
	/** Checkpoints of the stream's past, oldest first. Left out: HQ keeps none. */
	upCheckpoints?(store: string, stream: UpStream): Promise<Checkpoints>;
	/** Records after `after`, in order, dense, of the current epoch. */
	downAfter(store: string, stream: DownStream, after: number, limit: number): Promise<DownRecord[]>;
	/** The chain hash after record `seq` of the current epoch; 32 zeros for 0; undefined where there is no such record. */
	downHash(store: string, stream: DownStream, seq: number): Promise<string | undefined>;
	/** The store has committed up to `upTo`. The position never moves backwards; an epoch that is not the current one is ignored. */
	moveDown(store: string, stream: DownStream, epoch: string, upTo: number, hash: string): Promise<void>;
	/**
	 * The store took a snapshot of the catalog up to number `upTo`. The store never reports the prices that the snapshot left out, so HQ
	 * counts them as never in force.
	 */
	snapshotTaken?(store: string, upTo: number): Promise<void>;
	/**
	 * The store has more records than HQ, or other ones, because HQ was restored from a backup. Puts the same records under a new random
	 * epoch, acknowledged up to `agreed`, the last number at which both ends agree. Versions and ids make the repetition harmless.
	 */
	forkDown(store: string, stream: DownStream, agreed?: number): Promise<DownPosition>;
	/**
	 * HQ was restored from a backup: takes back the records that it had lost, makes the store's history the beginning of the stream's next
	 * epoch, and sends other stores under new versions what they lack of it. A second call changes nothing. Left out: what HQ lost stays lost.
	 */
	restore?(store: string, stream: DownStream, asked: RestoreQuestion): Promise<RestoredStream>;
	/** Whether a restore from this store waits for a person's release. Until then the store is not asked again. */
	restoreWaits?(store: string): Promise<boolean>;
	/** The store has greeted, and its history has been compared with HQ's. */
	greeted?(store: string): Promise<void>;
	/**
	 * The incarnation that was granted and that this box takes with this hello; undefined: none, so the box stays fenced. `key`: the key of
	 * the box that greets, where HQ has one; an incarnation that was granted to a key is given to no other key. Left out: no box can take one.
	 */
	takeIncarnation?(store: string, hello: HelloUp, key?: BoxKey): Promise<number | undefined>;
	/** Every key with which a box of the store enrolled; empty: the store's messages need no signature. Left out: no store has keys. */
	keysOf?(store: string): Promise<BoxKey[]>;
	/**
	 * The position of a fenced box's stream in quarantine. Left out together with `quarantine`: such a box is refused, and nothing of it is
	 * kept.
	 */
	openQuarantine?(store: string, stream: UpStream, head: UpHead, box: { inc: number; kid?: string | undefined }): Promise<UpPosition>;
	/** Keeps a batch in quarantine, in its order and without effect. */
	quarantine?(store: string, batch: ArrivedBatch): Promise<{ position: number; hash: string }>;
	/** At start: applies parked records whose type this build knows. Answers how many. */
	unpark?(): Promise<number>;
	/** Left out: no snapshots and no comparison of buckets. */
	catalog?: CatalogReader;
	/** Left out: stock is not compared. */
	stock?: StockReader;
	/** Every enrolled store. */
	stores(): Promise<string[]>;
	/** Calls back after a commit that gave a store new down records, or changed who is its box. Returns how to stop listening. */
	onNews(callback: (store: string, what: DownStream | "place") => void): () => void;
}
