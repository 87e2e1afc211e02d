/**
 * How this store reads codes. Written into the ledger at each start, because the ledger's thread reads the scan backlog and has no
 * configuration.
 */
import type { ReadCodeOptions } from "../../drivers/scanner/content.ts";
import type { Book } from "../ledger/ledger.ts";
import type { DeviceModes } from "../words/scanning/scan-modes.ts";

export type Reading = Omit<ReadCodeOptions, "at" | "aim">;

export interface ScanReading {
	store: Reading;
	/** Settings of single scanners, by device id. */
	devices: Record<string, Reading>;
	/** Devices with a scan mode other than `lookup`. */
	modes?: Record<string, DeviceModes>;
}

/** Replaces the settings of the previous start. */
export function keepScanReading(book: Book, reading: ScanReading): void {
	book.link.set("scanReading", JSON.stringify(reading));
}

export interface ScanSettings {
	/** The store's settings, and over them the scanner's own. */
	readingOf(device: string): Reading;
	/** Undefined: the device only looks up. */
	modesOf(device: string): DeviceModes | undefined;
}

/** How each scanner's codes are read, and what its scans are for. The text is parsed again when it is another one. */
export function scanSettings(book: Book): ScanSettings {
	const text = book.link.scanReading();
	if (text !== last.text) last = { text, settings: settingsOf(JSON.parse(text) as Partial<ScanReading>) };
	return last.settings;
}

function settingsOf({ store = {}, devices = {}, modes = {} }: Partial<ScanReading>): ScanSettings {
	const readings = new Map(Object.entries(devices).map(([device, own]) => [device, { ...store, ...own }]));
	const modesByDevice = new Map(Object.entries(modes));
	return { readingOf: (device) => readings.get(device) ?? store, modesOf: (device) => modesByDevice.get(device) };
}

let last = { text: "{}", settings: settingsOf({}) };
