/**
 * Files that hold secrets: only their owner can read them, and after a power cut they have the old content or the new, never half of it.
 */
import {
	closeSync,
	fchmodSync,
	fchownSync,
	fstatSync,
	fsyncSync,
	linkSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { isAlive } from "./files/process-stamp.ts";
import { syncDirectory } from "./files/sync-directory.ts";

/** Other users can read the file, or it belongs to another user. */
export class FileTooOpen extends Error {
	override name = "FileTooOpen";
}

/**
 * Reads a secret file. Its mode must be 0600 or less; the group may read where it is a group of this process, as systemd installs such
 * files. Throws FileTooOpen, and the system's errors.
 */
export function readSecretFile(path: string): string {
	const file = openSync(path, "r");
	try {
		refuseTooOpen(path, fstatSync(file));
		return readFileSync(file, "utf8");
	} finally {
		closeSync(file);
	}
}

function refuseTooOpen(path: string, { mode, uid, gid }: { mode: number; uid: number; gid: number }): void {
	const own = process.getuid?.();
	// Windows has no modes and users of this kind.
	if (own === undefined) return;
	// A command that root runs also works on the files of the service's user.
	if (uid !== own && uid !== 0 && own !== 0)
		throw new FileTooOpen(`${path} belongs to user ${uid}, not to the one that runs Gondola (${own}).`);
	const groups = [process.getegid!(), ...(process.getgroups?.() ?? [])];
	const allowed = groups.includes(gid) ? 0o740 : 0o700;
	const wide = mode & 0o777 & ~allowed;
	if (wide !== 0)
		throw new FileTooOpen(`${path} has mode ${(mode & 0o777).toString(8)}; others can use it. Set it with: chmod 600 ${path}`);
}

/** Throws FileTooOpen for a folder that every user of this machine can use. One that does not exist is no fault. */
export function refuseOpenFolder(path: string): void {
	const found = statSync(path, { throwIfNoEntry: false });
	if (!found || process.getuid === undefined || (found.mode & 0o007) === 0) return;
	throw new FileTooOpen(`${path} can be used by everybody on this machine; set it with: chmod o= ${path}`);
}

/** Replaces the file as a whole, mode 0600, and returns when it is on disk. */
export function writeSecretFile(path: string, text: string): void {
	const draft = `${path}.${process.pid}.new`;
	rmSync(draft, { force: true });
	const file = openSync(draft, "wx", 0o600);
	try {
		fchmodSync(file, 0o600);
		keepOwner(file, path);
		writeSync(file, text);
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
	renameSync(draft, path);
	syncDirectory(dirname(path));
}

/** A file that root writes keeps its owner, or gets that of its folder: the service must be able to read it. */
function keepOwner(file: number, path: string): void {
	if (process.getuid?.() !== 0) return;
	const { uid, gid } = statSync(path, { throwIfNoEntry: false }) ?? statSync(dirname(path));
	fchownSync(file, uid, gid);
}

/** Writes a secret file that does not exist yet. Throws EEXIST where it does: a key is not made twice. */
export function createSecretFile(path: string, text: string): void {
	const draft = `${path}.${process.pid}.draft`;
	writeSecretFile(draft, text);
	try {
		linkSync(draft, path);
	} finally {
		rmSync(draft, { force: true });
	}
	syncDirectory(dirname(path));
}

/** Changes whenever the file was replaced or written to; "none" where there is no file. */
export function fileStamp(path: string): string {
	const found = statSync(path, { bigint: true, throwIfNoEntry: false });
	return found ? `${found.ino}.${found.mtimeNs}.${found.ctimeNs}.${found.size}` : "none";
}

const lookEveryMs = 20;
const patienceMs = 5_000;
/** Work under a lock takes milliseconds: a lock this old was left by a process that was stopped. */
const staleMs = 10_000;

/** Runs `work` while no other process does the same for this path. Rejects after five seconds of waiting. */
export async function withFileLock<T>(path: string, work: () => T | Promise<T>): Promise<T> {
	const lock = `${path}.lock`;
	const own = `${process.pid} ${process.hrtime.bigint()}`;
	for (const until = performance.now() + patienceMs; ; ) {
		if (take(lock, own)) break;
		if (performance.now() > until) throw new Error(`${lock} is held by another process; remove it when none of Gondola runs.`);
		await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
	}
	try {
		return await work();
	} finally {
		if (textOf(lock) === own) rmSync(lock, { force: true });
	}
}

function take(lock: string, own: string): boolean {
	try {
		const file = openSync(lock, "wx", 0o600);
		writeSync(file, own);
		closeSync(file);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	}
	const held = textOf(lock);
	const found = statSync(lock, { throwIfNoEntry: false });
	if (!found || held === undefined) return false;
	if (held !== "" && isAlive(Number(held.split(" ")[0])) && Date.now() - found.mtimeMs < staleMs) return false;
	if (held === "" && Date.now() - found.mtimeMs < staleMs) return false;
	// The stale lock is moved away and read again, because another process may have taken it over meanwhile.
	const away = `${lock}.${process.pid}`;
	try {
		renameSync(lock, away);
		if (textOf(away) !== held) linkSync(away, lock);
		rmSync(away, { force: true });
	} catch {
		return false;
	}
	return false;
}

function textOf(path: string): string | undefined {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return undefined;
	}
}
