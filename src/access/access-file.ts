/** People and programs in one file, mode 0600: `access.json` in the data directory. A command may edit it while the daemon runs. */
import { z } from "zod";
import { type AccessRecords, type AccessRepository, accessRecords, noRecords } from "./records.ts";
import { fileStamp, readSecretFile, withFileLock, writeSecretFile } from "./secret-file.ts";

export const accessFileName = "access.json";

export function accessFile(path: string): AccessRepository {
	const load = (): AccessRecords => {
		if (fileStamp(path) === "none") return noRecords();
		const read = accessRecords.safeParse(parsed(path, readSecretFile(path)));
		if (!read.success) throw new Error(`${path}: ${z.prettifyError(read.error)}`);
		return read.data;
	};
	// Within this process one edit waits for the other; the lock file is for other processes.
	let turn: Promise<unknown> = Promise.resolve();
	return {
		version: () => fileStamp(path),
		load,
		update(edit) {
			const done = turn.then(() =>
				withFileLock(path, () => {
					const records = load();
					const result = edit(records);
					writeSecretFile(path, `${JSON.stringify(records, null, "\t")}\n`);
					return result;
				}),
			);
			turn = done.catch(() => {});
			return done;
		},
	};
}

function parsed(path: string, text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw new Error(`${path} is not JSON; restore it from a backup.`);
	}
}
