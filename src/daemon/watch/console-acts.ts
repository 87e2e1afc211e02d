/** Acts of commands on this machine, and changes of the configuration, as audited facts. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { takeNotes } from "../../access/box/act-notes.ts";
import { writeSecretFile } from "../../access/secret-file.ts";
import type { Config } from "../../config/schema.ts";
import type { StoreLedger } from "../../flows/flows.ts";
import { defined } from "../../words/defined.ts";
import type { createLog } from "../log.ts";

const lookEveryMs = 2_000;

/** Puts the notes that commands left about their acts into the ledger: now, and whenever there is a new one. */
export function watchConsoleActs(data: string, ledger: Pick<StoreLedger, "do">, log: ReturnType<typeof createLog>): { stop(): void } {
	let isBusy = false;
	const look = async (): Promise<void> => {
		const taken = takeNotes(data);
		if (!taken) return;
		for (const { by, act, subject, why } of taken.notes) {
			const actor = { kind: "user", name: by, address: "console" } as const;
			await ledger.do("recordAudit", { act, outcome: "done", ...defined({ subject, why }) }, { actor });
		}
		taken.done();
	};
	const begin = (): void => {
		if (isBusy) return;
		isBusy = true;
		look()
			.catch((error: Error) => log.error({ error: error.message }, "what was done at the console could not be kept"))
			.finally(() => (isBusy = false));
	};
	begin();
	const timer = setInterval(begin, lookEveryMs);
	timer.unref();
	return { stop: () => clearInterval(timer) };
}

/** One fact that names the sections of the configuration that are not as they were at the last start. None at the very first. */
export async function recordConfigChange(config: Config, ledger: Pick<StoreLedger, "do">): Promise<void> {
	const file = join(config.data, "configuration.json");
	const now = Object.fromEntries(
		Object.entries(config).map(([name, value]) => [name, createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 32)]),
	);
	const before = sectionsIn(file);
	const changed = before && [...new Set([...Object.keys(before), ...Object.keys(now)])].filter((name) => before[name] !== now[name]).sort();
	if (changed?.length === 0) return;
	if (changed) {
		const actor = { kind: "system", name: "configuration" } as const;
		await ledger.do("recordAudit", { act: "configuration-changed", outcome: "done", subject: changed.join(", ") }, { actor });
	}
	writeSecretFile(file, `${JSON.stringify(now, null, "\t")}\n`);
}

function sectionsIn(file: string): Record<string, string> | undefined {
	if (!existsSync(file)) return undefined;
	try {
		const read = JSON.parse(readFileSync(file, "utf8")) as unknown;
		return typeof read === "object" && read !== null ? (read as Record<string, string>) : {};
	} catch {
		return {};
	}
}
