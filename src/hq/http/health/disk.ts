import { randomUUID } from "node:crypto";
import { open, rm, statfs } from "node:fs/promises";
import { join } from "node:path";

/** The embedded database needs room for a write-ahead log of 64 MB and a checkpoint. */
const bytesNeeded = 256 * 2 ** 20;
const megabyte = 2 ** 20;

/**
 * Why head office's disk cannot be relied on; undefined: it can. Writes a few bytes, because a disk may be readable and refuse
 * writes.
 */
export async function diskAway(directory: string): Promise<string | undefined> {
	try {
		const { bavail, bsize } = await statfs(directory);
		if (bavail * bsize < bytesNeeded)
			return `nearly full: ${Math.floor((bavail * bsize) / megabyte)} MB free, ${bytesNeeded / megabyte} needed`;
		const probe = join(directory, `.probe-${randomUUID()}`);
		const file = await open(probe, "wx", 0o600);
		try {
			await file.writeFile("gondola");
			await file.sync();
		} finally {
			await file.close();
			await rm(probe, { force: true });
		}
		return undefined;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code ?? "cannot be written";
	}
}
