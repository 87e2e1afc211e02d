/** The purpose of a scan at a device. Without a mode in its configuration a device's scans only look up: `lookup`. */
export const scanModes = ["lookup", "bind", "audit", "pick", "receive", "count", "coupon"] as const;
export type ScanMode = (typeof scanModes)[number];

/**
 * The result of a scan, apart from its fact. `waits`: one more scan is needed (the article for this label, the goods for this order, the
 * coupon for this basket). `put-in`: a coupon counts in a basket; `redeemed`: it was redeemed by itself. `ended`: nothing was scanned for
 * a time, and the device is in its own mode again.
 */
export const scanOutcomes = [
	...(["mode", "waits", "bound", "audited", "picked", "received"] as const),
	...(["counting", "counted", "put-in", "redeemed", "refused", "ended"] as const),
] as const;
export type ScanOutcome = (typeof scanOutcomes)[number];

/** The modes of a device by its configuration. */
export interface DeviceModes {
	/** The device's own mode. */
	mode: ScanMode;
	/** The modes to which a scanned mode code may switch it. */
	modes: ScanMode[];
	seconds: number;
}

/** Codes to print, such as GONDOLA-MODE-COUNT, which switches, and GONDOLA-DONE, which ends a count. */
export const doneCode = "GONDOLA-DONE";

export function modeOfCode(code: string): ScanMode | undefined {
	const name = /^GONDOLA-MODE-([A-Z]+)$/.exec(code)?.[1]?.toLowerCase();
	return scanModes.find((mode) => mode === name);
}
