import { genesis } from "../../words/basics/chain.ts";
import { defined } from "../../words/defined.ts";
import { type Checkpoints, commonCheckpoint } from "../../words/streams/checkpoints.ts";
import { compareUp } from "../machine/handshake.ts";
import type { RateLimit } from "../machine/rate-limit.ts";
import { type Ack, type Nak, type StreamPosition, type UpHead, type UpStream, upStreams } from "../protocol/messages.ts";
import type { Clock, Dice, LinkLog } from "../run/clock.ts";
import { runSendStream, type SendStream, type SignedBatch } from "../run/send-stream.ts";
import type { LinkLedger } from "./ledger-port.ts";

export interface Push {
	heads(): Record<UpStream, UpHead>;
	/** `checkpoints`: HQ's checkpoints of the streams in doubt. */
	welcomed(
		positions: Partial<Record<UpStream, StreamPosition>>,
		window: number,
		checkpoints?: Partial<Record<UpStream, Checkpoints>>,
	): void;
	ack(ack: Ack): void;
	nak(nak: Nak): void;
	/** Sends all records again that are not acknowledged. */
	resend(stream: UpStream): void;
	stopStreams(): void;
	stop(): void;
	/** Streams whose history differs from HQ's. They wait for HQ's checkpoints, and then for a new epoch. */
	forks(): Partial<Record<UpStream, string>>;
}

/** The least time between two new epochs of a stream, should one not settle the fork. */
const epochEveryMs = 60_000;

export interface PushDeps {
	ledger: LinkLedger;
	clock: Clock;
	dice: Dice;
	rateLimit: RateLimit;
	log: LinkLog;
	session(): string;
	publish(payload: Buffer): void;
	/** Undefined: batches go unsigned. */
	sign: ((batch: SignedBatch) => { kid: string; sig: string }) | undefined;
	greet(why: string): void;
}

/** Up streams whose history differs from HQ's. */
interface Forks {
	/** Answers false where the fork was known already. */
	found(stream: UpStream, why: string): boolean;
	settled(stream: UpStream): void;
	list(): Partial<Record<UpStream, string>>;
	/** `checkpoints`: HQ's checkpoints of the streams that `list` names. */
	openEpoch(checkpoints: Partial<Record<UpStream, Checkpoints>>): Promise<void>;
}

/**
 *   agreed ── a welcome does not fit ──▶ forked ── HQ's checkpoints come ──▶ forked, in a new epoch ── a welcome fits ──▶ agreed
 *                                        alarm `hq-forked`, another hello                           alarm cleared
 */
function watchForks({ ledger, clock, log, greet }: PushDeps, stopStreams: () => void): Forks {
	const { link } = ledger.read;
	const forks: Partial<Record<UpStream, string>> = {};
	let openedAtMs = -Infinity;
	return {
		found(stream, why) {
			if (forks[stream] === why) return false;
			forks[stream] = why;
			log.warn({ stream, why }, "this box and HQ do not have the same past; asking where they parted");
			ledger.do("raiseAlarm", { code: "hq-forked", subject: stream, facts: { device: "hq", why } }).catch(() => {});
			return true;
		},
		settled(stream) {
			if (forks[stream]) ledger.do("clearAlarm", { code: "hq-forked", subject: stream }).catch(() => {});
			delete forks[stream];
		},
		list: () => ({ ...forks }),
		/**
		 * Begins a new epoch after the newest number at which both ends agree. Both histories stay: HQ keeps its own as a fork, and receives this
		 * one; facts that it has already it recognises by their ids.
		 */
		async openEpoch(checkpoints) {
			const ackedTo: Partial<Record<UpStream, number>> = {};
			for (const stream of upStreams) {
				const past = checkpoints[stream];
				if (forks[stream] === undefined || !past) continue;
				ackedTo[stream] =
					commonCheckpoint(past, (seq) => (seq <= link.up(stream).last ? link.upHash(stream, seq) : undefined))?.position ?? 0;
			}
			if (Object.keys(ackedTo).length === 0 || clock.nowMs() - openedAtMs < epochEveryMs) return;
			openedAtMs = clock.nowMs();
			stopStreams();
			await ledger.do("openUpEpoch", { ackedTo, why: Object.values(forks).join("; ") });
			log.warn({ ...ackedTo }, "a new epoch begins where this box and HQ last agreed");
			greet("a new epoch");
		},
	};
}

