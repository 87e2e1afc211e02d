import { readCode, type CodeContent } from "../../drivers/scanner/content.ts";
import type { Book, BrokerOp } from "../ledger/ledger.ts";
import type { StoreEvent } from "../words/event.ts";
import type { Moment } from "../words/time.ts";
import { brokerApply } from "./broker-memory.ts";
import { countingAt } from "./price-to-label.ts";

export interface Scan {
	device: string; code: string; aim?: string; symbology?: string; symbologySource: "aim" | "driver" | "guess";
	/** The device's own id for this message, when it gives one. */
	sourceId?: string;
}

/**
 * A scan becomes a fact, with the article if the store knows it. The same message again makes no second one: it is known by its
 * own id, or, at QoS 2, by its packet id, which the broker notes in `ops` of the same commit.
 */
export function recordScans(
	book: Book, { scans, ops }: { scans: Scan[]; ops?: BrokerOp[] }, now: Moment,
): { id: string; seq: number; duplicate: boolean }[] {
	if (ops) brokerApply(book, { ops });
	return scans.map((scan) => {
		const content = readCode(scan.code, { ...(scan.aim !== undefined && { aim: scan.aim }), at: new Date(now.wall) });
		const gtin = gtinOf(content);
		const article = book.articles.byScan(scan.code, gtin);
		const price = article && book.prices.winning(article.sku, now.wall);
		const elements = content.kind === "gs1" ? Object.fromEntries(content.elements.map((element) => [element.ai, element.value])) : undefined;
		const body = {
			type: "article.scanned" as const, device: scan.device, code: scan.code, symbology: scan.symbology ?? null, symbologySource: scan.symbologySource,
			gtin: gtin ?? null, sku: article?.sku ?? null, name: article?.name ?? null,
			amountMinor: price?.amountMinor ?? null, currency: price?.currency ?? null, ...(elements && { elements }),
		};
		if (scan.sourceId === undefined) return answerOf(book.events.append(body, now));
		const event = book.events.appendOnce(body, now, { device: scan.device, id: scan.sourceId });
		return event ? answerOf(event) : { ...answerOf(book.events.bySource(scan.device, scan.sourceId)!), duplicate: true };
	});
}

const answerOf = ({ id, seq }: StoreEvent): { id: string; seq: number; duplicate: boolean } => ({ id, seq, duplicate: false });

function gtinOf(content: CodeContent): string | undefined {
	return "gtin14" in content ? content.gtin14 : undefined;
}
