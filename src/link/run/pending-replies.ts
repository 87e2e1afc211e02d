import type { Clock } from "./clock.ts";

/**
 * Questions to the other side: each is sent again until it is answered, or until its waits are used up. The link's one way to ask, wait and
 * time out: a store's requests and HQ's commands both go through it.
 */
export interface PendingReplies<Reply> {
	/**
	 * Calls `send` at once, and again after each wait. Resolves with undefined after the last wait. A new question under the same key replaces
	 * the open one.
	 */
	ask(key: string, send: () => void, waits: Iterable<number>): Promise<Reply | undefined>;
	/** False when no question is open under this key. */
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
