/**
 * Whether the ledger's disk accepts writes. Kept in memory, because an alarm about a full disk cannot be written to that disk.
 *
 *   writing ── a write fails for the disk ──▶ refused: alarm `ledger-not-writing`, not ready, a trial write every two seconds
 *      ▲                                        │
 *      └───────────── a write succeeds ─────────┘
 */
import { statfsSync } from "node:fs";
import type { StoreLedger } from "../../flows/flows.ts";
import { troubleOf } from "../../flows/store-troubles.ts";
import { type AlarmRow, LedgerTrouble } from "../../ledger/ledger.ts";

export interface DiskHealth {
	/** The ledger with this alarm among its own, and whose writes are watched. */
	ledger: StoreLedger;
	/** Rooms that are not ready: ["disk"] while nothing can be written. */
	notReady(): string[];
	/** Called when room becomes scarce, and when it was refused; at most once in ten seconds. */
	onShort(look: () => void): void;
	stop(): void;
}

const tryEveryMs = 2_000;
const lookAgainAfterMs = 10_000;
/** Below this the upkeep of the ledger does not wait for its minute: 16 MB, twice the ballast. */
const shortBytes = 16_000_000;
const code = "ledger-not-writing";

/** Troubles of the disk itself; `ledger-busy` and errors of a flow do not count. */
const ofTheDisk = new Set(["disk-full", "disk-failed"]);

interface Log {
	warn(facts: object, sentence: string): void;
	error(facts: object, sentence: string): void;
}

export function watchDisk(inner: StoreLedger, directory: string, log: Log): DiskHealth {
	let refused: AlarmRow | undefined;
	let look: () => void = () => {};
	let lookedAtMs = -lookAgainAfterMs;

	const lookNow = (): void => {
		if (performance.now() - lookedAtMs < lookAgainAfterMs) return;
		lookedAtMs = performance.now();
		look();
	};
	const failed = (why: string): void => {
		lookNow();
		if (refused) refused.count += 1;
		else {
			refused = alarmOf(why, directory, inner.now().wall);
			log.error({ why, directory }, "the ledger's disk refuses what is written; nothing is acknowledged until it takes it again");
			inner.bells.ring(["alarm"]);
		}
	};
	const succeeded = (): void => {
		if (!refused) return;
		log.warn({ since: refused.since, refused: refused.count }, "the ledger's disk takes what is written again");
		refused = undefined;
		inner.bells.ring(["alarm"]);
	};

	const watched: StoreLedger["do"] = (flow, args, moment) => {
		const written = inner.do(flow, args, moment);
		written.then(succeeded, (error: unknown) => {
			if (error instanceof LedgerTrouble && ofTheDisk.has(error.code)) failed(error.code);
		});
		return written;
	};
	const ledger: StoreLedger = { ...inner, do: watched, read: { ...inner.read, alarms: withAlarm(inner.read.alarms, () => refused) } };

	const timer = setInterval(() => {
		if (refused) ledger.do("keepClockFloor", {}).catch(() => {});
		else if (bytesFree(directory) < shortBytes) lookNow();
	}, tryEveryMs);
	timer.unref();
	return {
		ledger,
		notReady: () => (refused ? ["disk"] : []),
		onShort: (act) => void (look = act),
		stop: () => clearInterval(timer),
	};
}

function bytesFree(directory: string): number {
	try {
		const { bavail, bsize } = statfsSync(directory);
		return bavail * bsize;
	} catch {
		return 0;
	}
}

function alarmOf(why: string, directory: string, since: string): AlarmRow {
	return {
		id: `${code}:ledger`,
		level: troubleOf(code)!.level,
		code,
		subject: "ledger",
		facts: { why: why === "disk-full" ? "full" : "failing", directory },
		healsByItself: true,
		since,
		count: 1,
		acknowledgedAt: null,
		clearedAt: null,
	};
}

type Alarms = StoreLedger["read"]["alarms"];

function withAlarm(alarms: Alarms, refused: () => AlarmRow | undefined): Alarms {
	const add = (rows: AlarmRow[]): AlarmRow[] => {
		const own = refused();
		return own ? [own, ...rows.filter(({ id }) => id !== own.id)] : rows;
	};
	return {
		list: () => add(alarms.list()),
		get(id) {
			const own = refused();
			return own?.id === id ? own : alarms.get(id);
		},
		counts() {
			const counts = alarms.counts();
			if (refused()) counts.red += 1;
			return counts;
		},
	};
}
