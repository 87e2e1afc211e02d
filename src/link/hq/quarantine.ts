import type { Channel } from "../protocol/ids.ts";
import { type Data, type HelloUp, type Mark, type UpStream, upStreams } from "../protocol/messages.ts";
import type { Clock, LinkLog } from "../run/clock.ts";
import { type Inward, runInward } from "../run/receive-stream.ts";
import type { HqLinkStore } from "./repository.ts";

/**
 * A box whose place another one took goes on selling. What it sends is kept apart, in its order and under its epoch, without effect,
 * and acknowledged as such: if a person says that it was the right box after all, everything is here.
 */
export interface Quarantine {
	/** Where its streams stand here, for the welcome; undefined for those that HQ cannot take. */
	welcome(hello: HelloUp): Promise<Partial<Record<UpStream, Mark>>>;
	arrived(data: Data): void;
	stop(): void;
}

export interface QuarantinePort {
	store: string;
	session: string;
	inc: number;
	book: HqLinkStore;
	clock: Clock;
	log: LinkLog;
	publish(channel: Channel, payload: Buffer): void;
	ask(): void;
}

export function openQuarantine({ store, session, inc, book, clock, log, publish, ask }: QuarantinePort): Quarantine {
	const inward = Object.fromEntries(
		upStreams.map((stream) => [
			stream,
			runInward({
				stream,
				clock,
				log,
				publish,
				session: () => session,
				greet: ask,
				quarantined: true,
				async commit({ epoch, from, upTo, hash, records, lost }) {
					const kept = records.map(({ seq, hash, record }) => ({ seq, hash, record }));
					return { ...(await book.quarantine!(store, { inc, stream, epoch, from, upTo, hash, records: kept, lost })), rejected: [] };
				},
			}),
		]),
	) as Record<UpStream, Inward>;
	return {
		async welcome(hello) {
			const marks: Partial<Record<UpStream, Mark>> = {};
			for (const stream of upStreams) {
				const head = hello.up[stream];
				if (!head) continue;
				const { epoch, position, hash } = await book.openQuarantine!(store, stream, head, hello.inc);
				marks[stream] = { epoch, position, hash };
				if (inward[stream].state.at?.epoch !== epoch) inward[stream].begin(marks[stream]);
			}
			return marks;
		},
		arrived(data) {
			const stream = upStreams.find((each) => each === data.stream);
			if (stream) inward[stream].arrived(data);
		},
		stop: () => upStreams.forEach((stream) => inward[stream].stop()),
	};
}
