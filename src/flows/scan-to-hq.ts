import { readCode, type CodeContent } from "../../drivers/scanner/content.ts";
import type { Book, BrokerOp } from "../ledger/ledger.ts";
import type { Moment } from "../words/time.ts";
import { brokerApply } from "./broker-memory.ts";

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
		const known = scan.sourceId === undefined ? undefined : book.events.bySource(scan.device, scan.sourceId);
		if (known) return { id: known.id, seq: known.seq, duplicate: true };
		const content = readCode(scan.code, { ...(scan.aim !== undefined && { aim: scan.aim }), at: new Date(now.wall) });
		const gtin = gtinOf(content);
		const article = (gtin === undefined ? undefined : book.articles.byGtin14(gtin)) ?? book.articles.find(scan.code);
		const price = article && book.prices.winning(article.sku, now.wall);
		const elements = content.kind === "gs1" ? Object.fromEntries(content.elements.map((element) => [element.ai, element.value])) : undefined;
		const event = book.events.append(
			{
				type: "article.scanned", device: scan.device, code: scan.code, symbology: scan.symbology ?? null, symbologySource: scan.symbologySource,
				gtin: gtin ?? null, sku: article?.sku ?? null, name: article?.name ?? null,
				amountMinor: price?.amountMinor ?? null, currency: price?.currency ?? null, ...(elements && { elements }),
			},
			now,
			scan.sourceId === undefined ? undefined : { device: scan.device, id: scan.sourceId },
		);
		return { id: event.id, seq: event.seq, duplicate: false };
	});
}

function gtinOf(content: CodeContent): string | undefined {
	return "gtin14" in content ? content.gtin14 : undefined;
}
