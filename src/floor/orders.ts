import type { StoreLedger } from "../flows/flows.ts";
import type { Log } from "./tender.ts";

/** A clock that is set is noticed within this; otherwise the next order's own time wakes us. */
const lookEveryMs = 30_000;

/** Ends online orders and leases of coupons, returns and points when their time comes, and warns of orders that will be late. */
export function tendOrders(ledger: StoreLedger, log: Log): { stop(): Promise<void> } {
	const stopped = new AbortController();
	const working = (async () => {
		while (!stopped.signal.aborted) {
			const bell = ledger.bells.wait("order", lookEveryMs, stopped.signal);
			let waitMs = lookEveryMs;
			try {
				const { more, nextAt } = await ledger.do("tendOrderClocks", {});
				const leases = await ledger.do("closeCouponLeases", {});
				const returns = await ledger.do("closeReturnLeases", {});
				const points = await ledger.do("closePointsLeases", {});
				if (more || leases.more || returns.more || points.more) continue;
				if (nextAt !== null) waitMs = Math.max(20, Date.parse(nextAt) - Date.parse(ledger.now().wall));
			} catch (error) {
				log.error({ error: (error as Error).message }, "the clocks of orders could not be looked at; trying again");
				waitMs = 1_000;
			}
			if (waitMs >= lookEveryMs) await bell;
			else await Promise.race([bell, ledger.bells.wait("order", waitMs, stopped.signal)]);
		}
	})();
	return {
		stop() {
			stopped.abort();
			return working;
		},
	};
}
