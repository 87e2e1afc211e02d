import type { Opening } from "../rooms/opening.ts";
import { tendSpace } from "./space.ts";

/**
 * Once a minute: notes the time in the ledger, and keeps the ledger within its budget. The budget is also looked at now, and as soon as
 * the disk has little room left.
 */
export function tendEachMinute({ config, ledger, log, parts, disk }: Opening): void {
	const space = tendSpace(ledger, config.limits.ledgerMegabytes * 1_000_000, log);
	void space.look();
	disk.onShort(() => void space.look());
	const minute = setInterval(() => {
		ledger.do("keepClockFloor", {}).catch((error: Error) => log.error({ error: error.message }, "the time could not be noted"));
		void space.look();
	}, 60_000);
	minute.unref();
	parts.add(() => clearInterval(minute));
}
