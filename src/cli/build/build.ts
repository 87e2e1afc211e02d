/** Builds the gateway's program into dist/gateway; built.ts says when it is run. Does nothing while no source has changed. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import type { Plugin, Rolldown } from "vite";
import { apart } from "./apart.ts";
import { buildFolder, builds, parts, root } from "./built.ts";
import { runtimeFault } from "./runtime.ts";

/** How long earlier builds are kept: a running gateway may still start a thread of its own build. */
const buildsKeptMs = 7 * 86_400_000;

async function buildGateway(): Promise<"built" | "unchanged"> {
	const folder = buildFolder();
	if (existsSync(folder)) return "unchanged";
	// Loaded only here: an installed gateway has its build and no vite.
	const { build, minify } = await import("vite");
	mkdirSync(builds, { recursive: true });
	const draft = mkdtempSync(`${folder}.draft-`);
	const make = async (input: Record<string, string>, to: string, at: string): Promise<void> => {
		await build({
			root,
			configFile: false,
			logLevel: "error",
			plugins: [staysWhereItIs(at), metadataFirst(), small(minify)],
			ssr: { noExternal: true, external: [...apart] },
			build: {
				ssr: true,
				outDir: to,
				emptyOutDir: false,
				target: "node24",
				minify: false,
				reportCompressedSize: false,
				copyPublicDir: false,
				rolldownOptions: {
					input: Object.fromEntries(Object.entries(input).map(([name, source]) => [name, join(root, source)])),
					output: {
						entryFileNames: "[name].js",
						chunkFileNames: ({ name }) => (name.startsWith(packageMark) ? `node_modules/${name}-[hash].mjs` : "[name]-[hash].js"),
						comments: { legal: false, jsdoc: false, annotation: false },
						codeSplitting: { groups: [{ name: packageChunk, test: /node_modules/ }] },
					},
				},
			},
		});
	};
	try {
		await make(parts, draft, folder);
		chmodSync(draft, 0o755);
		try {
			renameSync(draft, folder);
		} catch (error) {
			// Another process built the same sources at the same time.
			if (!existsSync(folder)) throw error;
		}
		await make({ gondola: "src/cli/build/installed.ts" }, builds, builds);
	} finally {
		rmSync(draft, { recursive: true, force: true });
	}
	for (const name of readdirSync(builds).map((each) => join(builds, each)))
		if (name !== folder && statSync(name).isDirectory() && Date.now() - statSync(name).mtimeMs > buildsKeptMs)
			rmSync(name, { recursive: true, force: true });
	return "built";
}

/**
 * The code of packages stays in a folder called node_modules: the runtime prints deprecation warnings only for code outside of one, where
 * the developer could change it. There no package.json says that they are modules, so their names do.
 */
const packageMark = "package-";
const packageChunk = (id: string): string => `${packageMark}${basename(/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? "other")}`;

/**
 * The certificate library throws unless reflect-metadata has run before it. Our sources import that first, but the build may put it into a
 * chunk that runs later: so the library's own module imports it.
 */
function metadataFirst(): Plugin {
	return {
		name: "metadata-first",
		transform: (code, id) =>
			/node_modules\/tsyringe\/dist\/esm5\/index\.js$/.test(id) ? { code: `import "reflect-metadata";\n${code}`, map: null } : null,
	};
}

/**
 * Paths beside a source (faces, models, fonts, the page) are resolved to the source's folder, also in the build; threads are resolved to
 * files of the build.
 */
function staysWhereItIs(at: string): Plugin {
	return {
		name: "stays-where-it-is",
		transform(code, id) {
			if (id.includes("node_modules") || !code.includes("import.meta.")) return null;
			const here = `new URL(${JSON.stringify(relative(at, id))}, import.meta.url)`;
			const there = `new URL(${JSON.stringify(`${relative(at, dirname(id))}/`)}, import.meta.url)`;
			const threads = new Map(Object.keys(parts).map((name, n) => [name, `\0thread-${n}\0`]));
			let moved = code
				.replace(/new URL\("\.\/([\w-]+)\.ts", import\.meta\.url\)/g, (whole, name: string) => threads.get(name) ?? whole)
				.replaceAll("import.meta.url", `${here}.href`)
				.replaceAll("import.meta.dirname", `process.getBuiltinModule("node:url").fileURLToPath(${there})`)
				.replaceAll("import.meta.main", "false");
			for (const [name, mark] of threads) moved = moved.replaceAll(mark, `new URL("./${name}.js", import.meta.url)`);
			return { code: moved, map: null };
		},
	};
}

/** Packages are minified; our own code keeps its lines and names, for stack traces. */
function small(minify: (name: string, code: string, options: { module: boolean }) => Promise<{ code: string }>): Plugin {
	return {
		name: "small",
		async generateBundle(_, bundle: Rolldown.OutputBundle) {
			for (const chunk of Object.values(bundle)) {
				if (chunk.type !== "chunk") continue;
				if (chunk.name.startsWith(packageMark)) chunk.code = (await minify(chunk.fileName, chunk.code, { module: true })).code;
				// One character beyond Latin-1 doubles the memory of the whole file.
				chunk.code = chunk.code.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
			}
		},
	};
}

const fault = import.meta.main ? runtimeFault(root) : undefined;
if (fault !== undefined) {
	process.stderr.write(`gondola: ${fault}\n`);
	process.exit(1);
}
if (import.meta.main && (await buildGateway()) === "built") console.log("The gateway is built: dist/gateway");
