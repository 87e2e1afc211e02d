import { pack } from "../protocol/envelope.ts";
import type { Reply, Req } from "../protocol/messages.ts";
import { keyOf } from "../protocol/snapshot.ts";
import type { Clock } from "../run/clock.ts";

/** Questions to HQ, asked again until answered or given up. */
export interface Asking {
	/** Undefined: no answer after some minutes; whoever asked begins again at the next welcome. */
	ask(req: Req): Promise<Reply | undefined>;
	arrived(reply: Reply): void;
	stop(): void;
}

const again = { firstMs: 4_000, mostMs: 30_000, tries: 7 };

/** `session`: of the moment, because a question may outlive a connection. */
export function openAsking(port: { clock: Clock; session(): string; publish(payload: Buffer): void }): Asking {
	const open = new Map<string, (reply: Reply | undefined) => void>();
	let stopped = false;
	return {
		ask(req) {
			const key = keyOf(req);
			open.get(key)?.(undefined);
			return new Promise((resolve) => {
				let forget = (): void => {};
				const settle = (reply: Reply | undefined): void => {
					forget();
					if (open.get(key) === settle) open.delete(key);
					resolve(reply);
				};
				const send = (tries: number): void => {
					if (stopped || tries === again.tries) return settle(undefined);
					port.publish(pack({ ...req, session: port.session() }));
					forget = port.clock.after(Math.min(again.firstMs * 2 ** tries, again.mostMs), () => send(tries + 1));
				};
				open.set(key, settle);
				send(0);
			});
		},
		arrived: (reply) => open.get(keyOf(reply))?.(reply),
		stop() {
			stopped = true;
			for (const settle of [...open.values()]) settle(undefined);
		},
	};
}
