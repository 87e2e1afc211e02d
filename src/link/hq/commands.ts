import { randomUUID } from "node:crypto";
import type { Cmd, Res } from "../protocol/messages.ts";
import type { Clock } from "../run/clock.ts";
import { openPendingReplies } from "../run/pending-replies.ts";

/** Sends a command to a store again and again, until the store answers or `ttlMs` has passed. */
export interface Commands {
	/** Resolves with the store's answer, or with code `no-answer` after `ttlMs`. */
	ask(name: string, args: Record<string, unknown>, ttlMs: number): Promise<Res>;
	arrived(res: Res): void;
	stop(): void;
}

const everyMs = 3_000;

/** Waits between two sendings, in milliseconds: `everyMs` each and the last one shorter, `ttlMs` in all. */
function* waitsUntil(ttlMs: number): Generator<number, undefined> {
	for (let leftMs = ttlMs; leftMs > 0; leftMs -= everyMs) yield Math.min(everyMs, leftMs);
}

export function openCommands({ clock, wall, publish }: { clock: Clock; wall(): string; publish(cmd: Cmd): void }): Commands {
	const pending = openPendingReplies<Res>(clock);
	return {
		async ask(name, args, ttlMs) {
			const cmd: Cmd = { id: randomUUID(), name, args, ttlMs, at: wall() };
			const res = await pending.ask(cmd.id, () => publish(cmd), waitsUntil(ttlMs));
			return res ?? { id: cmd.id, code: "no-answer", out: null };
		},
		arrived: (res) => void pending.answer(res.id, res),
		stop: () => pending.stop(),
	};
}
