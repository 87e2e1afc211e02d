import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { livingHolder, processStamp } from "../../access/files/process-stamp.ts";

/** Another process uses this directory; two writers would fork the ledger. */
export class DirectoryBusy extends Error {
	override name = "DirectoryBusy";
}

const lookEveryMs = 50;

/**
 * Allows one process per data directory. A lock whose process has ended is taken over, also when another process has its number by
 * then. A process that is about to end is waited for. Rejects with DirectoryBusy.
 */
export async function lockDirectory(directory: string, patienceMs: number): Promise<() => void> {
	const file = join(directory, "running.pid");
	for (const until = performance.now() + patienceMs; ; ) {
		try {
			writeFileSync(file, processStamp(process.pid), { flag: "wx" });
			return () => rmSync(file, { force: true });
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
		}
		const holder = livingHolder(stampIn(file));
		if (holder === undefined) {
			rmSync(file, { force: true });
			continue;
		}
		if (performance.now() > until)
			throw new DirectoryBusy(`another Gondola runs on ${directory} (process ${holder}). Stop it, or name another directory with --data.`);
		await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
	}
}

function stampIn(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return "";
	}
}
