import type { Cmd, Res } from "../protocol/messages.ts";
import type { LinkLog } from "../run/clock.ts";
import type { LinkLedger } from "./ledger-port.ts";

/** Does one named thing HQ may ask of a store. Rejecting with an Error that has a `code` answers with that code. */
export type Command = (args: Record<string, unknown>) => Promise<unknown>;

/**
 * Does each command id once: a repeated id is answered from the table, one still running is left to finish. A command that a broker kept
 * until HQ had given it up is not done: nobody waits for what it would change.
 */
export function commandRunner(deps: {
	ledger: LinkLedger;
	commands: Record<string, Command>;
	log: LinkLog;
	/** HQ's own time; undefined before its first welcome. */
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
		// Recalls read only, and their answers are long: not kept, and read again if HQ asks again.
		if (!name.startsWith("recall")) await ledger.do("storeCommandResult", { id, code, out });
		answer({ id, code, out });
	}

	return (cmd) => {
		// The command is about records that are not here yet; HQ asks again until it is answered.
		if (cmd.needVersion !== undefined && (ledger.read.link.dn("catalog")?.position ?? 0) < cmd.needVersion) return;
		const known = ledger.read.link.commandResult(cmd.id);
		if (known) {
			answer({ id: cmd.id, code: known.code, out: known.out });
			return;
		}
		if (running.has(cmd.id)) return;
		// A recall is never too late: it reads only, and HQ sends it before the welcome, when its clock is not known yet.
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
