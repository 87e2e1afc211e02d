import type { CheckIn as HeardCheckIn } from "../../../drivers/label/oepl/frames.ts";
import type { StoreLedger } from "../../flows/flows.ts";
import type { CheckIn } from "../../flows/labels/label-progress.ts";
import type { Log } from "../tender.ts";

const flushEveryMs = 500;
/** A label's last check-in is written once a minute at most: more often would wear out an SD card. */
const shortCheckInEveryMs = 60_000;

/** More labels than any store has: invented ones must not fill the memory. */
const labelsMost = 50_000;

/** Collects the labels' check-ins and writes them a batch at a time. */
export function checkInNotes(
	ledger: StoreLedger,
	log: Log,
): {
	add(heard: HeardCheckIn & { accessPoint: string }, at: string): void;
	/** Of a label that speaks often: written once a minute. */
	note(checkIn: CheckIn): void;
	flush(): Promise<void>;
} {
	const gathered = new Map<string, CheckIn>();
	const writtenAtMs = new Map<string, number>();
	let timer: NodeJS.Timeout | undefined;

	const flush = async (): Promise<void> => {
		clearTimeout(timer);
		timer = undefined;
		if (gathered.size === 0) return;
		const checkIns = [...gathered.values()];
		gathered.clear();
		try {
			await ledger.do("recordCheckIns", { checkIns });
		} catch (error) {
			log.error({ count: checkIns.length, error: (error as Error).message }, "check-ins could not be recorded");
		}
	};

	const mayWrite = (label: string, everyMs: number): boolean => {
		const nowMs = performance.now();
		const last = writtenAtMs.get(label);
		if (last !== undefined && nowMs - last < everyMs) return false;
		if (writtenAtMs.size >= labelsMost) writtenAtMs.clear();
		writtenAtMs.set(label, nowMs);
		return true;
	};
	const gather = (checkIn: CheckIn): void => {
		gathered.set(checkIn.label, checkIn);
		timer ??= setTimeout(() => void flush(), flushEveryMs);
	};

	return {
		note: (checkIn) => {
			if (mayWrite(checkIn.label, shortCheckInEveryMs)) gather(checkIn);
		},
		add(heard, at) {
			if (!mayWrite(heard.mac, heard.short ? shortCheckInEveryMs : shortCheckInEveryMs / 6)) return;
			gather({
				label: heard.mac,
				at,
				accessPoint: heard.accessPoint,
				hwType: heard.hwType ?? null,
				firmware: heard.firmware ?? null,
				batteryMillivolts: heard.batteryMillivolts ?? null,
				rssi: heard.rssi ?? null,
				temperatureCelsius: heard.temperatureCelsius ?? null,
			});
		},
		flush,
	};
}
