import { type CodeContent, readCode } from "../../drivers/scanner/content.ts";
import type { Book, BrokerOp, ScanBacklogRow } from "../ledger/ledger.ts";
import type { StoreEvent } from "../words/event.ts";
import { type Scan, unpackScans } from "../words/scan.ts";
import type { Moment } from "../words/time.ts";
import { brokerApply } from "./broker-memory.ts";
import { countingAt } from "./prices/counting.ts";

/** A scan becomes a fact, with the article if the store knows it. The same message again, known by its own id, makes no second one. */
export function recordScans(book: Book, { scans }: { scans: Scan[] }, now: Moment): RecordedScan[] {
	return scans.map((scan) => recordScan(book, scan, now));
}

export interface RecordedScan {
	id: string;
	seq: number;
	duplicate: boolean;
}

function recordScan(book: Book, scan: Scan, now: Moment): RecordedScan {
	const content = readCode(scan.code, { ...(scan.aim !== undefined && { aim: scan.aim }), at: new Date(now.wall) });
	const gtin = gtinOf(content);
	const article = book.articles.byScan(scan.code, gtin);
	const price = article && book.prices.winning(article.sku, countingAt(book, now));
	const elements = content.kind === "gs1" ? Object.fromEntries(content.elements.map((element) => [element.ai, element.value])) : undefined;
	const body = {
		type: "article.scanned" as const,
		device: scan.device,
		code: scan.code,
		symbology: scan.symbology ?? null,
		symbologySource: scan.symbologySource,
		gtin: gtin ?? null,
		sku: article?.sku ?? null,
		name: article?.name ?? null,
		amountMinor: price?.amountMinor ?? null,
		currency: price?.currency ?? null,
		...(elements && { elements }),
	};
	if (scan.sourceId === undefined) return answerOf(book.events.append(body, now));
	const event = book.events.appendOnce(body, now, { device: scan.device, id: scan.sourceId });
	return event ? answerOf(event) : { ...answerOf(book.events.bySource(scan.device, scan.sourceId)!), duplicate: true };
}

const answerOf = ({ id, seq }: StoreEvent): RecordedScan => ({ id, seq, duplicate: false });

/** Behind by so much, a storm is taken at the pace it is read. */
const unreadRowsMost = 500;

/**
 * Scans from the broker, as `packScans` packs them. In a storm (`isStorm`: more wait than can be read at once) they are written down as
 * they
 * are, which takes a tenth of the time, and are acknowledged; `readScanBacklog` makes facts of them when there is a moment. Until then
 * later ones
 * wait behind them, so that each device's scans become facts in the order they came. At QoS 2 a message is known by its packet id, which
 * the broker notes in `ops` of the same commit.
 */
export function takeScans(book: Book, { packed, isStorm, ops }: { packed: string; isStorm: boolean; ops?: BrokerOp[] }, now: Moment): void {
	if (ops) brokerApply(book, { ops });
	const behind = book.scanBacklog.rows();
	if (!isStorm && behind === 0) return void recordScans(book, { scans: unpackScans(packed) }, now);
	if (behind >= unreadRowsMost) readScanBacklog(book);
	book.scanBacklog.put(packed, now);
	book.ring("unread");
}

/** Some five hundred scans: what the ledger's thread does in a few milliseconds. */
const readAtOnceChars = 32_000;

/** Makes facts of the oldest scans that were only written down, in the transaction that forgets them. Answers whether there are more. */
export function readScanBacklog(book: Book, _: object = {}): boolean {
	let chars = 0;
	for (let row = book.scanBacklog.oldest(); row; row = book.scanBacklog.oldest()) {
		// After a storm rows are small: a few at a time would never catch up with what still comes.
		if (chars > 0 && chars + row.packed.length > readAtOnceChars) return true;
		chars += row.packed.length;
		read(book, row);
		book.scanBacklog.drop(row.n);
	}
	return false;
}

function read(book: Book, { n, packed, now }: ScanBacklogRow): void {
	for (const [i, scan] of unpackScans(packed).entries()) {
		try {
			recordScan(book, scan, now);
		} catch (error) {
			// A scan that cannot be a fact must not stand in the way of those behind it for ever.
			if (!(error instanceof TypeError)) throw error;
			book.link.bury("scans", "", n * 1_000 + i, "not-readable", error.message, scan);
		}
	}
}

function gtinOf(content: CodeContent): string | undefined {
	return "gtin14" in content ? content.gtin14 : undefined;
}
