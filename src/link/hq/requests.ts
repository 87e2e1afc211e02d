import { type RateLimit, spendBytes, waitMs } from "../machine/rate-limit.ts";
import { differingTexts } from "../protocol/buckets.ts";
import { pack, packText } from "../protocol/envelope.ts";
import type { Reply, Req } from "../protocol/messages.ts";
import { keyOf } from "../protocol/snapshot.ts";
import type { Clock, LinkLog } from "../run/clock.ts";
import type { CatalogReader, StockReader } from "./repository.ts";

/** Answers a store's requests, in their order and within the line's rate limit. A request that is dropped is sent again by the store. */
export interface RequestServer {
	take(req: Req): void;
	stop(): void;
}

/** A store asks for four chunks at a time; requests beyond this many are dropped. */
const mostWaiting = 16;
/** From this many differing buckets on a snapshot costs less than the buckets. */
const mostDiffering = 64;

export interface RequestServerDeps {
	store: string;
	/** Left out: nothing of the catalog is answered. */
	catalog?: CatalogReader;
	/** Left out: stock is not compared. */
	stock?: StockReader;
	clock: Clock;
	rateLimit: RateLimit;
	log: LinkLog;
	session(): string;
	publish(payload: Buffer): void;
	/** Signs each reply, except chunks: their sums are in the manifest, which is signed. Left out: nothing is signed. */
	sign?<T extends object>(reply: T): T & { kid: string; sig: string };
}

type CatalogDeps = RequestServerDeps & { catalog: CatalogReader };
type Asked = Exclude<Req, { stream: unknown }>;
type Answers = {
	manifest(req: Extract<Asked, { snapshot: unknown }>): Promise<Buffer>;
	chunk(req: Extract<Asked, { snapshot: unknown }>, id: string, chunk: number): Promise<Buffer>;
	buckets(req: Extract<Asked, { buckets: unknown }>): Promise<Buffer>;
	bucket(req: Extract<Asked, { bucket: unknown }>): Promise<Buffer>;
};

/** One answer for each kind of question; a question that cannot be answered gets a code. */
function answersOf({ store, catalog, session, sign }: CatalogDeps): Answers {
	const packSigned = (reply: Reply): Buffer => pack(sign?.(reply) ?? reply);
	const refusal = (req: Req, of: "snapshot" | "chunk" | "buckets" | "bucket", code: "gone" | "moving" | "equal" | "too-many"): Buffer =>
		packSigned({ session: session(), of, code, key: keyOf(req) });

	/**
	 * A reply of records that are canonical texts already, so that they need not be parsed and printed again. Undefined: it is too large for
	 * one message.
	 */
	const withRecords = (head: object, texts: readonly string[]): Buffer | undefined =>
		packText(`${JSON.stringify(head).slice(0, -1)},"records":[${texts.join(",")}]}`);

	return {
		async manifest(req) {
			const manifest = await catalog.manifest(store);
			if (!manifest) return refusal(req, "snapshot", "gone");
			return packSigned({ session: session(), snapshot: "catalog", manifest });
		},
		async chunk(req, id, chunk) {
			const texts = await catalog.chunk(store, id, chunk);
			return (texts && withRecords({ session: session(), snapshot: "catalog", id, chunk }, texts)) ?? refusal(req, "chunk", "gone");
		},
		async buckets(req) {
			const { at, asOf } = req;
			const ours = await catalog.sums(store, at, asOf, req.shapes !== true);
			if (!ours) return refusal(req, "buckets", "moving");
			const buckets = differingTexts(ours, req.buckets);
			if (buckets.length === 0) return refusal(req, "buckets", "equal");
			if (buckets.length > mostDiffering) return refusal(req, "buckets", "too-many");
			return packSigned({ session: session(), buckets, at, asOf });
		},
		async bucket(req) {
			const { bucket, at, asOf } = req;
			const texts = await catalog.bucket(store, at, asOf, bucket);
			if (!texts) return refusal(req, "bucket", "moving");
			const head = { session: session(), bucket, at, asOf };
			const signed = sign?.({ ...head, records: texts.map((text) => JSON.parse(text) as unknown) });
			return withRecords(signed ? { ...head, kid: signed.kid, sig: signed.sig } : head, texts) ?? refusal(req, "bucket", "too-many");
		},
	};
}

type StockQuestion = Extract<Asked, { ask: unknown }>;

/** Which buckets of the stock differ, and which rows of one bucket. What differs is kept as an alarm at HQ before it is said. */
async function answerStock({ store, session, sign }: RequestServerDeps, stock: StockReader, req: StockQuestion): Promise<Buffer> {
	const { ask } = req;
	const packSigned = (reply: Reply): Buffer => pack(sign?.(reply) ?? reply);
	const refusal = (code: "moving" | "equal"): Buffer => packSigned({ session: session(), of: "stock", code, key: keyOf(req) });
	if ("stockSums" in req) {
		const stockBuckets = await stock.differingBuckets(store, req.stockSums);
		return stockBuckets.length === 0 ? refusal("equal") : packSigned({ session: session(), ask, stockBuckets });
	}
	const { stockBucket } = req;
	const compared = await stock.compareRows(store, { ...req, bucket: stockBucket });
	return compared ? packSigned({ session: session(), ask, stockBucket, ...compared }) : refusal("moving");
}

export function serveRequests(deps: RequestServerDeps): RequestServer {
	const { store, clock, rateLimit, log, catalog, stock } = deps;
	const answers = catalog && answersOf({ ...deps, catalog });
	const waiting: Req[] = [];
	let busy = false;
	let stopped = false;

	async function answer(req: Req): Promise<Buffer | undefined> {
		if ("ask" in req) return stock && answerStock(deps, stock, req);
		if (!answers) return undefined;
		if ("snapshot" in req) {
			const { id, chunk } = req;
			return id === undefined || chunk === undefined ? answers.manifest(req) : answers.chunk(req, id, chunk);
		}
		if ("buckets" in req) return answers.buckets(req);
		return "bucket" in req ? answers.bucket(req) : undefined;
	}

	async function serve(): Promise<void> {
		for (let req = waiting.shift(); req && !stopped; req = waiting.shift()) {
			const payload = await answer(req);
			if (!payload) continue;
			for (let ms = waitMs(rateLimit, clock.nowMs()); ms > 0; ms = waitMs(rateLimit, clock.nowMs()))
				await new Promise<void>((go) => void clock.after(ms, go));
			if (stopped) return;
			rateLimit.messages.tokens -= 1;
			spendBytes(rateLimit, payload.length);
			deps.publish(payload);
		}
	}

	return {
		take(req) {
			if (waiting.length >= mostWaiting) return;
			waiting.push(req);
			if (busy) return;
			busy = true;
			serve()
				.catch((error: unknown) => log.warn({ store, error: String(error) }, "cannot answer what the store asked; it will ask again"))
				.finally(() => {
					busy = false;
				});
		},
		stop() {
			stopped = true;
		},
	};
}
