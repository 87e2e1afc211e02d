import type { StoreLedger } from "../flows/flows.ts";
import type { Log } from "./tender.ts";

const lookEveryMs = 2_000;

/** Ends a scanner's mode when nothing was scanned for a time; writes nothing while no scanner is in one. */
export function tendScanModes(ledger: StoreLedger, log: Log): { stop(): void } {
	let busy = false;
	const timer = setInterval(() => {
		if (busy || ledger.read.link.scanModes() === "{}") return;
		busy = true;
		ledger
			.do("tendScanModes", {})
			.catch((error: Error) => log.error({ error: error.message }, "the modes of scanners could not be looked at; trying again"))
			.finally(() => {
				busy = false;
			});
	}, lookEveryMs);
	return { stop: () => clearInterval(timer) };
}
