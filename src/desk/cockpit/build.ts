import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");
/** The pages, each built into dist/ under its name. Those beside the cockpit use its styles and shared components. */
const pages = { cockpit: "src/desk/cockpit", hand: "src/desk/hand", office: "src/hq/http/page" } as const;

/** Builds one page. `npm start` runs it each time, so it does nothing while no source has changed. */
export async function buildPage(name: keyof typeof pages = "cockpit"): Promise<"built" | "unchanged"> {
	const out = join(root, "dist", name);
	const stamp = join(root, `dist/${name}.stamp`);
	const sources = [...new Set([pages.cockpit, pages[name], "src/words"])].map((folder) => join(root, folder));
	const wanted = stampOf(sources, [join(root, "package-lock.json")]);
	if (existsSync(join(out, "index.html")) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return "unchanged";

	// Loaded late: an installed gateway has the built pages and no vite.
	const { build } = await import("vite");
	const input = (name === "cockpit" ? ["index.html", "till.html"] : ["index.html"]).map((file) => join(root, pages[name], file));
	await build({
		root: join(root, pages[name]),
		configFile: false,
		base: name === "hand" ? "/hand/" : "/",
		logLevel: "warn",
		oxc: { jsx: { runtime: "automatic", importSource: "preact", development: false } },
		build: {
			outDir: out,
			emptyOutDir: true,
			target: "es2022",
			modulePreload: { polyfill: false },
			assetsInlineLimit: 0,
			rolldownOptions: { input },
		},
	});
	if (name === "hand") await buildWorker(out);
	writeFileSync(stamp, wanted);
	return "built";
}

/** The service worker of the handheld page: a file of its own beside the page, under a name that stays. */
async function buildWorker(out: string): Promise<void> {
	const { build } = await import("vite");
	await build({
		configFile: false,
		logLevel: "warn",
		build: {
			...{ outDir: out, emptyOutDir: false, target: "es2022", copyPublicDir: false },
			lib: { entry: join(root, pages.hand, "worker.ts"), formats: ["es"], fileName: () => "worker.js" },
		},
	});
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

if (process.argv[1] === fileURLToPath(import.meta.url))
	for (const name of Object.keys(pages) as (keyof typeof pages)[])
		if ((await buildPage(name)) === "built") console.log(`The page is built: dist/${name}`);
