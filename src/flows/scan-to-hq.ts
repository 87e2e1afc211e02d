import { hash } from "node:crypto";
import { type CodeContent, readCode } from "../../drivers/scanner/content.ts";
import { rcnItemDigits } from "../../drivers/scanner/gs1/rcn.ts";
import { isPaymentCard } from "../../drivers/scanner/payment-card.ts";
import { type Book, type BrokerOp, LedgerRefusal, type ScanBacklogRow } from "../ledger/ledger.ts";
import type { Actor } from "../words/actor.ts";
import type { Article } from "../words/article.ts";
import { looksLikeSignedCode, maskedCode } from "../words/codes/signed-code.ts";
import { defined } from "../words/defined.ts";
import type { EventBody, StoreEvent } from "../words/event.ts";
import { type Scan, unpackScans } from "../words/scan.ts";
import { type StopSale, stopOf } from "../words/streams/stop-sale.ts";
import { type Moment, priceInstantOf } from "../words/time.ts";
import { brokerApply } from "./broker-memory.ts";
import { actOnScan } from "./scan-modes.ts";
import { type Reading, type ScanSettings, scanSettings } from "./scan-reading.ts";

/**
 * Records scans as facts, with the article where the store knows it. A message with a known id makes no second fact. Throws
 * LedgerRefusal payment-card: the doors refuse payment cards first, and this is the last check.
 */
export function recordScans(book: Book, { scans }: { scans: Scan[] }, now: Moment): RecordedScan[] {
	const settings = scanSettings(book);
	return scans.map((scan) => recordScan(book, scan, settings, now));
}

export interface RecordedScan {
	id: string;
	seq: number;
	duplicate: boolean;
	/** Why the mode of the device refused it, as a stable code. */
	refused?: string;
}

function recordScan(book: Book, read: Scan, settings: ScanSettings, taken: Moment): RecordedScan {
	const reading = settings.readingOf(read.device);
	const scan = withoutSignedCode(read);
	const { wall, boot, monoMs, quality } = taken;
	const now: Moment = { wall, boot, monoMs, quality, actor: actorOf(scan) };
	refusePaymentCard(scan.code, scan.aim);
	const content = readCode(scan.code, { ...reading, aim: scan.aim, at: new Date(wall) });
	const body = factOf(book, scan, content, reading, now);
	if (scan.sourceId === undefined) return acted(book, book.events.append(body, now), settings, now);
	const source = { device: scan.device, id: scan.sourceId };
	const event = book.events.appendOnce(body, now, source);
	if (event) return acted(book, event, settings, now);
	const known = book.events.bySource(source.device, source.id)!;
	if (known.type === body.type && known.code === scan.code) return { ...answerOf(known), duplicate: true };
	// Another code under an id that the device used before: the device restarted and counts from the beginning, so it is another scan.
	const key = `${scan.sourceId}~${hash("sha256", scan.code, "hex").slice(0, 16)}`;
	const another = book.events.appendOnce(body, now, { ...source, key });
	return another ? acted(book, another, settings, now) : { ...answerOf(book.events.bySource(source.device, key)!), duplicate: true };
}

const actorOf = ({ device, address }: Scan): Actor =>
	address === undefined ? { kind: "device", name: device } : { kind: "device", name: device, address };

/** Writes a new fact and does, in the same transaction, what the scan is for. */
function acted(book: Book, event: StoreEvent, settings: ScanSettings, now: Moment): RecordedScan {
	const modes = event.type === "article.scanned" ? settings.modesOf(event.device) : undefined;
	const refused = event.type === "article.scanned" && modes ? actOnScan(book, event, modes, now) : undefined;
	return refused === undefined ? answerOf(event) : { ...answerOf(event), refused };
}

export function refusePaymentCard(code: string, aim?: string): void {
	if (isPaymentCard(code, aim)) throw new LedgerRefusal("payment-card", "what looks like a payment card's number is not kept");
}

