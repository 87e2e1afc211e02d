import { readFileSync, rmSync, writeFileSync } from "node:fs";

/** Another process works on this folder; when it has just been killed, a moment later none does. */
export class FolderLocked extends Error {
	override name = "FolderOwned";
}

/**
 * The embedded database has no lock of its own, and two processes on one folder would destroy it. The owner's number and start
 * time stand in a file beside the folder; an owner that is gone, after a crash or a power cut, is replaced. Throws while it
 * lives. Returns how to let go.
 */
export function lockFolder(dataDir: string): () => void {
	const file = `${dataDir}.owner`;
	const me = holderMark(process.pid);
	for (let tries = 0; ; tries += 1) {
		try {
			writeFileSync(file, me, { flag: "wx", mode: 0o600 });
			return () => rmSync(file, { force: true });
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EEXIST" || tries > 3) throw error;
		}
		const owner = readFileSync(file, "utf8");
		const pid = livingHolder(owner);
		if (pid !== undefined) {
			throw new FolderLocked(`head office already runs on ${dataDir} (process ${pid}). Stop it, or name another folder with --data.`);
		}
		rmSync(file, { force: true });
	}
}

/** The process that left this mark, if it still runs. */
export function livingHolder(mark: string): number | undefined {
	const pid = Number.parseInt(mark, 10);
	return Number.isSafeInteger(pid) && pid > 0 && isAlive(pid) && holderMark(pid) === mark ? pid : undefined;
}

/**
 * The number alone may belong to somebody else after a restart of the machine; with its start time (proc(5), stat, field 22) it
 * cannot. A process that has ended and waits for its parent (state Z) owns nothing.
 */
export function holderMark(pid: number): string {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		return `${pid} ${state === "Z" ? "ended" : fields[18]}`;
	} catch {
		return `${pid} -`;
	}
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}
