import { defined } from "../../words/defined.ts";
import type { ArrivedDown } from "../../words/streams/arrived.ts";
import { type ReleaseCheck, withRelease } from "../../words/streams/releases.ts";
import { compareDown } from "../machine/handshake.ts";
import type { Incoming, Rejected } from "../machine/receiver.ts";
import type { Channel } from "../protocol/ids.ts";
import type { Ack, Data, DownHead, DownStream, StreamPosition } from "../protocol/messages.ts";
import { checkRecord } from "../protocol/records.ts";
import type { Clock, LinkLog } from "../run/clock.ts";
import { type ReceiveStream, runReceiveStream } from "../run/receive-stream.ts";
import type { LinkLedger } from "./ledger-port.ts";

/** The streams this build reads. */
export const pulledStreams = ["catalog", "stock", "config"] as const satisfies readonly DownStream[];
type Pulled = (typeof pulledStreams)[number];

export interface Pull {
	/** The store's position in each stream, for the hello. */
	positions(): Partial<Record<Pulled, StreamPosition>>;
	/** Checkpoints of each stream, for the hello. */
	checkpoints(): Partial<Record<Pulled, [number, string][]>>;
	welcomed(heads: Partial<Record<DownStream, DownHead>>): Promise<void>;
	/** The ledger's position moved by a snapshot or a new epoch, and not by records. */
	moved(stream: Pulled): void;
	arrived(data: Data): void;
	/** How far a stream has arrived, whether or not the ledger could commit it. */
	reached(stream: DownStream): StreamPosition | undefined;
	stop(): void;
	counts(): { poison: number; parked: number; known: number; damaged: number };
}

export interface PullDeps {
	ledger: LinkLedger;
	clock: Clock;
	log: LinkLog;
	session(): string;
	publish(channel: Channel, payload: Buffer): void;
	sign?(ack: Ack): Ack;
	isReleased: ReleaseCheck;
	greet(why: string): void;
	/** HQ wants the store to fetch the catalog as a snapshot. */
	wantSnapshot(head: DownHead): void;
}

/** Receives catalog, stock and settings from HQ: each record is checked, each batch committed by one flow and then acknowledged. */
export function runPull({ ledger, clock, log, session, publish, sign, isReleased, greet, wantSnapshot }: PullDeps): Pull {
	let poison = 0;
	let parked = 0;
	const offered: Partial<Record<DownStream, StreamPosition>> = {};

	const judge = (stream: Pulled, record: unknown): ArrivedDown => {
		const checked = checkRecord(stream, record);
		if (checked.kind === "known") return withRelease(checked.record, isReleased);
		if (checked.kind === "parked") {
			parked += 1;
			return { parked: record, type: checked.type };
		}
		poison += 1;
		return { poison: { code: checked.code, why: checked.why }, raw: record };
	};

	async function commit(stream: Pulled, batch: Incoming): Promise<{ position: number; hash: string; rejected: Rejected }> {
		const records = recordsOf(batch, (record) => judge(stream, record));
		const { epoch, from, hash: after, seals } = batch;
		offered[stream] = { epoch, position: batch.upTo, hash: after };
		const accepted = await ledger.do("acceptDown", {
			...{ stream, epoch, from, records, hash: after },
			...(seals.length > 0 && { seals }),
		});
		// The ledger may be further already; then its own position is acknowledged.
		const hash = accepted.position === batch.upTo ? batch.hash : ledger.read.link.dn(stream)?.hash;
		if (hash === undefined) throw new Error("the ledger does not know where the stream is");
		return { position: accepted.position, hash, rejected: accepted.rejected };
	}

	const receiving = Object.fromEntries(
		pulledStreams.map((stream) => {
			const deps = { stream, clock, log, session, publish, greet, ...defined({ sign }) };
			return [stream, runReceiveStream({ ...deps, commit: (batch) => commit(stream, batch) })];
		}),
	) as Record<Pulled, ReceiveStream>;

	return {
		positions: () => positionsOf(ledger),
		checkpoints: () => checkpointsOf(ledger),
		async welcomed(heads) {
			for (const stream of pulledStreams) {
				const head = heads[stream];
				if (!head) continue;
				if (head.snapshot && stream === "catalog") {
					wantSnapshot(head);
					continue;
				}
				const verdict = compareDown(ledger.read.link.dn(stream), head);
				if (verdict.kind === "open") {
					await ledger.do("openDownEpoch", { stream, ...verdict.at });
					log.info({ stream, epoch: head.epoch, from: verdict.at.position }, "HQ begins the stream anew");
				}
				if (receiving[stream].state.at?.epoch !== head.epoch) receiving[stream].begin(verdict.at);
			}
		},
		moved(stream) {
			const at = ledger.read.link.dn(stream);
			if (at) receiving[stream].begin({ epoch: at.epoch, position: at.position, hash: at.hash });
		},
		arrived(data) {
			const pulled = pulledStreams.find((stream) => stream === data.stream);
			if (pulled) receiving[pulled].arrived(data);
		},
		reached(stream) {
			const at = ledger.read.link.dn(stream);
			const last = offered[stream];
			return last && last.epoch === at?.epoch && last.position > at.position ? last : at;
		},
		stop: () => pulledStreams.forEach((stream) => receiving[stream].stop()),
		counts: () => ({
			poison,
			parked,
			known: pulledStreams.reduce((sum, stream) => sum + receiving[stream].state.counts.known, 0),
			damaged: pulledStreams.reduce((sum, stream) => sum + receiving[stream].state.counts.damaged, 0),
		}),
	};
}

/** One for each number of the batch, also for those that HQ left out. */
function recordsOf(batch: Incoming, judge: (record: unknown) => ArrivedDown): ArrivedDown[] {
	const records: ArrivedDown[] = [];
	let next = 0;
	for (let seq = batch.from; seq <= batch.upTo; seq++) {
		const arrived = batch.records[next]?.seq === seq ? batch.records[next++] : undefined;
		records.push(arrived ? judge(arrived.record) : { poison: { code: "withheld", why: "HQ no longer holds it" } });
	}
	return records;
}

function positionsOf({ read: { link } }: LinkLedger): Partial<Record<Pulled, StreamPosition>> {
	return Object.fromEntries(
		pulledStreams.flatMap((stream) => {
			const at = link.dn(stream);
			return at ? [[stream, { epoch: at.epoch, position: at.position, hash: at.hash }]] : [];
		}),
	);
}

function checkpointsOf({ read: { link, checkpoints } }: LinkLedger): Partial<Record<Pulled, [number, string][]>> {
	return Object.fromEntries(
		pulledStreams.flatMap((stream) => {
			const at = link.dn(stream);
			const past = at && checkpoints?.of(stream, at.epoch);
			return past && past.length > 0 ? [[stream, past.map(([seq, hash]) => [seq, hash])]] : [];
		}),
	);
}
