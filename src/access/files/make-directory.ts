import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Makes a directory and those above it, one by one: Node's recursive mkdir never returns below /proc, where a directory cannot be made
 * although its parent exists. `mode` is that of the last directory; an existing one keeps its own. Throws the system's error.
 */
export function makeDirectory(path: string, mode = 0o777): void {
	const whole = resolve(path);
	const found = statSync(whole, { throwIfNoEntry: false });
	if (found?.isDirectory()) return;
	if (found) throw Object.assign(new Error(`${whole} is a file, not a directory`), { code: "ENOTDIR", path: whole });
	makeDirectory(dirname(whole));
	try {
		mkdirSync(whole, { mode });
	} catch (error) {
		// Another process made it meanwhile.
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	}
}
