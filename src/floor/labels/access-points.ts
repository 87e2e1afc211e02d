import type { StoreLedger } from "../../flows/flows.ts";
import type { Log } from "../tender.ts";

/** Access points are asked who is there this often; each answers at once. */
export const pingEveryMs = 15_000;
/** After four questions without an answer, and without a check-in, an access point counts as silent. */
const silentAfterMs = 60_000;
/** At most so many unknown addresses get an alarm of their own. */
const strangersNamed = 8;

export interface AccessPointWatch {
	/** A configured access point sent something. */
	heard(accessPoint: string): void;
	/** An address that is not configured speaks like an access point. */
	stranger(address: string): void;
	stop(): void;
}

/**
 * Raises `base-station-silent` for an access point that says nothing any more, or never did although the configuration names it, and clears
 * it at the next message. Raises `base-station-unknown` for strangers.
 */
export function watchAccessPoints(ledger: StoreLedger, group: string, named: readonly string[], log: Log): AccessPointWatch {
	const heardAtMs = new Map<string, number>(named.map((accessPoint) => [accessPoint, performance.now()]));
	const silent = new Set<string>();
	const strangers = new Set<string>();
	const complain = (error: Error): void =>
		log.error({ device: group, error: error.message }, "an alarm about a base station could not be recorded");
	const raise = (code: string, subject: string): void =>
		void ledger.do("raiseAlarm", { code, subject, facts: { device: subject, group } }).catch(complain);
	const clear = (code: string, subject: string): void => void ledger.do("clearAlarm", { code, subject }).catch(complain);
	for (const accessPoint of named) clear("base-station-unknown", accessPoint.replace(/:\d+$/, ""));

	const looking = setInterval(() => {
		const nowMs = performance.now();
		for (const [accessPoint, atMs] of heardAtMs) {
			if (silent.has(accessPoint) || nowMs - atMs < silentAfterMs) continue;
			silent.add(accessPoint);
			raise("base-station-silent", accessPoint);
		}
	}, 5_000);

	return {
		heard(accessPoint) {
			const isFirst = !heardAtMs.has(accessPoint);
			heardAtMs.set(accessPoint, performance.now());
			// Also at its first message: an alarm of an earlier run may stand.
			if (silent.delete(accessPoint) || isFirst) clear("base-station-silent", accessPoint);
		},
		stranger(address) {
			if (strangers.has(address) || strangers.size >= strangersNamed) return;
			strangers.add(address);
			raise("base-station-unknown", address);
		},
		stop: () => clearInterval(looking),
	};
}
