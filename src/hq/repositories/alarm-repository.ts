import { acknowledgeStanding, listStanding, openStandingAlarms } from "../alarms/standing-alarms.ts";
import { stockDiffers } from "../stock/stock-alarms.ts";
import type { Shared } from "./shared.ts";

/** Alarms of head office that stand until they are over or acknowledged. */
export function alarmRepository({ db, clock }: Shared) {
	return {
		standingAlarms: (bounds: { each: number; most: number }) => openStandingAlarms(db, bounds),
		acknowledgeAlarm: (id: string, by: string) => db.transaction((tx) => acknowledgeStanding(tx, id, by, clock())),
		/** Every article whose stock differs between a store and HQ, also acknowledged ones. */
		stockDifferences: (asked: { store?: string | undefined; after: string; limit: number }) => listStanding(db, stockDiffers, asked),
	};
}
