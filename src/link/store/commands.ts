import type { Cmd, Res } from "../protocol/messages.ts";
import type { LinkLog } from "../run/clock.ts";
import type { LinkLedger } from "./ledger-port.ts";

/** One command that HQ may send to a store. An Error with a `code` is answered with that code. */
export type Command = (args: Record<string, unknown>) => Promise<unknown>;

/**
 * Does each command id once: a repeated id is answered with the kept outcome; one that is still running goes on. A command that reached the
 * store after its time is not done, because HQ has given it up.
 */
export function commandRunner(deps: {
	ledger: LinkLedger;
	commands: Record<string, Command>;
	log: LinkLog;
	/** HQ's time in milliseconds; undefined before its first welcome. */
	hqNowMs(): number | undefined;
	answer(res: Res): void;
}): (cmd: Cmd) => void {
	const { ledger, commands, log, answer } = deps;
	const running = new Set<string>();

	async function run({ id, name, args }: Cmd): Promise<void> {
		let code = "done";
		let out: unknown = null;
		const command = commands[name];
		if (!command) {
			code = "unknown-command";
		} else {
			try {
				out = (await command(args)) ?? null;
			} catch (error) {
				code = String((error as { code?: unknown }).code ?? "failed").slice(0, 64);
				out = { why: (error as Error).message };
			}
		}
		// Outcomes of recalls are long and change nothing: they are not kept, and read again when HQ asks again.
		if (!name.startsWith("recall")) await ledger.do("storeCommandResult", { id, code, out });
		answer({ id, code, out });
	}

	return (cmd) => {
		// The command needs records that have not arrived yet. HQ sends it again until it is answered.
		if (cmd.needVersion !== undefined && (ledger.read.link.dn("catalog")?.position ?? 0) < cmd.needVersion) return;
		const known = ledger.read.link.commandResult(cmd.id);
		if (known) {
			answer({ id: cmd.id, code: known.code, out: known.out });
			return;
		}
		if (running.has(cmd.id)) return;
		// A recall has no time limit: it changes nothing, and HQ sends it before the welcome, when the store does not know HQ's time yet.
		const nowMs = cmd.name.startsWith("recall") ? undefined : deps.hqNowMs();
		if (cmd.at !== undefined && nowMs !== undefined && nowMs - Date.parse(cmd.at) > cmd.ttlMs) {
			log.warn({ command: cmd.name, at: cmd.at, ttlMs: cmd.ttlMs }, "a command came too late, and is not done");
			answer({ id: cmd.id, code: "expired", out: null });
			return;
		}
		running.add(cmd.id);
		run(cmd)
			.catch((error: unknown) =>
				log.warn({ command: cmd.name, error: String(error) }, "a command's result could not be kept; HQ will ask again"),
			)
			.finally(() => running.delete(cmd.id));
	};
}
