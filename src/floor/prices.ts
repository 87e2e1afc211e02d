import type { StoreLedger } from "../flows/flows.ts";
import type { Log } from "./tender.ts";

/** The longest wait between two looks, so that a clock that was set is noticed; otherwise the time of the next price ends the wait. */
const lookEveryMs = 30_000;

/** Puts prices in force when their time comes. */
export function tendPrices(ledger: StoreLedger, log: Log): { stop(): Promise<void> } {
	const stopped = new AbortController();
	const working = (async () => {
		while (!stopped.signal.aborted) {
			const bell = ledger.bells.wait("price-due", lookEveryMs, stopped.signal);
			let waitMs = lookEveryMs;
			try {
				const { more, nextAt } = await ledger.do("activateDue", {});
				if (more) continue;
				if (nextAt !== null) waitMs = Math.max(20, Date.parse(nextAt) - Date.parse(ledger.now().wall));
			} catch (error) {
				log.error({ error: (error as Error).message }, "prices could not be put in force; trying again");
				waitMs = 1_000;
			}
			if (waitMs >= lookEveryMs) await bell;
			else await Promise.race([bell, ledger.bells.wait("price-due", waitMs, stopped.signal)]);
		}
	})();
	return {
		stop() {
			stopped.abort();
			return working;
		},
	};
}
