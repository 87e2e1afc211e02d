/**
 * The gateway's program as plain JavaScript, beside the sources it was made of. It is run only where it was built from exactly
 * these sources:
 *
 *   sources + lock file ── hash ──▶ dist/gateway/<hash>/ is there? ── yes ──▶ run it
 *                                                                  └─ no ───▶ run the sources
 *
 * Nothing has to be stripped while it runs, and of each package only what is used is in memory (decision 0013 has the numbers).
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const root = fileURLToPath(new URL("../../../", import.meta.url));
export const builds = join(root, "dist/gateway");

/** The files of the build and the sources that they are made of. Each thread has a file of its own. */
export const parts = {
	main: "src/cli/main.ts",
	"gateway-process": "src/cli/demo/gateway-process.ts",
	"hq-process": "src/cli/demo/hq-process.ts",
	"ledger-worker": "src/daemon/ledger-worker.ts",
	"replica-worker": "src/daemon/replica/replica-worker.ts",
	"backup-worker": "src/daemon/backups/backup-worker.ts",
	"draw-worker": "src/faces/drawing/draw-worker.ts",
	"price-file-worker": "src/hq/intake/price-file-worker.ts",
	"receipt-drawing-worker": "src/floor/receipt-drawing-worker.ts",
} as const;

/** The folder of the build of the current sources, whether or not it exists. Reads and hashes all sources. */
export function buildFolder(): string {
	const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
	for (const room of ["src", "drivers"])
		for (const file of filesBelow(join(root, room)).sort())
			if (file.endsWith(".ts"))
				hash
					.update(file)
					.update("\0")
					.update(readFileSync(join(root, room, file)));
	return join(builds, hash.digest("hex").slice(0, 16));
}

/** Paths of files below a folder. Node's own `recursive` asks for the state of each of them, which takes longer than all reading. */
const filesBelow = (folder: string, path = ""): string[] =>
	readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => {
		const at = path === "" ? entry.name : `${path}/${entry.name}`;
		return entry.isDirectory() ? filesBelow(folder, at) : [at];
	});

/** The built file where there is a build of the current sources, else the source. */
export function programOf(part: keyof typeof parts): URL {
	const built = join(buildFolder(), `${part}.js`);
	return pathToFileURL(existsSync(built) ? built : join(root, parts[part]));
}
