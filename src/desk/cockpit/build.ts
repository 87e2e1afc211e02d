import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Builds the page into dist/cockpit. `npm start` runs it each time, so it does nothing while no source has changed. */
export async function buildPage(): Promise<"built" | "unchanged"> {
	const here = dirname(fileURLToPath(import.meta.url));
	const root = join(here, "../../..");
	const out = join(root, "dist/cockpit");
	const stamp = join(root, "dist/cockpit.stamp");
	const wanted = stampOf([here, join(root, "src/words")], [join(root, "package-lock.json")]);
	if (existsSync(join(out, "index.html")) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return "unchanged";

	// Loaded late: an installed gateway has the built page and no vite.
	const { build } = await import("vite");
	await build({
		root: here,
		configFile: false,
		base: "/",
		logLevel: "warn",
		oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
		build: { outDir: out, emptyOutDir: true, target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
	});
	writeFileSync(stamp, wanted);
	return "built";
}

function stampOf(folders: string[], files: string[]): string {
	const hash = createHash("sha256");
	const sources = folders.flatMap((folder) =>
		readdirSync(folder, { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile())
			.map((entry) => join(entry.parentPath, entry.name))
			.sort(),
	);
	for (const file of [...sources, ...files]) hash.update(file).update("\0").update(readFileSync(file));
	return hash.digest("hex");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const done = await buildPage();
	if (done === "built") console.log("The cockpit is built: dist/cockpit");
}
