import { defined } from "../../../words/defined.ts";
import type { StockDifference } from "../../../words/streams/arrived.ts";
import { addStockToSums, bucketOf, openSums, textsOfSums } from "../../protocol/buckets.ts";
import type { StockAt, StockRow, Welcome } from "../../protocol/messages.ts";
import type { Clock, Dice, LinkLog } from "../../run/clock.ts";
import type { LinkLedger } from "../ledger-port.ts";
import type { Requests } from "../requests.ts";

export type StockComparison = "equal" | "differs" | "moving" | "no-answer" | "not-now";

/**
 * Compares the store's stock with HQ's: soon after each start and whenever a stream began anew, every hour, and after an hour without the
 * line (LINK rule 6). A movement may have been lost with a restored backup, or a bit flipped. Stock is not put right by itself, because
 * nobody knows which end is wrong: an alarm at both ends asks for a count.
 *
 *   sums of 256 buckets ──▶ HQ ──▶ buckets that differ
 *   rows of one of them, and the positions that they stand for ──▶ HQ ──▶ rows that differ, SKUs that moved meanwhile, SKUs only HQ has
 */
export interface StockComparing {
	welcomed(awayMs: number, welcome: Pick<Welcome, "up" | "dn" | "can">): void;
	compareNow(): Promise<StockComparison>;
	counts(): { comparisons: number; differing: number | null };
	stop(): void;
}

const hourMs = 3_600_000;
const jitterMs = 600_000;
/** Spread out, because a city's stores restart together after a power cut. */
const soonMs = 5_000;
const soonJitterMs = 40_000;
const pageRows = 500;
const rowsPerQuestion = 1_000;
/** How often a question is asked again because goods moved, or because HQ has not heard the store's newest facts yet. */
const mostTries = 8;
const waitForAckMs = 500;
const longestWaitForAckMs = 30_000;

interface Deps {
	ledger: LinkLedger;
	requests: Requests;
	clock: Clock;
	dice: Dice;
	log: LinkLog;
	session(): string;
	isTalking(): boolean;
}

/** The state of a bucket after its rows were compared. Undefined: HQ did not answer. */
interface Outcome {
	differs: StockDifference[];
	undecided: string[];
}

export function runStockComparing(deps: Deps): StockComparing {
	const { ledger, clock, dice, log } = deps;
	const counts: { comparisons: number; differing: number | null } = { comparisons: 0, differing: null };
	const compare = stockComparison(deps);
	let running: Promise<StockComparison> | undefined;
	let forget = (): void => {};
	let isAble = false;
	let streams = "";

	const schedule = (ms: number): void => {
		forget();
		if (!ledger.read.stock) return;
		forget = clock.after(ms, () => {
			schedule(hourMs + jitterMs * dice());
			if (!deps.isTalking() || !isAble) return;
			compareNow().then(
				// Goods moved meanwhile and nothing was decided: compare again soon, not in an hour.
				(outcome) => outcome === "moving" && schedule(soonMs + soonJitterMs * dice()),
				(error: unknown) => log.warn({ error: String(error) }, "cannot compare the stock with HQ's"),
			);
		});
	};

	function compareNow(): Promise<StockComparison> {
		if (!isAble) return Promise.resolve("not-now");
		running ??= compare()
			.then(async (found) => {
				if (typeof found === "string") return found;
				const { differs, undecided } = found;
				counts.comparisons += 1;
				counts.differing = differs.length;
				await ledger.do("recordStockComparison", { differs, undecided });
				if (differs.length > 0)
					log.warn({ articles: differs.length, first: differs[0]!.sku }, "the stock here is not HQ's; it is to be counted");
				if (differs.length > 0) return "differs";
				return undecided.length > 0 ? "moving" : "equal";
			})
			.finally(() => (running = undefined));
		return running;
	}

	return {
		welcomed(awayMs, { up, dn, can }) {
			isAble = can?.includes("stock-compare") ?? false;
			const now = `${up.facts?.epoch} ${dn.stock?.epoch}`;
			if (isAble && now !== streams) schedule(soonMs + soonJitterMs * dice());
			else if (awayMs > hourMs) schedule(soonMs + jitterMs * dice());
			if (isAble) streams = now;
		},
		compareNow,
		counts: () => ({ ...counts }),
		stop: () => forget(),
	};
}

type Reading = LinkLedger["read"];
type Pause = (ms: number) => Promise<void>;

/** How far the streams are that change the stock. */
function stockAt({ link }: Reading): StockAt {
	const { epoch, last } = link.up("facts");
	const down = link.dn("stock");
	return { facts: { epoch, position: last }, ...(down && { stock: { epoch: down.epoch, position: down.position } }) };
}

