import type { StoreLedger } from "../../flows/flows.ts";
import type { BoxClock } from "../clock.ts";

/** The clock is looked at this often, so that a jump is noticed while nothing happens in the shop. */
const lookEveryMs = 5_000;

/** Gives the clock the latest sure time of the ledger, and records each doubt about the clock once. */
export function watchClock(
	clock: BoxClock,
	ledger: StoreLedger,
	log: { warn(facts: object, sentence: string): void },
): { look(): Promise<void>; stop(): void } {
	clock.useFloor(ledger.read.link.clockFloor());
	let said: string | undefined;
	let differs: boolean | undefined;
	const lookAtHq = async (): Promise<void> => {
		const aheadMs = clock.hqAheadMs();
		if (differs === (aheadMs !== undefined)) return;
		differs = aheadMs !== undefined;
		const minutes = Math.round((aheadMs ?? 0) / 60_000);
		if (aheadMs !== undefined) {
			log.warn({ minutes }, "head office's time is another and is not followed");
			await ledger.do("raiseAlarm", { code: "hq-clock-differs", subject: "hq", facts: { minutes: String(minutes) } });
		} else await ledger.do("clearAlarm", { code: "hq-clock-differs", subject: "hq" });
	};
	const look = async (): Promise<void> => {
		await lookAtHq().catch((error: Error) => log.warn({ error: error.message }, "head office's other time could not be noted"));
		const doubt = clock.doubt();
		if (doubt?.why === said) return;
		said = doubt?.why;
		if (doubt) log.warn({ ...doubt }, "the clock is not trusted");
		try {
			if (doubt) await ledger.do("doubtClock", { wall: doubt.wall, why: doubt.why });
			else await ledger.do("trustClock", {});
		} catch (error) {
			log.warn({ error: (error as Error).message }, "the doubt about the clock could not be noted");
		}
	};
	const timer = setInterval(() => void look(), lookEveryMs);
	timer.unref();
	void look();
	return { look, stop: () => clearInterval(timer) };
}
