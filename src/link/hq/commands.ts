import { randomUUID } from "node:crypto";
import type { Cmd, Res } from "../protocol/messages.ts";
import type { Clock } from "../run/clock.ts";

/** Asks a store to do something, again and again until it answers or the time is over. */
export interface Commands {
	/** Resolves with the store's answer, or with code `no-answer` after `ttlMs`. */
	ask(name: string, args: Record<string, unknown>, ttlMs: number): Promise<Res>;
	arrived(res: Res): void;
	stop(): void;
}

const everyMs = 3_000;

export function openCommands({ clock, wall, publish }: { clock: Clock; wall(): string; publish(cmd: Cmd): void }): Commands {
	const open = new Map<string, (res: Res) => void>();
	let stopped = false;
	return {
		ask(name, args, ttlMs) {
			const cmd: Cmd = { id: randomUUID(), name, args, ttlMs, at: wall() };
			return new Promise<Res>((resolve) => {
				const untilMs = clock.nowMs() + ttlMs;
				let forget = (): void => {};
				const settle = (res: Res): void => {
					forget();
					open.delete(cmd.id);
					resolve(res);
				};
				const send = (): void => {
					if (stopped || clock.nowMs() >= untilMs) return settle({ id: cmd.id, code: "no-answer", out: null });
					publish(cmd);
					forget = clock.after(Math.min(everyMs, untilMs - clock.nowMs()), send);
				};
				open.set(cmd.id, settle);
				send();
			});
		},
		arrived: (res) => open.get(res.id)?.(res),
		stop() {
			stopped = true;
			for (const [id, settle] of open) settle({ id, code: "no-answer", out: null });
		},
	};
}
