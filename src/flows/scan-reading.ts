/** How this store reads codes: kept in the ledger at each start, because the ledger's thread also reads scans of the backlog. */
import type { ReadCodeOptions } from "../../drivers/scanner/content.ts";
import type { Book } from "../ledger/ledger.ts";
import type { DeviceModes } from "../words/scanning/scan-modes.ts";

export type Reading = Omit<ReadCodeOptions, "at" | "aim">;

export interface ScanReading {
	store: Reading;
	/** Settings of single scanners, by device id. */
	devices: Record<string, Reading>;
	/** Devices that are set to more than looking up. */
	modes?: Record<string, DeviceModes>;
}

/** Replaces the settings of the last start. */
export function keepScanReading(book: Book, reading: ScanReading): void {
	book.link.set("scanReading", JSON.stringify(reading));
}

let parsed: { text: string; reading: Partial<ScanReading> } = { text: "{}", reading: {} };

function settingsOf(book: Book): Partial<ScanReading> {
	const text = book.link.scanReading();
	if (parsed.text !== text) parsed = { text, reading: JSON.parse(text) as Partial<ScanReading> };
	return parsed.reading;
}

/**
 * What the scans of a device are for; devices that only look up are not in it. As `readingsOf` read it for this batch of scans: one
 * question to the ledger is enough.
 */
export const scanModesRead = (): Record<string, DeviceModes> => parsed.reading.modes ?? {};

/** How each scanner's codes are read: the store's settings, and over them the scanner's own. One query for a whole batch of scans. */
export function readingsOf(book: Book): (device: string) => Reading {
	const { store = {}, devices = {} } = settingsOf(book);
	return (device) => {
		const own = Object.hasOwn(devices, device) ? devices[device] : undefined;
		return own ? { ...store, ...own } : store;
	};
}