/** Rows and the positions they stand for: no fact was written while they were read. */
function rowsAt(read: Reading, skus: readonly string[]): { rows: StockRow[]; at: StockAt } | undefined {
	for (let tries = 0; tries < mostTries; tries += 1) {
		const before = stockAt(read);
		const rows = skus.map((sku) => read.stock!.hand(sku));
		if (JSON.stringify(stockAt(read)) === JSON.stringify(before)) return { rows, at: before };
	}
	return undefined;
}

async function untilAcknowledged({ link }: Reading, { facts }: StockAt, pause: Pause): Promise<void> {
	for (let waitedMs = 0; waitedMs < longestWaitForAckMs; waitedMs += waitForAckMs) {
		const { epoch, acked } = link.up("facts");
		if (epoch !== facts.epoch || acked >= facts.position) return;
		await pause(waitForAckMs);
	}
}

/** One comparison of the whole stock. */
function stockComparison({ ledger, requests, clock, session }: Deps): () => Promise<Outcome | "no-answer" | "moving" | "not-now"> {
	const { stock } = ledger.read;
	let asked = 0;
	const pause: Pause = (ms) => new Promise((go) => void clock.after(ms, go));

	/** The rows of one bucket with SKUs after `after`, and up to `upTo`. `names` are those that the store knows of them. */
	async function compareRange(bucket: string, after: string, upTo: string | undefined, names: string[]): Promise<Outcome | "no-answer"> {
		const known = new Set(names);
		for (let tries = 0; tries < mostTries; tries += 1) {
			const read = rowsAt(ledger.read, [...known]);
			if (!read) continue;
			await untilAcknowledged(ledger.read, read.at, pause);
			asked += 1;
			const reply = await requests.ask({
				session: session(),
				ask: asked,
				stockBucket: bucket,
				after,
				...defined({ upTo }),
				...read,
			});
			if (!reply) return "no-answer";
			if (!("differs" in reply)) {
				await pause(waitForAckMs * 2 ** tries);
				continue;
			}
			if (reply.unnamed.length > 0) {
				for (const sku of reply.unnamed) known.add(sku);
				continue;
			}
			const here = new Map(read.rows.map((row) => [row[0], row[1]]));
			const differs = reply.differs.map(([sku, atHq]) => ({ sku, here: here.get(sku) ?? 0, atHq }));
			return { differs, undecided: reply.moving };
		}
		return { differs: [], undecided: [...known] };
	}

	async function compareBucket(bucket: string, skus: readonly string[]): Promise<Outcome | "no-answer"> {
		const found: Outcome = { differs: [], undecided: [] };
		let after = "";
		for (let from = 0; from === 0 || from < skus.length; from += rowsPerQuestion) {
			const names = skus.slice(from, from + rowsPerQuestion);
			const isLast = from + rowsPerQuestion >= skus.length;
			const range = await compareRange(bucket, after, isLast ? undefined : names.at(-1), names);
			if (range === "no-answer") return range;
			found.differs.push(...range.differs);
			found.undecided.push(...range.undecided);
			after = names.at(-1) ?? "";
		}
		return found;
	}

	return async () => {
		if (!stock) return "not-now";
		const { texts, skus } = await sumsOf(stock, pause);
		asked += 1;
		const reply = await requests.ask({ session: session(), ask: asked, stockSums: texts });
		if (!reply) return "no-answer";
		if ("code" in reply) return reply.code === "equal" ? { differs: [], undecided: [] } : "no-answer";
		if (!("stockBuckets" in reply)) return "no-answer";
		const found: Outcome = { differs: [], undecided: [] };
		for (const bucket of reply.stockBuckets) {
			const outcome = await compareBucket(bucket, skus.get(bucket) ?? []);
			if (outcome === "no-answer") return outcome;
			found.differs.push(...outcome.differs);
			found.undecided.push(...outcome.undecided);
		}
		return found;
	};
}

/** Read in pages: fifty thousand rows at once would delay a till. The sums need not be of one instant. */
async function sumsOf(
	stock: NonNullable<LinkLedger["read"]["stock"]>,
	pause: (ms: number) => Promise<void>,
): Promise<{ texts: string[]; skus: Map<string, string[]> }> {
	const sums = openSums();
	const skus = new Map<string, string[]>();
	for (let page = stock.hands("", pageRows); page.length > 0; page = stock.hands(page.at(-1)![0], pageRows)) {
		for (const row of page) {
			addStockToSums(sums, row);
			const bucket = bucketOf(row[0]);
			const known = skus.get(bucket);
			if (known) known.push(row[0]);
			else skus.set(bucket, [row[0]]);
		}
		await pause(0);
	}
	return { texts: textsOfSums(sums), skus };
}
