/**
 * The stamp of a process in a lock file: its number with its start time, because the system gives the number alone to another process
 * sooner or later.
 */
import { readFileSync } from "node:fs";

/** The number of the process that left this stamp, if it still runs. */
export function livingHolder(stamp: string): number | undefined {
	const pid = Number.parseInt(stamp, 10);
	return Number.isSafeInteger(pid) && pid > 0 && isAlive(pid) && processStamp(pid) === stamp ? pid : undefined;
}

/**
 * The start time is field 22 of /proc/PID/stat, see proc(5). A process that has ended and waits for its parent (state Z) holds nothing.
 * Where there is no /proc, the number alone.
 */
export function processStamp(pid: number): string {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		return `${pid} ${state === "Z" ? "ended" : fields[18]}`;
	} catch {
		return `${pid} -`;
	}
}

export function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// Another user's process may not be signalled, but it exists.
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}
