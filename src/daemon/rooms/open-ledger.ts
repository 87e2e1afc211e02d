import type { Config } from "../../config/schema.ts";
import type { StoreLedger } from "../../flows/flows.ts";
import { makeKey } from "../../trust/keys.ts";
import { createClock, timeZoneOfThisBox } from "../clock.ts";
import type { Closing } from "../closing.ts";
import { openStoreLedger } from "../ledger.ts";
import type { createLog } from "../log.ts";
import { scanReadingOf } from "../scan-inspection.ts";
import { withSettings } from "../settings.ts";
import { openPart } from "../start/start-failed.ts";
import { version } from "../version.ts";
import { watchClock } from "../watch/clock-watch.ts";
import { watchDisk } from "../watch/disk-health.ts";
import { measureGrowth } from "../watch/growth.ts";
import { sayRebuilt } from "../watch/rebuilt.ts";
import type { Opening } from "./opening.ts";

/** Opens the ledger with its clock, applies HQ's settings, and brings what depends on them up to date. */
export async function openLedgerRoom(
	configured: Config,
	log: ReturnType<typeof createLog>,
	parts: Closing,
): Promise<Omit<Opening, "isDemo">> {
	const clock = createClock();
	const opened = await openPart({ path: "data" }, () => openStoreLedger(configured.data, clock.now));
	parts.add(() => opened.close());
	const disk = watchDisk(opened, configured.data, log);
	parts.add(() => disk.stop());
	const { ledger } = disk;
	// Scans that a storm left on the disk before a power cut become facts before any room can read them.
	while (await ledger.do("readScanBacklog", {}));
	const watching = watchClock(clock, ledger, log);
	parts.add(() => watching.stop());
	const { config, ignored } = withSettings(configured, ledger.read.settings.values());
	if (ignored.length > 0) log.warn({ ignored }, "head office wishes settings that this build does not know or cannot take");
	const timeZone = config.timeZone ?? timeZoneOfThisBox();
	const { redraws } = await ledger.do("setIdentity", { store: config.store, tenant: config.tenant, locale: config.locale, timeZone });
	if (!ledger.read.receiptKeys.own()) await ledger.do("keepReceiptKey", newReceiptKey());
	await ledger.do("keepScanReading", scanReadingOf(config));
	const { afterCrash, isUpgraded } = await ledger.do("recordStart", { version, boot: clock.boot });
	parts.add(() => ledger.do("recordStop", undefined));
	if (afterCrash) log.warn({}, "the last run did not say goodbye: a power cut or a crash; everything acknowledged is here");
	if (afterCrash || redraws) await recheckLabels(ledger);
	await sayRebuilt(ledger, log);
	const growth = measureGrowth(ledger, config.limits.ledgerMegabytes * 1_000_000);
	const owesComparison = afterCrash || isUpgraded;
	return { config, locale: config.locale === "zh-CN" ? "zh-CN" : "en", ledger, clock, log, parts, growth, disk, owesComparison };
}

/** Made once in the life of a ledger; it stays in the ledger, so that a copy or a spare signs with the same key. */
function newReceiptKey(): { kid: string; public: string; private: string } {
	const { kid, public: publicText, privateKey } = makeKey("receipt");
	return { kid, public: publicText, private: privateKey.export({ format: "jwk" }).d! };
}

/** Rechecks all labels at the start, a page at a time, so that other writes get their turn between the pages. */
async function recheckLabels(ledger: StoreLedger): Promise<void> {
	let after: string | null = "";
	while (after !== null) ({ after } = await ledger.do("recheckLabels", { after }));
}
