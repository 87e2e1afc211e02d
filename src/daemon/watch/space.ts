import type { StoreLedger } from "../../flows/flows.ts";
import type { MaintenanceDone } from "../../ledger/ledger.ts";

/** The alarm is cleared this many percent below the threshold that raised it, so that it does not come and go. */
const calmPercent = 5;

interface Log {
	warn(facts: object, sentence: string): void;
}

/** Keeps the ledger within its budget, once a minute, and tells people how full it is. */
export function tendSpace(ledger: StoreLedger, budgetBytes: number, log: Log): { look(): Promise<void> } {
	let looking: Promise<void> | undefined;
	const isOpen = (code: string): boolean => {
		const alarm = ledger.read.alarms.get(`${code}:ledger`);
		return alarm !== undefined && alarm.clearedAt === null;
	};
	const say = async (code: "ledger-disk-short" | "ledger-disk-full", is: boolean, calm: boolean, percent: number): Promise<void> => {
		if (is && !isOpen(code)) await ledger.do("raiseAlarm", { code, subject: "ledger", facts: { device: "ledger", percent } });
		else if (calm && isOpen(code)) await ledger.do("clearAlarm", { code, subject: "ledger" });
	};

	const look = async (): Promise<void> => {
		let done: MaintenanceDone;
		try {
			done = await ledger.maintain(budgetBytes);
		} catch (error) {
			log.warn({ error: (error as Error).message }, "the disk is too full to make room on it");
			return;
		}
		const { space, ballastGone, dropped } = done;
		const percent = Math.round(space.percent);
		if (dropped.B + dropped.C > 0) log.warn({ ...dropped, percent }, "space is short: notes were dropped, and counted");
		const isFull = space.rung === "full" || ballastGone;
		try {
			await say("ledger-disk-full", isFull, !ballastGone && space.percent < 95 - calmPercent, percent);
			await say("ledger-disk-short", space.rung !== "well" || dropped.B + dropped.C > 0, space.percent < 70 - calmPercent, percent);
		} catch (error) {
			log.warn({ error: (error as Error).message, percent }, "the disk is too full for an alarm about it");
		}
	};
	return {
		// A slow disk may need longer than a minute; two at once would only wait for each other.
		look: () => (looking ??= look().finally(() => (looking = undefined))),
	};
}
