import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { limits } from "../limits.ts";

/**
 * A file that reserves room. On a full disk SQLite in WAL mode cannot delete, because a deletion is first written to the log; the ballast
 * is deleted to make room for that.
 */
export interface Ballast {
	there(): boolean;
	/** Deletes the file, so that the ledger has its room. False when it was deleted already. */
	drop(): boolean;
	/** Writes the file again once there is room for two of it. Random bytes, so that no file system compresses it. */
	takeOn(): void;
}

export function openBallast(directory: string): Ballast {
	const file = join(directory, "ballast");
	const bytes = (): number => {
		const disk = statfsSync(directory);
		return Math.min(limits.ballastBytes, Math.floor((disk.blocks * disk.bsize) / limits.ballastShareOfDisk));
	};
	const there = (): boolean => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
	return {
		there,
		drop() {
			if (!there()) return false;
			rmSync(file, { force: true });
			return true;
		},
		takeOn() {
			const size = bytes();
			if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) >= size) return;
			const disk = statfsSync(directory);
			if (disk.bavail * disk.bsize < size * 2) return;
			const fd = openSync(file, "w");
			try {
				const block = randomBytes(65_536);
				for (let left = size; left > 0; left -= block.length) writeSync(fd, block, 0, Math.min(left, block.length));
				fsyncSync(fd);
			} catch {
				rmSync(file, { force: true });
			} finally {
				closeSync(fd);
			}
		},
	};
}
