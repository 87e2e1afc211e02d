/**
 * Checks the runtime that is shipped by the digest of its program. npm's `node` package downloads it in a script, which no lock file
 * covers: so the build compares it with the digest in config/runtime.json. Another version is a change of that file, and a review.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface PinnedRuntime {
	version: string;
	/** SHA-256 of bin/node, by platform and processor. */
	sha256: Record<string, string>;
}

/** Why the runtime under `root` is not the pinned one, as a sentence; undefined where it is, or where none is pinned for this machine. */
export function runtimeFault(root: string, machine = `${process.platform}-${process.arch}`): string | undefined {
	const pinned = JSON.parse(readFileSync(join(root, "config/runtime.json"), "utf8")) as PinnedRuntime;
	const wanted = pinned.sha256[machine];
	const file = join(root, "node_modules/node/bin/node");
	if (wanted === undefined || !existsSync(file)) return undefined;
	const found = createHash("sha256").update(readFileSync(file)).digest("hex");
	if (found === wanted) return undefined;
	return (
		`${file} is not Node ${pinned.version} as it was looked at: its SHA-256 is ${found}, not ${wanted}. ` +
		"Run npm ci again; if it stays, somebody between the registry and here gives out another program."
	);
}
