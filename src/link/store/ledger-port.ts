import type { Article } from "../../words/article.ts";
import type { StoreEvent } from "../../words/event.ts";
import type { Price } from "../../words/prices/price.ts";
import type { ArrivedDown, ParkedKey, StockDifferences } from "../../words/streams/arrived.ts";
import type { CatalogRecord, PriceRecord } from "../../words/streams/catalog.ts";
import type { Checkpoints } from "../../words/streams/checkpoints.ts";
import type { Instant, Moment } from "../../words/time.ts";
import type { Manifest, SealRun, StockRow, StreamPosition, UpStream } from "../protocol/messages.ts";

/**
 * The store's ledger as the link sees it: the flows it calls and the tables it reads. Written out, because `link/` knows neither; the
 * compiler compares it with them where the daemon hands its ledger to the uplink.
 */
export interface LinkLedger {
	do(
		flow: "acceptDown",
		args: { stream: string; epoch: string; from: number; records: ArrivedDown[]; hash: string; seals?: SealRun[] },
	): Promise<{ position: number; rejected: { seq: number; code: string }[] }>;
	do(flow: "openDownEpoch", args: { stream: string; epoch: string; position: number; hash: string }): Promise<unknown>;
	do(flow: "moveUpPosition", args: { stream: UpStream; epoch: string; upTo: number; hash: string }): Promise<unknown>;
	do(flow: "openUpEpoch", args: { ackedTo?: Partial<Record<UpStream, number>>; why?: string }): Promise<unknown>;
	do(flow: "setIdentity", args: { inc: number }): Promise<unknown>;
	do(flow: "beginSnapshot", args: Manifest): Promise<unknown>;
	do(flow: "takeChunk", args: { id: string; chunk: number; records: CatalogRecord[] }): Promise<unknown>;
	do(flow: "dropSnapshot", args: undefined): Promise<unknown>;
	do(flow: "swapSnapshot", args: { id: string }): Promise<{ position: number }>;
	do(
		flow: "repairBucket",
		args: { epoch: string; position: number; asOf: Instant; skus: string[]; articles: Article[]; prices: PriceRecord[] },
	): Promise<{ articles: number; prices: number }>;
	do(flow: "recordStockComparison", args: StockDifferences): Promise<unknown>;
	do(flow: "unpark", args: { records: (ParkedKey & { item: ArrivedDown })[] }): Promise<{ done: number }>;
	do(flow: "refreshLabel", args: { label: string }): Promise<{ version: number }>;
	do(flow: "recordLine", args: { up: boolean; why?: string }): Promise<unknown>;
	do(flow: "storeCommandResult", args: { id: string; code: string; out: unknown }): Promise<unknown>;
	do(flow: "raiseAlarm", args: { code: string; subject: string; facts: Record<string, string | number> }): Promise<unknown>;
	do(flow: "clearAlarm", args: { code: string; subject: string }): Promise<unknown>;
	read: {
		link: {
			/** IANA name; left out by what keeps none, such as a model of a store. */
			timeZone?(): string;
			up(stream: UpStream): { epoch: string; last: number; hash: string; acked: number };
			upAfter(stream: UpStream, seq: number, limit: number): { seq: number; hash: string; record: StoreEvent }[];
			upHash(stream: UpStream, seq: number): string | undefined;
			dn(stream: string): { epoch: string; position: number; hash: string } | undefined;
			identity(): { store: string; tenant: string; inc: number };
			lastContactAt(): Instant | null;
			commandResult(id: string): { code: string; out: unknown } | undefined;
		};
		meta: { bytes(): { bytes: number; freeBytes: number } };
		// Left out by ledgers that keep only positions, as in tests: the link then does without the features that need them.
		epochs?: { parent(stream: UpStream): StreamPosition | undefined };
		snapshots?: { pending(stream: string): { manifest: Manifest; have: Set<number> } | undefined };
		articles?: { page(after: string, limit: number): Article[]; bySku(sku: string): Article | undefined };
		prices?: { of(sku: string): Price[]; skus(after: string, limit: number): string[] };
		stock?: { hands(after: string, limit: number): StockRow[]; hand(sku: string): StockRow };
		parked?: { page(after: ParkedKey | undefined, limit: number): (ParkedKey & { record: unknown })[] };
		alarms?: { list(): { id: string; level: string; since: Instant; clearedAt: Instant | null }[] };
		devices?: { list(): { id: string; family: string; trouble: string | null }[] };
		receivedLog?: {
			after(stream: string, seq: number, letters: number): { records: [seq: number, record: unknown][]; seals: SealRun[]; more: boolean };
		};
		checkpoints?: { of(stream: string, epoch: string): Checkpoints };
	};
	bells: { on(bell: "up:facts" | "up:notes", ring: () => void): () => void };
	now(): Moment;
}
