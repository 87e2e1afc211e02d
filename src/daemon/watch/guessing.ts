/** The alarm about guessed passwords at the desk: raised after every ten refusals, cleared a quarter of an hour after the last. */
import type { StoreLedger } from "../../flows/flows.ts";
import type { createLog } from "../log.ts";

const quietMs = 15 * 60_000;
const lookEveryMs = 60_000;
const code = "sign-in-guessed";
const subject = "desk";

export interface GuessingWatch {
	/** Called after ten more refusals for this name, or from this address. */
	guessed(name: string, address: string): void;
	stop(): void;
}

export function watchGuessing(ledger: Pick<StoreLedger, "do">, log: ReturnType<typeof createLog>): GuessingWatch {
	// An alarm that an earlier run left open ends by the same rule, counted from this start.
	let lastMs = performance.now();
	let isOver = false;
	const failed = (error: Error): void => log.error({ error: error.message }, "the alarm about guessed passwords could not be kept");
	const timer = setInterval(() => {
		if (isOver || performance.now() - lastMs < quietMs) return;
		isOver = true;
		ledger.do("clearAlarm", { code, subject }).catch(failed);
	}, lookEveryMs);
	timer.unref();
	return {
		guessed(typed, address) {
			const name = printable(typed);
			log.warn({ name, address }, "somebody guesses passwords at the desk");
			lastMs = performance.now();
			isOver = false;
			ledger.do("raiseAlarm", { code, subject, facts: { name, address } }).catch(failed);
		},
		stop: () => clearInterval(timer),
	};
}

/** Text that a stranger typed, made safe to show in an alarm. */
const printable = (typed: string): string => typed.replace(/[^\p{L}\p{N}._@ -]/gu, "").slice(0, 40);
