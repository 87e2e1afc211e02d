/**
 * PGlite never calls fsync: it starts PostgreSQL with -F, and its file layer answers fdatasync without asking the disk. A killed
 * process loses nothing (the kernel has the pages), a power cut may lose what was acknowledged. LINK acknowledges only what is on disk, so
 * after each commit the write-ahead log is synced from here; commits that come together share one sync.
 *
 * This does not protect a checkpoint (a second, every few minutes at most): PostgreSQL then relies on data pages reaching the disk
 * before its control file, and nothing here ensures that. A power cut in that second can damage the embedded database; use
 * PostgreSQL where that matters.
 */
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

export interface KeptOnDisk {
	/** Resolves when everything committed before the call is on disk. */
	sync(): Promise<void>;
	syncEverything(): Promise<void>;
	walBytes(): Promise<number>;
}

export function keepOnDisk(dataDir: string): KeptOnDisk {
	const wal = join(dataDir, "pg_wal");
	let segments = "";
	let wholeSyncMs = 0;
	let running: Promise<void> | undefined;
	let next: Promise<void> | undefined;

	const isSegment = (name: string): boolean => /^[0-9A-F]{24}$/.test(name);

	/**
	 * Syncs the two segments that were written last, because a commit may be in both. Recycled segments wait under later names with an older
	 * time.
	 */
	async function syncNow(): Promise<void> {
		const names = (await readdir(wal)).filter(isSegment);
		const aged = await Promise.all(names.map(async (name) => ({ name, writtenMs: (await stat(join(wal, name))).mtimeMs })));
		aged.sort((a, b) => b.writtenMs - a.writtenMs);
		for (const { name } of aged.slice(0, 2)) await syncPath(join(wal, name));
		const now = names.sort().join();
		if (now !== segments) await syncPath(wal);
		segments = now;
	}

	return {
		sync() {
			if (!running) {
				running = syncNow().finally(() => (running = undefined));
				return running;
			}
			// The sync that runs may have begun before this commit: only the next one counts, for all who wait.
			next ??= running
				.catch(() => {})
				.then(() => {
					next = undefined;
					running = syncNow().finally(() => (running = undefined));
					return running;
				});
			return next;
		},
		async syncEverything() {
			// Only files that were written since the last full sync. The two seconds allow for file systems with coarse times.
			const since = wholeSyncMs - 2_000;
			wholeSyncMs = Date.now();
			for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
				const path = join(entry.parentPath, entry.name);
				if (!entry.isFile() && !entry.isDirectory()) continue;
				const at = await stat(path).catch(gone);
				if (at && at.mtimeMs >= since) await syncPath(path);
			}
			await syncPath(dataDir);
		},
		async walBytes() {
			return (await readdir(wal)).filter(isSegment).length * 16 * 2 ** 20;
		},
	};
}

/** A file that vanished between listing and syncing was removed by a checkpoint and needs no sync. */
function gone(error: NodeJS.ErrnoException): undefined {
	if (error.code !== "ENOENT") throw error;
}

async function syncPath(path: string): Promise<void> {
	const file = await open(path, "r").catch(gone);
	if (!file) return;
	try {
		await file.sync();
	} finally {
		await file.close();
	}
}