/** The code of a member, an order or a receipt is not written into a fact: whoever needs it presents it by a request of its own. */
function withoutSignedCode(scan: Scan): Scan {
	if (!looksLikeSignedCode(scan.code)) return scan;
	const { raw: _, ...rest } = scan;
	return { ...rest, code: maskedCode(scan.code) };
}

type ScanFact = Extract<EventBody, { type: "article.scanned" }>;

function factOf(book: Book, scan: Scan, content: CodeContent, reading: Reading, now: Moment): ScanFact {
	const article = articleOf(book, content, reading);
	const stop = stopOf(book.stopSales.of(article, gtinOf(content)), content.kind === "gs1" ? content.lot : undefined);
	const price = stop ? undefined : article && book.prices.chargedPrice(article.sku, priceInstantOf(now, book));
	const fact: ScanFact = {
		type: "article.scanned",
		device: scan.device,
		code: scan.code,
		symbology: scan.symbology ?? null,
		symbologySource: scan.symbologySource,
		gtin: gtinOf(content) ?? null,
		sku: article?.sku ?? null,
		name: article?.name ?? null,
		amountMinor: price?.amountMinor ?? null,
		currency: price?.currency ?? null,
	};
	if (stop) fact.stop = "recall";
	if (scan.raw !== undefined) fact.raw = scan.raw;
	// Most scans are the number of an article and nothing more.
	if (content.kind === "text" || (content.kind === "gtin" && content.addOn === undefined && content.doubts === undefined)) return fact;
	return Object.assign(fact, measuresOf(content), detailsOf(content));
}

/** Further contents of a code, kept in the fact as they were read. */
function detailsOf(content: Exclude<CodeContent, { kind: "text" }>): Pick<ScanFact, "elements" | "addOn" | "faults" | "doubts"> {
	return defined({
		elements: content.kind === "gs1" ? Object.fromEntries(content.elements.map(({ ai, value }) => [ai, value])) : undefined,
		addOn: content.kind === "gtin" ? content.addOn : undefined,
		faults: content.kind === "gs1" ? content.faults : undefined,
		doubts: content.doubts,
	});
}

/** The content of a code that a person scanned or typed at the desk, or that a till scanned. */
export interface Goods extends Pick<ScanFact, "milligrams" | "pieces" | "labelAmountMinor"> {
	article: Article | undefined;
	stop: StopSale | undefined;
	/** 14 digits. */
	gtin?: string;
	lot?: string;
	/** The last day on which this piece may be sold: "2026-11-30". */
	lastDay?: string;
	/** The code is a coupon's (AI 255, 8110 or 8112). */
	isCoupon: boolean;
}

export function goodsIn(book: Book, code: string, now: Moment): Goods {
	const reading = scanSettings(book).readingOf("");
	const content = readCode(code, { ...reading, at: new Date(now.wall) });
	const article = articleOf(book, content, reading) ?? book.articles.find(code);
	const stop = stopOf(book.stopSales.of(article, gtinOf(content)), content.kind === "gs1" ? content.lot : undefined);
	const gs1 = content.kind === "gs1" ? content : undefined;
	const isCoupon = gs1?.elements.some(({ ai }) => ai === "255" || ai === "8110" || ai === "8112") ?? false;
	const more = defined({ gtin: gtinOf(content), lot: gs1?.lot, lastDay: gs1?.expiry ?? gs1?.bestBefore });
	return { article, stop, isCoupon, ...more, ...measuresOf(content) };
}

/** The GS1 elements without a fault in a code that a till scanned; empty where it has none. */
export function elementsIn(book: Book, code: string, now: Moment): { ai: string; value: string }[] {
	const content = readCode(code, { ...scanSettings(book).readingOf(""), at: new Date(now.wall) });
	if (content.kind !== "gs1") return [];
	return content.elements.filter(({ ai }) => !content.faults?.some((fault) => fault.ai === ai && fault.fault !== "excluded-ai-present"));
}

