import type { Clock } from "./clock.ts";

/**
 * Questions to the other side: each is sent again until it is answered, or until its waits are used up. The link's one way to ask, wait and
 * time out: a store's requests and HQ's commands both go through it.
 */
export interface PendingReplies<Reply> {
	/**
	 * `send` is called at once, and again after each wait. Resolves with undefined when no wait is left. A new question takes its key over.
	 */
	ask(key: string, send: () => void, waits: Iterable<number>): Promise<Reply | undefined>;
	/** False when nobody waits for this key (any more). */
	answer(key: string, reply: Reply): boolean;
	/** Every question that is open ends without a reply. */
	stop(): void;
}

export function openPendingReplies<Reply>(clock: Clock): PendingReplies<Reply> {
	const open = new Map<string, (reply: Reply | undefined) => void>();
	let stopped = false;
	return {
		ask(key, send, waits) {
			open.get(key)?.(undefined);
			const left = waits[Symbol.iterator]();
			return new Promise((resolve) => {
				let forget = (): void => {};
				const settle = (reply: Reply | undefined): void => {
					forget();
					if (open.get(key) === settle) open.delete(key);
					resolve(reply);
				};
				const sendAndWait = (): void => {
					const wait = stopped ? undefined : left.next().value;
					if (wait === undefined) return settle(undefined);
					send();
					forget = clock.after(wait, sendAndWait);
				};
				open.set(key, settle);
				sendAndWait();
			});
		},
		answer(key, reply) {
			const settle = open.get(key);
			settle?.(reply);
			return settle !== undefined;
		},
		stop() {
			stopped = true;
			for (const settle of [...open.values()]) settle(undefined);
		},
	};
}
