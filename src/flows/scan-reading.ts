/** How this store reads codes: kept in the ledger at each start, because the ledger's thread also reads scans of the backlog. */
import type { ReadCodeOptions } from "../../drivers/scanner/content.ts";
import type { Book } from "../ledger/ledger.ts";

export type Reading = Omit<ReadCodeOptions, "at" | "aim">;

export interface ScanReading {
	store: Reading;
	/** Settings of single scanners, by device id. */
	devices: Record<string, Reading>;
}

/** Replaces the settings of the last start. */
export function keepScanReading(book: Book, reading: ScanReading): void {
	book.link.set("scanReading", JSON.stringify(reading));
}

let parsed: { text: string; reading: Partial<ScanReading> } = { text: "{}", reading: {} };

/** How each scanner's codes are read: the store's settings, and over them the scanner's own. One query for a whole batch of scans. */
export function readingsOf(book: Book): (device: string) => Reading {
	const text = book.link.scanReading();
	if (parsed.text !== text) parsed = { text, reading: JSON.parse(text) as Partial<ScanReading> };
	const { store = {}, devices = {} } = parsed.reading;
	return (device) => {
		const own = Object.hasOwn(devices, device) ? devices[device] : undefined;
		return own ? { ...store, ...own } : store;
	};
}
