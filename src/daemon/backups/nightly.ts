/**
 * A backup each night, proved, and the alarm when none is younger than 24 hours.
 *
 *     due: the store's clock passed `backup.at` since the newest one (a look each minute, for an hour), or the newest is nearly a day old
 */
import { Worker } from "node:worker_threads";
import { backupFolder, isDue, type KeptBackup, keptBackups, sweepHalfMade } from "../../access/box/backup-shelf.ts";
import type { Config } from "../../config/schema.ts";
import { timeZoneOfThisBox } from "../clock.ts";
import type { Opening } from "../rooms/opening.ts";
import type { BackupOrder } from "./backup-worker.ts";

const dayMs = 86_400_000;
const hourMs = 60 * 60_000;
const lookEveryMs = 60_000;
/** The first look is some minutes after the start: the start has enough to do, and a store that is being set up restarts often. */
const firstAfterMs = 10 * 60_000;
const alarm = { code: "backup-old", subject: "backup" } as const;

/** `startsAfterMs`: when the first look is, after the start; a test shortens it. */
export function tendBackups(opening: Opening, startsAfterMs = firstAfterMs): void {
	const { config, ledger, log, parts } = opening;
	if (opening.isDemo || !config.backup.nightly) {
		void ledger.do("clearAlarm", alarm).catch((error: Error) => log.error({ error: error.message }, "an alarm could not be cleared"));
		return;
	}
	const folder = backupFolder(config);
	sweepHalfMade([config.data], config.store);
	const newest = (): KeptBackup | undefined => keptBackups(folder, config.store)[0];
	const work: Work = { triedAtMs: -hourMs, worker: undefined, why: undefined };

	const look = async (): Promise<void> => {
		const now = ledger.now().wall;
		const nowMs = Date.parse(now);
		// A backup that failed is tried again after an hour.
		if (!work.worker && performance.now() - work.triedAtMs >= hourMs && isDue(madeAtMs(newest()), nowMs, sinceNight(config, nowMs))) {
			work.triedAtMs = performance.now();
			const { data, store, backup } = config;
			const made = await run({ data, folder, store, keep: backup.keep, to: backup.to, at: now }, (worker) => (work.worker = worker));
			work.why = "why" in made ? made.why : undefined;
			if ("why" in made) log.error({ why: made.why }, "the backup failed");
			else log.info({ ...made.kept }, "a backup was made and proved");
		}
		if (work.worker && performance.now() - work.triedAtMs > hourMs)
			work.why = "it does not come to an end; is the folder on another machine?";
		const newestMs = madeAtMs(newest());
		const isOld = newestMs === undefined || nowMs - newestMs >= dayMs;
		const isOpen = ledger.read.alarms.get(`${alarm.code}:${alarm.subject}`)?.clearedAt === null;
		if (isOld && work.why !== undefined && !isOpen) await ledger.do("raiseAlarm", { ...alarm, facts: { why: work.why } });
		if (!isOld && isOpen) await ledger.do("clearAlarm", alarm);
	};
	const begin = (): void => void look().catch((error: Error) => log.error({ error: error.message }, "backups could not be looked at"));
	let again: NodeJS.Timeout | undefined;
	const first = setTimeout(() => {
		begin();
		again = setInterval(begin, lookEveryMs);
		again.unref();
	}, startsAfterMs);
	first.unref();
	parts.add(async () => {
		clearTimeout(first);
		clearInterval(again);
		await work.worker?.terminate();
	});
}

interface Work {
	/** When the last one began, by the monotonic clock. */
	triedAtMs: number;
	worker: Worker | undefined;
	/** Why the last backup failed, or that it does not end. */
	why: string | undefined;
}

const madeAtMs = (backup: KeptBackup | undefined): number | undefined => backup && Date.parse(backup.at);

function run(order: BackupOrder, hold: (worker: Worker | undefined) => void): Promise<{ kept: KeptBackup } | { why: string }> {
	return new Promise((resolve) => {
		const worker = new Worker(new URL("./backup-worker.ts", import.meta.url), { workerData: order });
		hold(worker);
		const end = (result: { kept: KeptBackup } | { why: string }): void => {
			hold(undefined);
			resolve(result);
		};
		worker.once("message", end);
		worker.once("error", (error) => end({ why: (error as Error).message }));
		worker.once("exit", () => end({ why: "it was stopped" }));
	});
}

/** Milliseconds since the store's clock showed `backup.at`. Computed without Intl's calendars for a box in UTC. */
function sinceNight({ backup, timeZone = timeZoneOfThisBox() }: Config, nowMs: number): number {
	const [hours, minutes] = (timeZone === "UTC" ? new Date(nowMs).toISOString().slice(11, 16) : clockIn(timeZone, nowMs))
		.split(":")
		.map(Number);
	const [atHours, atMinutes] = backup.at.split(":").map(Number);
	return ((hours! * 60 + minutes! - atHours! * 60 - atMinutes! + 1_440) % 1_440) * 60_000;
}

const clockIn = (timeZone: string, nowMs: number): string =>
	new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(nowMs);
