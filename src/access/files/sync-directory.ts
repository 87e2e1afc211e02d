import { closeSync, fsyncSync, openSync } from "node:fs";

/** Brings a directory's own entries to the disk: without it a power cut may take back that a file was made, renamed or removed. */
export function syncDirectory(path: string): void {
	const directory = openSync(path, "r");
	try {
		fsyncSync(directory);
	} finally {
		closeSync(directory);
	}
}
