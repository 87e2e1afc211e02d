import { type Checkpoints, commonCheckpoint } from "../../words/streams/checkpoints.ts";
import { compareUp } from "../machine/handshake.ts";
import type { RateLimit } from "../machine/rate-limit.ts";
import { genesis } from "../protocol/chain.ts";
import { type Ack, type Nak, type StreamPosition, type UpHead, type UpStream, upStreams } from "../protocol/messages.ts";
import type { Clock, Dice, LinkLog } from "../run/clock.ts";
import { runSendStream, type SendStream } from "../run/send-stream.ts";
import type { LinkLedger } from "./ledger-port.ts";

export interface Push {
	heads(): Record<UpStream, UpHead>;
	/** `checkpoints`: HQ's, of streams in doubt. */
	welcomed(
		positions: Partial<Record<UpStream, StreamPosition>>,
		window: number,
		checkpoints?: Partial<Record<UpStream, Checkpoints>>,
	): void;
	ack(ack: Ack): void;
	nak(nak: Nak): void;
	/** Everything that is not acknowledged, again. */
	resend(stream: UpStream): void;
	stopStreams(): void;
	stop(): void;
	/** Streams whose past is not the one HQ has; they wait for HQ's marks, and then for a new epoch. */
	forks(): Partial<Record<UpStream, string>>;
}

/** A new epoch changes the ledger; if it does not settle the matter, the next one waits for a calmer hour. */
const epochEveryMs = 60_000;

export interface PushDeps {
	ledger: LinkLedger;
	clock: Clock;
	dice: Dice;
	rateLimit: RateLimit;
	log: LinkLog;
	session(): string;
	publish(payload: Buffer): void;
	greet(why: string): void;
}

/** Facts and notes, store to HQ: read from the ledger, sent again until acknowledged; only HQ's acknowledgement moves the position. */
export function runPush({ ledger, clock, dice, rateLimit, log, session, publish, greet }: PushDeps): Push {
	const forks: Partial<Record<UpStream, string>> = {};
	const { link } = ledger.read;
	let openedAtMs = -Infinity;

	const sending = Object.fromEntries(
		upStreams.map((stream) => [
			stream,
			runSendStream({
				stream,
				clock,
				dice,
				rateLimit,
				log,
				session,
				publish,
				greet,
				read: (after, limit) => link.upAfter(stream, after, limit),
				moved: ({ epoch, position, hash }) =>
					link.up(stream).acked < position ? ledger.do("moveUpPosition", { stream, epoch, upTo: position, hash }) : undefined,
			}),
		]),
	) as Record<UpStream, SendStream>;

	const silence = upStreams.map((stream) => ledger.bells.on(`up:${stream}`, () => sending[stream].apply({ type: "news" })));
	const stopStreams = (): void => upStreams.forEach((stream) => sending[stream].apply({ type: "end" }));

	function welcome(stream: UpStream, mark: StreamPosition | undefined, window: number): void {
		const head = headOf(ledger, stream);
		const verdict = compareUp(head, mark, (seq) => link.upHash(stream, seq));
		if (verdict.kind === "begin") {
			if (forks[stream]) ledger.do("clearAlarm", { code: "hq-forked", subject: stream }).catch(() => {});
			delete forks[stream];
			sending[stream].apply({ type: "begin", window, ...verdict.at });
			// Should a bell ever have been lost, what it rang for waits a minute and not until the next fact.
			sending[stream].apply({ type: "news" });
			return;
		}
		sending[stream].apply({ type: "end" });
		if (verdict.kind !== "fork" || forks[stream] === verdict.why) return;
		forks[stream] = verdict.why;
		log.warn({ stream, why: verdict.why }, "this box and HQ do not have the same past; asking where they parted");
		ledger.do("raiseAlarm", { code: "hq-forked", subject: stream, facts: { device: "hq", why: verdict.why } }).catch(() => {});
		greet(verdict.why);
	}

	/**
	 * A new epoch begins after the newest number at which both ends agree. Both histories stay: HQ keeps what it has of the other one, and is
	 * sent ours, of which it knows by their ids the facts that it has already.
	 */
	async function openForkedEpoch(checkpoints: Partial<Record<UpStream, Checkpoints>>): Promise<void> {
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
	}

	return {
		heads: () => ({ facts: headOf(ledger, "facts"), notes: headOf(ledger, "notes") }),
		welcomed(positions, window, checkpoints) {
			for (const stream of upStreams) welcome(stream, positions[stream], window);
			if (checkpoints)
				openForkedEpoch(checkpoints).catch((error: unknown) =>
					log.warn({ error: String(error) }, "cannot open a new epoch; the next welcome will"),
				);
		},
		ack: (ack) => upStreams.filter((stream) => stream === ack.stream).forEach((stream) => sending[stream].apply({ type: "ack", ...ack })),
		nak: (nak) => upStreams.filter((stream) => stream === nak.stream).forEach((stream) => sending[stream].apply({ type: "nak", ...nak })),
		resend(stream) {
			sending[stream].apply({ type: "end" });
			greet("asked to send again");
		},
		stopStreams,
		stop() {
			upStreams.forEach((stream) => sending[stream].stop());
			silence.forEach((off) => off());
		},
		forks: () => ({ ...forks }),
	};
}

function headOf({ read: { link, epochs } }: LinkLedger, stream: UpStream): UpHead {
	const { epoch, last, hash, acked } = link.up(stream);
	// Without the row the chain at `acked` is gone; only an epoch HQ has never seen would need it.
	const ackedHash = acked === 0 ? genesis : acked === last ? hash : (link.upHash(stream, acked) ?? genesis);
	const parent = epochs?.parent(stream);
	return { epoch, last, hash, acked, ackedHash, ...(parent && { parent }) };
}
