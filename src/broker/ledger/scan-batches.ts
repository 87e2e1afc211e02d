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
	let gathered: Waiting[] = [];
	let out = 0;
	let isSoon = false;
	let lastSize = 0;
	let answeredAt = Number.NEGATIVE_INFINITY;
	let pressedSince: number | undefined;

	const take = (batch: Waiting[], isStorm: boolean): Promise<unknown> =>
		ledger.do("takeScans", { packed: packScans(batch.map((one) => one.scan)), isStorm });
	const answer = ({ scan, done }: Waiting): void => {
		onRecorded(scan);
		done(null);
	};
	const isStorm = (size: number): boolean => {
		if (size < stormFrom) pressedSince = undefined;
		else pressedSince ??= performance.now();
		return pressedSince !== undefined && performance.now() - pressedSince > stormAfterMs;
	};
	const call = async (batch: Waiting[]): Promise<void> => {
		const failed = await take(batch, isStorm(batch.length)).then(
			() => undefined,
			(error: unknown) => ({ error }),
		);
		if (!failed) for (const one of batch) answer(one);
		else if (batch.length > 1 && !isOfTheDisk(failed.error))
			await Promise.all(batch.map((one) => take([one], false).then(() => answer(one), one.done)));
		else for (const one of batch) one.done(failed.error);
		out -= 1;
		lastSize = batch.length;
		answeredAt = performance.now();
		sendSoon();
	};
	const mayCall = (): boolean => gathered.length > 0 && (out === 0 || (out < callsOut && gathered.length >= worthASecondCall));
	const send = (): void => {
		isSoon = false;
		while (mayCall()) {
			const batch = gathered.length <= scansPerCall ? gathered : gathered.slice(0, scansPerCall);
			gathered = gathered.slice(batch.length);
			out += 1;
			void call(batch);
		}
	};
	const sendSoon = (): void => {
		if (isSoon || !mayCall()) return;
		isSoon = true;
		const isBusy = lastSize > 1 && performance.now() - answeredAt < busyMs;
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

/** Errors that concern all calls alike: trying each scan again would only ask a full disk five hundred times. */
function isOfTheDisk(error: unknown): boolean {
	return error instanceof Error && error.name === "LedgerTrouble" && "code" in error && error.code !== "flow-failed";
}
