/**
 * Scans of many clients, one call of the flow.
 *
 *   record ──▶ gathering ── soon, no call out, or one and many wait ──▶ takeScans(all) ──▶ each one's answer, in order
 *                 ▲                                                        │ refused, or the flow failed
 *                 └── meanwhile more come: a slow disk makes larger calls ─┴──▶ one by one, so that one bad scan harms no other
 */
import { type DeviceScan, packScans } from "../../words/scan.ts";
import type { BrokerLedger } from "../routing/facts.ts";

/** A call with this many scans takes the ledger's thread a few milliseconds, which is how long others wait. */
const scansPerCall = 500;
/**
 * While a call is being committed further scans gather, so that a slow disk syncs less often; with this many they get a call of
 * their own.
 */
const worthASecondCall = 200;
const callsOut = 2;
/** With so many scans in each call for so long, they come faster than they can be read. */
const stormFrom = 200;
const stormAfterMs = 250;

/**
 * While several devices scan at once a call waits so long for the others' scans: a sync costs more than a scan does, and
 * without it two thousand scans a second are a thousand syncs. One device by itself never waits.
 */
const gatherMs = 1;
const busyMs = 5;

type Done = (error: unknown) => void;
interface Waiting {
	scan: DeviceScan;
	done: Done;
}

export interface ScanBatches {
	/** `done` gets null once the scan is on disk. */
	record(scan: DeviceScan, done: Done): void;
}

export function createScanBatches(ledger: Pick<BrokerLedger, "do">, onRecorded: (scan: DeviceScan) => void): ScanBatches {
	const isStorm = watchStorm();
	let gathered: Waiting[] = [];
	let out = 0;
	let isSoon = false;
	/** The last call that was answered. */
	let last = { size: 0, atMs: Number.NEGATIVE_INFINITY };

	const mayCall = (): boolean => gathered.length > 0 && (out === 0 || (out < callsOut && gathered.length >= worthASecondCall));
	const call = async (batch: Waiting[]): Promise<void> => {
		out += 1;
		await takeAll(ledger, batch, isStorm(batch.length), onRecorded);
		out -= 1;
		last = { size: batch.length, atMs: performance.now() };
		sendSoon();
	};
	const send = (): void => {
		isSoon = false;
		while (mayCall()) {
			const batch = gathered.length <= scansPerCall ? gathered : gathered.slice(0, scansPerCall);
			gathered = gathered.slice(batch.length);
			void call(batch);
		}
	};
	const sendSoon = (): void => {
		if (isSoon || !mayCall()) return;
		isSoon = true;
		const isBusy = last.size > 1 && performance.now() - last.atMs < busyMs;
		if (isBusy && gathered.length < worthASecondCall) setTimeout(send, gatherMs);
		else setImmediate(send);
	};
	return {
		record(scan, done) {
			gathered.push({ scan, done });
			sendSoon();
		},
	};
}

/** Tells by the sizes of the calls, one after the other, whether scans have come faster than they can be read for `stormAfterMs`. */
function watchStorm(): (size: number) => boolean {
	let sinceMs: number | undefined;
	return (size) => {
		if (size < stormFrom) sinceMs = undefined;
		else sinceMs ??= performance.now();
		return sinceMs !== undefined && performance.now() - sinceMs > stormAfterMs;
	};
}

/** Gives the batch to the flow, and answers each of its scans. Never rejects. */
async function takeAll(
	ledger: Pick<BrokerLedger, "do">,
	batch: Waiting[],
	isStorm: boolean,
	onRecorded: (scan: DeviceScan) => void,
): Promise<void> {
	const take = (scans: Waiting[], isStorm: boolean): Promise<unknown> =>
		ledger.do("takeScans", { packed: packScans(scans.map(({ scan }) => scan)), isStorm });
	const answer = ({ scan, done }: Waiting): void => {
		onRecorded(scan);
		done(null);
	};
	const failed = await take(batch, isStorm).then(
		() => undefined,
		(error: unknown) => ({ error }),
	);
	if (!failed) for (const one of batch) answer(one);
	else if (batch.length > 1 && !isOfTheDisk(failed.error))
		await Promise.all(batch.map((one) => take([one], false).then(() => answer(one), one.done)));
	else for (const one of batch) one.done(failed.error);
}

/** Errors that concern all calls alike: trying each scan again would only ask a full disk five hundred times. */
function isOfTheDisk(error: unknown): boolean {
	return error instanceof Error && error.name === "LedgerTrouble" && "code" in error && error.code !== "flow-failed";
}
