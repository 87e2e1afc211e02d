import type { Uplink, UplinkOptions } from "../../uplink/uplink.ts";
import { defined } from "../../words/defined.ts";
import { openLineTrust } from "../start/line-trust.ts";
import { openPart } from "../start/start-failed.ts";
import { version } from "../version.ts";
import type { Opening } from "./opening.ts";

/** The line to HQ; undefined for a store whose configuration names none. */
export async function openUplink(opening: Opening, credentials: UplinkOptions["credentials"]): Promise<Uplink | undefined> {
	const { config, ledger, clock, growth, owesComparison, log, parts } = opening;
	if (!config.hq) await clearLineAlarms(opening);
	const trust = await openPart({ path: "data" }, () => openLineTrust(config, ledger));
	if (!config.hq) return undefined;
	// Loaded here, so that a store without a line does not wait for it at each start.
	const { startUplink } = await import("../../uplink/uplink.ts");
	const uplink = await startUplink({
		ledger,
		url: config.hq.url,
		tenant: config.tenant,
		store: config.store,
		build: version,
		boot: clock.boot,
		owesComparison,
		log,
		credentials: credentials ?? {},
		...defined({ trust }),
		freeDays: () => growth.offlineDaysLeft(),
		onClock: clock.hear,
	});
	parts.add(() => uplink.stop());
	return uplink;
}

/** A store without `hq` in its configuration has no line: alarms of an earlier start about its line end. */
async function clearLineAlarms({ ledger }: Opening): Promise<void> {
	for (const { code, subject } of ledger.read.alarms.list().filter((alarm) => alarm.code.startsWith("hq-")))
		await ledger.do("clearAlarm", { code, subject });
}
