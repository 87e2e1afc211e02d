/** How this store reads codes: kept in the ledger at each start, because facts are also made of scans that waited for it. */
import type { ReadCodeOptions } from "../../drivers/scanner/content.ts";
import type { Book } from "../ledger/ledger.ts";

export type Reading = Omit<ReadCodeOptions, "at" | "aim">;

export interface ScanReading {
	store: Reading;
	/** What differs for single scanners, by their name. */
	devices: Record<string, Reading>;
}

/** Replaces what the last start kept. */
export function keepScanReading(book: Book, reading: ScanReading): void {
	book.link.set("scanReading", JSON.stringify(reading));
}

let parsed: { text: string; reading: Partial<ScanReading> } = { text: "{}", reading: {} };

/** The store's settings, and on top of them the scanner's own. */
export function readingFor(book: Book, device: string): Reading {
	const text = book.link.scanReading();
	if (parsed.text !== text) parsed = { text, reading: JSON.parse(text) as Partial<ScanReading> };
	const { store = {}, devices = {} } = parsed.reading;
	const own = Object.hasOwn(devices, device) ? devices[device] : undefined;
	return own ? { ...store, ...own } : store;
}
