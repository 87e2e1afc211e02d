import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { livingHolder, processStamp } from "../../access/files/process-stamp.ts";

/** Another process works on this folder; when it has just been killed, a moment later none does. */
export class FolderLocked extends Error {
	override name = "FolderLocked";
}

/**
 * The embedded database has no lock of its own, and two processes on one folder would destroy it. A file beside the folder has the
 * stamp of the process that works on it; the stamp of one that is gone, after a crash or a power cut, is replaced. Throws FolderLocked
 * while that process lives. Returns how to unlock.
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
