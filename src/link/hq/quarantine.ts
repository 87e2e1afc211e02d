import { defined } from "../../words/defined.ts";
import type { Channel } from "../protocol/ids.ts";
import { type Ack, type Data, type HelloUp, type StreamPosition, type UpStream, upStreams } from "../protocol/messages.ts";
import type { Clock, LinkLog } from "../run/clock.ts";
import { type ReceiveStream, runReceiveStream } from "../run/receive-stream.ts";
import type { HqRepository } from "./repository.ts";

/**
 * A fenced box, whose place another box has taken, goes on selling. The facts that it sends are kept in quarantine: in their order, under
 * their epoch, acknowledged, and without effect. Should a person decide that it was the right box after all, nothing is missing.
 */
interface Quarantine {
	/** The positions of the box's streams in quarantine, for the welcome. Streams that HQ cannot take are left out. */
	welcome(hello: HelloUp): Promise<Partial<Record<UpStream, StreamPosition>>>;
	arrived(data: Data): void;
	stop(): void;
}

export interface QuarantineDeps {
	store: string;
	repository: HqRepository;
	clock: Clock;
	log: LinkLog;
	publish(channel: Channel, payload: Buffer): void;
	/** Asks the store to greet. */
	greet(): void;
	/** Left out: acknowledgements go unsigned. */
	sign?(ack: Ack): Ack;
}

function openQuarantine({ store, repository, clock, log, publish, greet, sign }: QuarantineDeps, session: string, inc: number): Quarantine {
	const receiving = Object.fromEntries(
		upStreams.map((stream) => [
			stream,
			runReceiveStream({
				stream,
				clock,
				log,
				publish,
				session: () => session,
				greet,
				quarantined: true,
				...defined({ sign }),
				async commit({ epoch, from, upTo, hash, records, lost }) {
					const kept = records.map(({ seq, hash, record }) => ({ seq, hash, record }));
					return { ...(await repository.quarantine!(store, { inc, stream, epoch, from, upTo, hash, records: kept, lost })), rejected: [] };
				},
			}),
		]),
	) as Record<UpStream, ReceiveStream>;
	return {
		async welcome(hello) {
			const positions: Partial<Record<UpStream, StreamPosition>> = {};
			for (const stream of upStreams) {
				const head = hello.up[stream];
				if (!head) continue;
				const { epoch, position, hash } = await repository.openQuarantine!(store, stream, head, hello);
				positions[stream] = { epoch, position, hash };
				if (receiving[stream].state.at?.epoch !== epoch) receiving[stream].begin(positions[stream]);
			}
			return positions;
		},
		arrived(data) {
			const stream = upStreams.find((each) => each === data.stream);
			if (stream) receiving[stream].arrived(data);
		},
		stop: () => upStreams.forEach((stream) => receiving[stream].stop()),
	};
}

/** How many sessions of fenced boxes are kept at a time. */
const sessionsMost = 4;

/** The quarantines of one store, one for each session of a fenced box. */
export interface Quarantines {
	of(session: string): Quarantine | undefined;
	/** At most `sessionsMost` at a time: one more closes the oldest. */
	open(hello: HelloUp): Quarantine;
	close(session: string): void;
	stop(): void;
}

export function openQuarantines(deps: QuarantineDeps): Quarantines {
	const bySession = new Map<string, Quarantine>();
	const close = (session: string): void => {
		bySession.get(session)?.stop();
		bySession.delete(session);
	};
	return {
		of: (session) => bySession.get(session),
		open({ session, inc }) {
			const known = bySession.get(session);
			if (known) return known;
			const [oldest] = bySession.keys();
			if (oldest !== undefined && bySession.size >= sessionsMost) close(oldest);
			const opened = openQuarantine(deps, session, inc);
			bySession.set(session, opened);
			return opened;
		},
		close,
		stop: () => bySession.forEach((quarantine) => quarantine.stop()),
	};
}
