import type { Article } from "../../../words/article.ts";
import { livePrices } from "../../../words/prices/live-prices.ts";
import type { PriceRecord } from "../../../words/streams/catalog.ts";
import { type ReleaseCheck, withoutFalseRelease } from "../../../words/streams/releases.ts";
import { addToSums, bucketOf, openSums, textsOfSums } from "../../protocol/buckets.ts";
import type { StreamPosition } from "../../protocol/messages.ts";
import { checkRecord } from "../../protocol/records.ts";
import type { Clock, Dice, LinkLog } from "../../run/clock.ts";
import type { LinkLedger } from "../ledger-port.ts";
import type { Requests } from "../requests.ts";

export type Comparison = "equal" | "mended" | "moving" | "too-many" | "no-answer" | "not-now";

/**
 * Compares the store's catalog with HQ's: every hour, after an hour without the line, and at the first welcome after a
 * crash or an upgrade (LINK rule 6).
 * A bit may have flipped, or a repair may have lost a row. Only buckets that differ are fetched.
 */
export interface Comparing {
	welcomed(awayMs: number): void;
	compareNow(): Promise<Comparison>;
	counts(): { comparisons: number; buckets: number; rows: number };
	stop(): void;
}

const hourMs = 3_600_000;
const jitterMs = 600_000;
/** After a crash the catalog is compared within half a minute, spread out because a city's stores restart together after a power cut. */
const crashMs = 1_000;
const crashJitterMs = 29_000;
const pageRows = 500;

interface ComparingDeps {
	ledger: LinkLedger;
	requests: Requests;
	clock: Clock;
	dice: Dice;
	log: LinkLog;
	/** Whether this start followed a crash or an older build. */
	owesComparison: boolean;
	session(): string;
	isTalking(): boolean;
	tooMany(epoch: string): void;
	isReleased: ReleaseCheck;
}

export function runComparing(deps: ComparingDeps): Comparing {
	const { ledger, requests, clock, dice, log } = deps;
	const { articles, prices } = ledger.read;
	const counts = { comparisons: 0, buckets: 0, rows: 0 };
	let running: Promise<Comparison> | undefined;
	let forget = (): void => {};
	let isOwed = deps.owesComparison;

	const schedule = (ms: number): void => {
		forget();
		if (!articles || !prices) return;
		forget = clock.after(ms, () => {
			schedule(hourMs + jitterMs * dice());
			if (deps.isTalking())
				compareNow().catch((error: unknown) => log.warn({ error: String(error) }, "cannot compare the catalog with HQ's"));
		});
	};
	const isAt = ({ epoch, position }: StreamPosition): boolean => {
		const own = ledger.read.link.dn("catalog");
		return own?.epoch === epoch && own.position === position;
	};

	async function compare(): Promise<Comparison> {
		const now = ledger.now();
		const own = ledger.read.link.dn("catalog");
		if (!articles || !prices || !own || now.quality === "guess") return "not-now";
		const at: StreamPosition = { epoch: own.epoch, position: own.position, hash: own.hash };
		const { texts, skus } = await sumsOf({ articles, prices }, clock, now.wall);
		if (!isAt(at)) return "moving";
		const reply = await requests.ask({ session: deps.session(), buckets: texts, shapes: true, at, asOf: now.wall });
		if (!reply) return "no-answer";
		counts.comparisons += 1;
		if ("code" in reply) {
			if (reply.code === "too-many") deps.tooMany(at.epoch);
			return reply.code === "gone" ? "no-answer" : reply.code;
		}
		if (!("buckets" in reply)) return "no-answer";
		for (const bucket of reply.buckets) {
			const answer = await requests.ask({ session: deps.session(), bucket, at, asOf: now.wall });
			if (!answer) return "no-answer";
			if ("code" in answer) return answer.code === "moving" ? "moving" : "no-answer";
			if ("records" in answer) await mend(bucket, at, now.wall, skus.get(bucket) ?? [], answer.records);
		}
		return "mended";
	}

	async function mend(bucket: string, at: StreamPosition, asOf: string, skus: string[], records: readonly unknown[]): Promise<void> {
		const rows = rowsOf(records, deps.isReleased);
		const mended = await ledger.do("repairBucket", { epoch: at.epoch, position: at.position, asOf, skus, ...rows });
		counts.buckets += 1;
		counts.rows += mended.articles + mended.prices;
		log.warn({ bucket, ...mended }, "the catalog here was not HQ's; these rows were put right");
	}

	function compareNow(): Promise<Comparison> {
		running ??= compare()
			.then((outcome) => {
				if (outcome === "equal" || outcome === "mended" || outcome === "too-many") isOwed = false;
				// The catalog changed meanwhile, or the line was lost: the comparison after the crash is tried again.
				else if (isOwed) schedule(crashMs + crashJitterMs * dice());
				return outcome;
			})
			.finally(() => (running = undefined));
		return running;
	}

	schedule(hourMs * (0.5 + dice()));
	return {
		welcomed(awayMs) {
			if (isOwed) schedule(crashMs + crashJitterMs * dice());
			else if (awayMs > hourMs) schedule(10_000 + jitterMs * dice());
		},
		compareNow,
		counts: () => ({ ...counts }),
		stop: () => forget(),
	};
}

interface Tables {
	articles: NonNullable<LinkLedger["read"]["articles"]>;
	prices: NonNullable<LinkLedger["read"]["prices"]>;
}

/** The sums of all 256 buckets, and which SKUs are in each. Read in pages: fifty thousand rows at once would delay a till. */
async function sumsOf({ articles, prices }: Tables, clock: Clock, asOf: string): Promise<{ texts: string[]; skus: Map<string, string[]> }> {
	const total = openSums();
	const skus = new Map<string, string[]>();
	const add = (sku: string, article: Article | undefined): void => {
		addToSums(total, sku, article, livePrices(prices.of(sku), asOf));
		const bucket = bucketOf(sku);
		const known = skus.get(bucket);
		if (known) known.push(sku);
		else skus.set(bucket, [sku]);
	};
	const letOthersWork = (): Promise<void> => new Promise((go) => void clock.after(0, go));
	for (let page = articles.page("", pageRows); page.length > 0; page = articles.page(page.at(-1)!.sku, pageRows)) {
		for (const article of page) add(article.sku, article);
		await letOthersWork();
	}
	for (let page = prices.skus("", pageRows); page.length > 0; page = prices.skus(page.at(-1)!, pageRows)) {
		for (const sku of page) if (!articles.bySku(sku)) add(sku, undefined);
		await letOthersWork();
	}
	return { texts: textsOfSums(total), skus };
}

/** Articles and prices among a bucket's records; a record that does not fit is left out, and the next comparison finds it again. */
function rowsOf(records: readonly unknown[], isReleased: ReleaseCheck): { articles: Article[]; prices: PriceRecord[] } {
	const rows = { articles: [] as Article[], prices: [] as PriceRecord[] };
	for (const raw of records) {
		const checked = checkRecord("catalog", raw);
		if (checked.kind !== "known") continue;
		const record = withoutFalseRelease(checked.record, isReleased);
		if (record.type === "article") rows.articles.push(record.article);
		if ("price" in record) rows.prices.push(record);
	}
	return rows;
}
