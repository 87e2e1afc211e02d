/** gondola.yaml as a file: who owns it, and how it is replaced. */
import { createHash } from "node:crypto";
import { accessSync, chmodSync, chownSync, constants, existsSync, readFileSync, realpathSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { makeDirectory } from "../../access/files/make-directory.ts";
import { writeSecretFile } from "../../access/secret-file.ts";

/** A file that root makes gets the owner of the data directory: the service must be able to read it. */
export function giveToOwnerOf(data: string, path: string): void {
	if (process.getuid?.() !== 0) return;
	const { uid, gid } = statSync(data);
	chownSync(path, uid, gid);
}

/**
 * Replaces a configuration as a whole: after a power cut the file is the old or the new one. It keeps its mode and owner; a new file has
 * mode 0640 and the owner of the data directory, which must exist then.
 */
export function replaceConfig(file: string, data: string, text: string): void {
	makeDirectory(dirname(file));
	const draft = `${file}.draft`;
	rmSync(draft, { force: true });
	writeSecretFile(draft, text);
	const before = statSync(file, { throwIfNoEntry: false });
	chmodSync(draft, before ? before.mode & 0o777 : 0o640);
	if (before && process.getuid?.() === 0) chownSync(draft, before.uid, before.gid);
	else if (!before) giveToOwnerOf(data, draft);
	renameSync(draft, file);
}

/** The file behind a symbolic link, because a rename would replace the link. Undefined where there is none. */
export const realConfig = (file: string): string | undefined => (existsSync(file) ? realpathSync(file) : undefined);

/** Changes with every byte of the text, also when it was edited by hand: two people who edit at once are told apart by it. */
export const revisionOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** Why this process cannot replace the file; undefined where it can. */
export function whyNotWritable(real: string): string | undefined {
	const folder = dirname(real);
	for (const [path, how] of [
		[folder, constants.W_OK],
		[`${real}.versions.json`, constants.R_OK | constants.W_OK],
	] as const) {
		if (!existsSync(path)) continue;
		try {
			accessSync(path, how);
		} catch {
			return `the user that runs Gondola may not write ${path}; change settings with: sudo gondola config set`;
		}
	}
	return undefined;
}

export const textOfConfig = (real: string): string => readFileSync(real, "utf8");
