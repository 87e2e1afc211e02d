import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Keeps what the runtime makes of our files, so that the next start need not make it again: half a second on a fast machine, some seconds
 * on
 * a box in a cupboard. Never in a directory that others may write to, because what lies there is run. Threads and children go by the
 * environment variable.
 */
export function keepCompiled(env: NodeJS.ProcessEnv): void {
	const directory =
		env["NODE_COMPILE_CACHE"] ?? env["CACHE_DIRECTORY"] ?? join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "gondola");
	if (enableCompileCache(directory).directory !== undefined) env["NODE_COMPILE_CACHE"] = directory;
}
