import { pack } from "../protocol/envelope.ts";
import type { Reply, Req } from "../protocol/messages.ts";
import { keyOf } from "../protocol/snapshot.ts";
import type { Clock } from "../run/clock.ts";
import { openPendingReplies } from "../run/pending-replies.ts";

/** A store's requests to HQ. Each is sent again until it is answered or given up. */
export interface Requests {
	/** Undefined: no answer within some minutes; the caller begins again at the next welcome. */
	ask(req: Req): Promise<Reply | undefined>;
	arrived(reply: Reply): void;
	stop(): void;
}

const firstWaitMs = 4_000;
const longestWaitMs = 30_000;
const tries = 7;
const waits = Array.from({ length: tries }, (_, n) => Math.min(firstWaitMs * 2 ** n, longestWaitMs));

/** `session` is called at each sending, because a request may outlive a connection. */
export function openRequests(deps: { clock: Clock; session(): string; publish(payload: Buffer): void }): Requests {
	const pending = openPendingReplies<Reply>(deps.clock);
	return {
		ask: (req) => pending.ask(keyOf(req), () => deps.publish(pack({ ...req, session: deps.session() })), waits),
		arrived: (reply) => void pending.answer(keyOf(reply), reply),
		stop: () => pending.stop(),
	};
}
