import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** One process per data directory. A lock whose owner is gone, after a crash or a power cut, is taken over. */
export function lockDirectory(directory: string): () => void {
	const file = join(directory, "running.pid");
	for (let tries = 0; ; tries += 1) {
		try {
			writeFileSync(file, String(process.pid), { flag: "wx" });
			return () => rmSync(file, { force: true });
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EEXIST" || tries > 3) throw error;
			const owner = Number(readFileSync(file, "utf8"));
			if (owner > 0 && owner !== process.pid && isAlive(owner)) throw new Error(`another store runs on ${directory} (process ${owner}). Stop it, or name another directory with --data.`);
			rmSync(file, { force: true });
		}
	}
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		// A number that the kernel has given to somebody else since is not our owner.
		return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("gondola") || readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("src/cli/main");
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}
