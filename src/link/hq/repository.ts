import type { Checkpoints } from "../../words/streams/checkpoints.ts";
import type { SealedRecord } from "../machine/sender.ts";
import type { DownStream, HelloUp, Manifest, SealRun, StreamPosition, UpHead, UpStream } from "../protocol/messages.ts";
import type { Received } from "./reconcile.ts";

/** Where HQ stands with one up stream: everything up to `position` of `epoch` is committed. */
export interface UpPosition {
	epoch: string;
	position: number;
	hash: string;
}

/** One down stream: `last` and `hash` are its newest record, `acked` how far the store has committed it. */
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
	/** The incarnation that was granted to it. */
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
	/** Only streams that were ever opened. */
	up: Partial<Record<UpStream, UpPosition>>;
	dn: Partial<Record<DownStream, DownPosition>>;
}

export interface ArrivedRecord {
	seq: number;
	/** The stream's chain after this record, 32 hex digits; already checked. */
	hash: string;
	/** As it came over the wire, checked by the stream's schema unless `poison` or `parked` is there. */
	record: unknown;
	/** Goes to dead letters; it is acknowledged all the same. */
	poison?: { code: string; why: string };
	/** A type this build does not know: stored as it is until an upgrade knows it. */
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
	/** Numbers the store no longer holds (thinned notes): counted, never waited for. */
	lost?: { from: number; to: number; why: string }[];
}

export interface DownRecord {
	seq: number;
	hash: string;
	record: unknown;
	/** HQ's seal of it; left out by an HQ without keys. */
	sealed?: SealedRecord;
}

/** What a store received after number `after`, which both have; `position`: how far it is. */
export interface RestoreQuestion {
	after: number;
	position: number;
	received: Received;
	/** HQ's seals of it, as the store kept them. */
	seals?: readonly SealRun[];
	/** Articles and prices of a store whose received log is incomplete. */
	rows: readonly unknown[];
}

/** The stream as it is now: the store has it up to `base`. `whole`: the store's received log was complete. */
export interface RestoredStream {
	epoch: string;
	last: number;
	base: { position: number; hash: string };
	whole: boolean;
	/** Some of what the store said was not taken. */
	refused?: true;
	/** Records that HQ had lost and that no other store had given back before. */
	records: number;
	/** Prices, articles and orders among them; `again`: later decisions of HQ that were sent again under higher versions. */
	prices: number;
	articles: number;
	orders: number;
	again: number;
}

/** One store's catalog as a whole. Undefined: the stream is not there, or not where the question says. */
export interface CatalogReader {
	/** A store that knows nothing is offered a snapshot from this many records on. */
	worthFrom: number;
	manifest(store: string): Promise<Manifest | undefined>;
	/** Canonical records of one chunk; made again from the snapshot's name if need be. */
	chunk(store: string, id: string, chunk: number): Promise<string[] | undefined>;
	/** 256 sums, as `0a:…`. */
	/** `isPlain`: of what a store counts that knows no conditional prices, multi-buys and online prices. */
	sums(store: string, at: StreamPosition, asOf: string, isPlain?: boolean): Promise<string[] | undefined>;
	bucket(store: string, at: StreamPosition, asOf: string, bucket: string): Promise<string[] | undefined>;
}

/**
 * What HQ's end of the line needs from its database. Every method is one transaction, durable when its promise resolves.
 * For one store the line never calls `acceptUp` twice at once for the same stream; different stores run concurrently.
 */
export interface HqRepository {
	/** Undefined: never enrolled. */
	load(store: string): Promise<StoreState | undefined>;
	/** Notes who greeted and when; raises `inc` if the hello's is higher. */
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
	/** Where the stream has been, oldest first. Left out: HQ cannot say. */
	upCheckpoints?(store: string, stream: UpStream): Promise<Checkpoints>;
	/** Records after `after`, in order, dense, of the current epoch. */
	downAfter(store: string, stream: DownStream, after: number, limit: number): Promise<DownRecord[]>;
	/** The chain after record `seq` of the current epoch; 32 zeros for 0; undefined if there is none such. */
	downHash(store: string, stream: DownStream, seq: number): Promise<string | undefined>;
	/** The store committed up to here. Never moves backwards; `epoch` other than the current one is ignored. */
	moveDown(store: string, stream: DownStream, epoch: string, upTo: number, hash: string): Promise<void>;
	/** The store took a snapshot of the catalog up to here: prices that the snapshot left out will never be reported as in force. */
	snapshotTaken?(store: string, upTo: number): Promise<void>;
	/**
	 * The store has more than HQ, or something else (HQ was restored from a backup): same records and numbers under a new
	 * random epoch, acknowledged up to `agreed`, which both sides have. Versions and ids make the repetition harmless.
	 */
	forkDown(store: string, stream: DownStream, agreed?: number): Promise<DownPosition>;
	/**
	 * HQ was restored from a backup: takes back the records it had lost, makes the store's history the beginning of the stream's next epoch,
	 * and sends again what other stores lack. A second call changes nothing. Left out: what HQ lost stays lost.
	 */
	restore?(store: string, stream: DownStream, asked: RestoreQuestion): Promise<RestoredStream>;
	/** What this store knows and HQ lost waits for a person's release; until then the store is not asked again. */
	restoreWaits?(store: string): Promise<boolean>;
	/** The store has greeted, and both histories have been compared. */
	greeted?(store: string): Promise<void>;
	/**
	 * The incarnation that waits for this box, taken by it; undefined: it stays fenced. `key`: whose box greets, where the store has a key
	 * on record; an incarnation that was granted to a key goes to no other. Left out: nobody can be granted one.
	 */
	takeIncarnation?(store: string, hello: HelloUp, key?: BoxKey): Promise<number | undefined>;
	/** Every key a box of the store enrolled with; none: its word is taken unsigned. Left out: no store has keys. */
	keysOf?(store: string): Promise<BoxKey[]>;
	/**
	 * Where a fenced box's stream stands in quarantine. Left out together with `quarantine`: such a box is refused, and nothing of it is kept.
	 */
	openQuarantine?(store: string, stream: UpStream, head: UpHead, inc: number): Promise<UpPosition>;
	/** Kept as it came, in order, without effect. */
	quarantine?(store: string, batch: ArrivedBatch): Promise<{ position: number; hash: string }>;
	/** At start: applies parked records whose type this build knows. Answers how many. */
	unpark?(): Promise<number>;
	/** Left out: no snapshots and no comparison of buckets. */
	catalog?: CatalogReader;
	/** Every enrolled store. */
	stores(): Promise<string[]>;
	/** Calls back after a commit that gave a store new down records. Returns how to stop listening. */
	onNews(listener: (store: string, stream: DownStream) => void): () => void;
}
