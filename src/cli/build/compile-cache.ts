import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Keeps the code that the runtime compiles, so that the next start is faster: by half a second on a fast machine, by some seconds on a
 * small box. Never in a directory that other users can write to, because its content is run. Threads and child processes get the setting by
 * the environment variable.
 */
export function keepCompiled(env: NodeJS.ProcessEnv): void {
	const directory =
		env["NODE_COMPILE_CACHE"] ?? env["CACHE_DIRECTORY"] ?? join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "gondola");
	if (enableCompileCache(directory).directory !== undefined) env["NODE_COMPILE_CACHE"] = directory;
}
