import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Another process works on this directory; two writers would fork the ledger. */
export class DirectoryBusy extends Error {
	override name = "DirectoryBusy";
}

const lookEveryMs = 50;

/**
 * One process per data directory. A lock whose owner is gone, after a crash or a power cut, is taken over; one whose owner is just going
 * is waited for. Rejects with DirectoryBusy.
 */
export async function lockDirectory(directory: string, patienceMs: number): Promise<() => void> {
	const file = join(directory, "running.pid");
	for (const until = performance.now() + patienceMs; ; ) {
		try {
			writeFileSync(file, String(process.pid), { flag: "wx" });
			return () => rmSync(file, { force: true });
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
		}
		const owner = ownerOf(file);
		if (owner === undefined || owner === process.pid || !isGondola(owner)) {
			rmSync(file, { force: true });
			continue;
		}
		if (performance.now() > until) throw new DirectoryBusy(`another Gondola runs on ${directory} (process ${owner}). Stop it, or name another directory with --data.`);
		await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
	}
}

function ownerOf(file: string): number | undefined {
	try {
		return Number(readFileSync(file, "utf8")) || undefined;
	} catch {
		return undefined;
	}
}

/** A number that the kernel has given to somebody else since is not our owner; nor is a process that has ended and waits for its parent. */
function isGondola(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return /gondola|src\/cli\/|dist\/src\/cli\//.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}
