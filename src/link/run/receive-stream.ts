import { type Incoming, openReceiver, type Receiver, type ReceiverEvent, type Rejected, stepReceiver } from "../machine/receiver.ts";
import { usualWindow } from "../machine/sender.ts";
import { pack } from "../protocol/envelope.ts";
import type { Channel } from "../protocol/ids.ts";
import type { Ack, Data, Stream, StreamPosition } from "../protocol/messages.ts";
import { alarmClock, type Clock, type LinkLog } from "./clock.ts";

export interface ReceiveStreamDeps {
	stream: Stream;
	clock: Clock;
	log: LinkLog;
	session(): string;
	/** Commits effects and position in one transaction; resolves after its fsync. */
	commit(batch: Incoming): Promise<{ position: number; hash: string; rejected: Rejected }>;
	publish(channel: Channel, payload: Buffer): void;
	/** Signs an acknowledgement. Left out: acknowledgements are not signed. */
	sign?(ack: Ack): Ack;
	greet(why: string): void;
	/** Set where the records go to quarantine; every acknowledgement says so. */
	quarantined?: true;
}

export interface ReceiveStream {
	begin(at: StreamPosition): void;
	arrived(data: Data): void;
	/** A commit that has begun is finished, and not acknowledged. */
	stop(): void;
	readonly state: Readonly<Receiver>;
}

/** The most refused records that an acknowledgement names; all of them are among the dead letters. */
const mostRejected = 500;

/** Performs the effects of one stream's receiver, at either end. */
export function runReceiveStream(deps: ReceiveStreamDeps): ReceiveStream {
	const { clock, stream, log } = deps;
	const apart = deps.quarantined ? { quarantined: deps.quarantined } : {};
	const receiver = openReceiver();
	let stopped = false;
	const alarm = alarmClock(clock, () => apply({ type: "tick" }));

	function apply(event: ReceiverEvent): void {
		if (stopped) return;
		const { effects, wakeAtMs } = stepReceiver(receiver, event, clock.nowMs());
		alarm.set(wakeAtMs);
		for (const effect of effects) {
			if (effect.effect === "commit") {
				void commit(effect.batch);
			} else if (effect.effect === "ack") {
				const { epoch, upTo, hash, rejected } = effect;
				const named = rejected.slice(0, mostRejected).map(({ seq, code }) => ({ seq, code: code.slice(0, 64) || "refused" }));
				const refused = named.length > 0 ? { rejected: named } : {};
				const ack: Ack = { session: deps.session(), stream, epoch, upTo, hash, window: usualWindow, ...refused, ...apart };
				deps.publish("ack", pack(deps.sign?.(ack) ?? ack));
			} else if (effect.effect === "nak") {
				const { epoch, have, why } = effect;
				deps.publish("nak", pack({ session: deps.session(), stream, epoch, have, why, ...apart }));
			} else {
				deps.greet(effect.why);
			}
		}
	}

	async function commit(batch: Incoming): Promise<void> {
		let event: ReceiverEvent;
		try {
			event = { type: "committed", epoch: batch.epoch, ...(await deps.commit(batch)) };
		} catch (error) {
			log.warn({ stream, from: batch.from, upTo: batch.upTo, error: String(error) }, "cannot commit what arrived; it will be sent again");
			event = { type: "failed" };
		}
		apply(event);
	}

	return {
		begin: (at) => apply({ type: "begin", ...at }),
		arrived: (data) => apply({ type: "data", data }),
		stop() {
			stopped = true;
			alarm.set(undefined);
		},
		state: receiver,
	};
}