function sendStream({ ledger, clock, dice, rateLimit, log, session, publish, sign, greet }: PushDeps, stream: UpStream): SendStream {
	const { link } = ledger.read;
	return runSendStream({
		...{ stream, clock, dice, rateLimit, log, session, publish, greet },
		...defined({ sign }),
		read: (after, limit) => link.upAfter(stream, after, limit),
		moved: ({ epoch, position, hash }) =>
			link.up(stream).acked < position ? ledger.do("moveUpPosition", { stream, epoch, upTo: position, hash }) : undefined,
	});
}

/**
 * Sends facts and notes to HQ: reads them from the ledger and sends them again until they are acknowledged. Only an acknowledgement moves
 * the position.
 */
export function runPush(deps: PushDeps): Push {
	const { ledger, log, greet } = deps;
	const sending = Object.fromEntries(upStreams.map((stream) => [stream, sendStream(deps, stream)])) as Record<UpStream, SendStream>;
	const stopListening = upStreams.map((stream) => ledger.bells.on(`up:${stream}`, () => sending[stream].apply({ type: "news" })));
	const stopStreams = (): void => upStreams.forEach((stream) => sending[stream].apply({ type: "end" }));
	const forks = watchForks(deps, stopStreams);
	const named = (name: string): SendStream[] => upStreams.filter((stream) => stream === name).map((stream) => sending[stream]);

	function welcome(stream: UpStream, hqAt: StreamPosition | undefined, window: number): void {
		const verdict = compareUp(headOf(ledger, stream), hqAt, (seq) => ledger.read.link.upHash(stream, seq));
		if (verdict.kind === "begin") {
			forks.settled(stream);
			sending[stream].apply({ type: "begin", window, ...verdict.at });
			// A bell may have been lost: the records are then sent after the next hello, a minute later at most.
			sending[stream].apply({ type: "news" });
			return;
		}
		sending[stream].apply({ type: "end" });
		if (verdict.kind === "fork" && forks.found(stream, verdict.why)) greet(verdict.why);
	}

	return {
		heads: () => ({ facts: headOf(ledger, "facts"), notes: headOf(ledger, "notes") }),
		welcomed(positions, window, checkpoints) {
			for (const stream of upStreams) welcome(stream, positions[stream], window);
			if (checkpoints)
				forks
					.openEpoch(checkpoints)
					.catch((error: unknown) => log.warn({ error: String(error) }, "cannot open a new epoch; the next welcome will"));
		},
		ack(ack) {
			noteTwice(deps, ack);
			named(ack.stream).forEach((stream) => stream.apply({ type: "ack", ...ack }));
		},
		nak: (nak) => named(nak.stream).forEach((stream) => stream.apply({ type: "nak", ...nak })),
		resend(stream) {
			sending[stream].apply({ type: "end" });
			greet("asked to send again");
		},
		stopStreams,
		stop() {
			upStreams.forEach((stream) => sending[stream].stop());
			stopListening.forEach((stop) => stop());
		},
		forks: () => forks.list(),
	};
}

/** HQ has another movement under the same id from this store: an alarm, because nobody here reads HQ's dead letters. */
function noteTwice({ ledger, log }: PushDeps, { stream, rejected }: Ack): void {
	if (stream !== "facts") return;
	for (const { seq, code } of rejected ?? []) {
		if (code !== "movement-differs") continue;
		const fact = ledger.read.link.upAfter(stream, seq - 1, 1)[0]?.record;
		if (fact?.type !== "stock.moved") continue;
		const { id, sku, quantity, reason } = fact.movement;
		const name = ledger.read.articles?.bySku(sku)?.name ?? sku;
		ledger
			.do("raiseAlarm", {
				code: "movement-twice",
				subject: id,
				facts: { device: "hq", movement: id, sku, name, here: `${quantity} (${reason})` },
			})
			.catch((error: unknown) => log.warn({ error: String(error), movement: id }, "cannot raise the alarm"));
	}
}

function headOf({ read: { link, epochs } }: LinkLedger, stream: UpStream): UpHead {
	const { epoch, last, hash, acked } = link.up(stream);
	// Where the ledger no longer has this record, its hash is unknown. Only an epoch that HQ has never seen would need it.
	const ackedHash = acked === 0 ? genesis : acked === last ? hash : (link.upHash(stream, acked) ?? genesis);
	const parent = epochs?.parent(stream);
	return { epoch, last, hash, acked, ackedHash, ...defined({ parent }) };
}
