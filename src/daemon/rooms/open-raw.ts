import { openPart } from "../start/start-failed.ts";
import type { Opening } from "./opening.ts";

/** The printers' own ports for tills that send ESC/POS, where the configuration has `raw`. */
export async function openRaw({ config, ledger, log, parts }: Opening): Promise<void> {
	const { raw } = config;
	if (!raw) return;
	// Loaded here, so that a store without such tills does not wait for it at each start.
	const { startRaw } = await import("../../epos/raw/raw.ts");
	const [port = 0] = Object.values(raw.printers);
	const door = await openPart({ path: "raw", host: raw.host, port, portSetting: "printers" }, () => startRaw({ ...raw, ledger, log }));
	parts.add(() => door.stop());
}