/** Weight, pieces and price that a code carries for this very piece. */
function measuresOf(content: CodeContent): Pick<ScanFact, "milligrams" | "pieces" | "labelAmountMinor"> {
	if (content.kind === "variable-measure")
		return defined({ milligrams: content.milligrams, pieces: content.pieces, labelAmountMinor: content.amountMinor });
	if (content.kind !== "gs1") return {};
	return defined({
		milligrams: content.netMilligrams,
		pieces: content.pieces,
		// A price in another currency than the store's is not used as the price; it stays among the elements.
		labelAmountMinor: content.priceCurrency === undefined ? content.priceAmountMinor : undefined,
	});
}

/**
 * Finds the article of a code. A weighed article is looked up under its code with the value zeroed (with its check digit, or 0 for it),
 * then under its first digits.
 */
function articleOf(book: Book, content: CodeContent, reading: Reading): Article | undefined {
	if (content.kind === "gs1") return content.gtin14 === undefined ? undefined : book.articles.byScan(content.gtin14, content.gtin14);
	if (content.kind === "text") return book.articles.byScan(content.text, undefined);
	if (content.kind === "gtin") return book.articles.byScan(content.asScanned, content.gtin14);
	const { asScanned, itemGtin14 } = content;
	const digits = rcnItemDigits(asScanned.padStart(13, "0"), reading.variableMeasure ?? []);
	return (
		book.articles.byScan(asScanned, itemGtin14) ??
		book.articles.find(`${itemGtin14.slice(0, 13)}0`) ??
		(digits === undefined ? undefined : book.articles.bySku(digits))
	);
}

function gtinOf(content: CodeContent): string | undefined {
	if (content.kind === "variable-measure") return content.itemGtin14;
	return "gtin14" in content ? content.gtin14 : undefined;
}

const answerOf = ({ id, seq }: StoreEvent): RecordedScan => ({ id, seq, duplicate: false });

/** While so many rows wait, a new row is taken only after older ones were read. */
const backlogRowsMost = 500;

/**
 * Scans from the broker, as `packScans` packs them. In a storm (`isStorm`: more are waiting than can be read at once) they are written down
 * as they are, which takes a tenth of the time, and are acknowledged; `readScanBacklog` makes facts of them later. Until then newer scans
 * wait behind them, so that each device's scans become facts in their order. At QoS 2 the broker notes the packet id in `ops` of the same
 * commit.
 */
export function takeScans(book: Book, { packed, isStorm, ops }: { packed: string; isStorm: boolean; ops?: BrokerOp[] }, now: Moment): void {
	if (ops) brokerApply(book, { ops });
	const behind = book.scanBacklog.rows();
	if (!isStorm && behind === 0) return void recordScans(book, { scans: unpackScans(packed) }, now);
	if (behind >= backlogRowsMost) readScanBacklog(book);
	book.scanBacklog.put(packed, now);
	book.ring("scan-backlog");
}

/** About five hundred scans, which take the ledger's thread a few milliseconds. */
const readAtOnceChars = 32_000;

/** Makes facts of the oldest scans of the backlog, and deletes them from it, in one transaction. Returns whether there are more. */
export function readScanBacklog(book: Book, _: object = {}): boolean {
	let chars = 0;
	for (let row = book.scanBacklog.oldest(); row; row = book.scanBacklog.oldest()) {
		// After a storm rows are small: reading few at a time would be slower than what still arrives.
		if (chars > 0 && chars + row.packed.length > readAtOnceChars) return true;
		chars += row.packed.length;
		read(book, row);
		book.scanBacklog.drop(row.n);
	}
	return false;
}

function read(book: Book, { n, packed, now }: ScanBacklogRow): void {
	const settings = scanSettings(book);
	for (const [i, scan] of unpackScans(packed).entries()) {
		try {
			recordScan(book, scan, settings, now);
		} catch (error) {
			// A scan that is refused must not block those behind it.
			if (error instanceof LedgerRefusal) continue; // a payment card: it may not be kept as a dead letter either
			if (!(error instanceof TypeError)) throw error;
			book.link.bury("scans", "", n * 1_000 + i, "not-readable", error.message, scan);
		}
	}
}
