import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { livingHolder, processStamp } from "../../access/files/process-stamp.ts";

/** Another process works on this folder. One that was just killed may take a moment to disappear. */
export class FolderLocked extends Error {
	override name = "FolderLocked";
}

/**
 * The embedded database has no lock of its own, and two processes on one folder would destroy it. A file beside the folder holds the stamp
 * of the process that works on it; the stamp of a process that no longer runs is replaced. Throws FolderLocked while that process runs.
 * Returns how to unlock.
 */
export function lockFolder(dataDir: string): () => void {
	const file = `${dataDir}.owner`;
	const own = processStamp(process.pid);
	for (let tries = 0; ; tries += 1) {
		try {
			writeFileSync(file, own, { flag: "wx", mode: 0o600 });
			return () => rmSync(file, { force: true });
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EEXIST" || tries > 3) throw error;
		}
		const pid = livingHolder(readFileSync(file, "utf8"));
		if (pid !== undefined) {
			throw new FolderLocked(`head office already runs on ${dataDir} (process ${pid}). Stop it, or name another folder with --data.`);
		}
		rmSync(file, { force: true });
	}
}
