/** What a scan at a device is for. Everywhere but at a device that its configuration sets so, a scan is a question: `lookup`. */
export const scanModes = ["lookup", "bind", "audit", "pick", "receive", "count"] as const;
export type ScanMode = (typeof scanModes)[number];

/**
 * What a scan led to, beside the fact that it was read. `waits`: one more scan is needed, the article for this label or the goods for this
 * order. `ended`: nothing was scanned for a time, and the device is in its own mode again.
 */
export const scanOutcomes = ["mode", "waits", "bound", "audited", "picked", "received", "counting", "counted", "refused", "ended"] as const;
export type ScanOutcome = (typeof scanOutcomes)[number];

/** The modes of a device by its configuration. */
export interface DeviceModes {
	/** Its own. */
	mode: ScanMode;
	/** Those that a mode code switches it to. */
	modes: ScanMode[];
	seconds: number;
}

/** Codes to print: GONDOLA-MODE-COUNT switches, GONDOLA-DONE ends a count. */
export const doneCode = "GONDOLA-DONE";

export function modeOfCode(code: string): ScanMode | undefined {
	const name = /^GONDOLA-MODE-([A-Z]+)$/.exec(code)?.[1]?.toLowerCase();
	return scanModes.find((mode) => mode === name);
}
