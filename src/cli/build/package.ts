/**
 * `npm run package [-- --out DIR] [--compression none|gzip|xz]`: a Debian package with its own runtime and prebuilt modules, for the
 * processor of this machine. The same sources and runtime make the same bytes: times come from the last commit, owners are root, and
 * dpkg-deb writes names in order. What it is made of lies beside it as CycloneDX.
 *
 *   /usr/lib/gondola    node, dist (the build), src and drivers (the build asks whether it is theirs), config, the packages with files
 *   /usr/lib/systemd …  unit, user, folders, device rules; /usr/bin/gondola, its manual page and completions
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
	chmodSync,
	copyFileSync,
	cpSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { verbs as verbsOfGondola } from "../verbs.ts";
import { buildFolder, root } from "./built.ts";
import { bashCompletion, fishCompletion, manualPage, verbsInWords, zshCompletion } from "./help-files.ts";
import { runtimeFault } from "./runtime.ts";
import { sbom } from "./sbom.ts";
import { shippedPackages, ships } from "./shipped-packages.ts";

const architectures: Record<string, string> = { x64: "amd64", arm64: "arm64" };
const mostInstalledBytes = 200_000_000;
const home = "usr/lib/gondola";

interface Manifest {
	version: string;
	description: string;
}

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;

/** The time of every file in the package, in seconds since 1970: that of the last commit, or SOURCE_DATE_EPOCH. */
function sourceTime(): number {
	const given = process.env["SOURCE_DATE_EPOCH"];
	if (given !== undefined) return Number(given);
	const asked = spawnSync("git", ["log", "-1", "--format=%ct"], { cwd: root, encoding: "utf8" });
	return asked.status === 0 ? Number(asked.stdout.trim()) : 1_767_225_600;
}

function copyInto(tree: string, from: string, to: string, mode = 0o644): void {
	const target = join(tree, to);
	mkdirSync(dirname(target), { recursive: true });
	copyFileSync(join(root, from), target);
	chmodSync(target, mode);
}

function write(tree: string, to: string, content: string | Buffer, mode = 0o644): void {
	const target = join(tree, to);
	mkdirSync(dirname(target), { recursive: true });
	writeFileSync(target, content);
	chmodSync(target, mode);
}

/** Copies what is shipped into `tree`. `built` is the folder of the build. */
async function gather(tree: string, built: string): Promise<void> {
	for (const folder of ["src", "drivers", "config", "dist/cockpit", "dist/hand", "dist/office"])
		cpSync(join(root, folder), join(tree, home, folder), { recursive: true });
	cpSync(built, join(tree, home, relative(root, built)), { recursive: true });
	for (const file of [
		"package.json",
		"package-lock.json",
		"README.md",
		"CHANGELOG.md",
		"LICENSE",
		"SECURITY.md",
		"dist/gateway/gondola.js",
	])
		copyInto(tree, file, join(home, file));
	for (const name of readdirSync(join(root, "dist/gateway")).filter((each) => /^installed.*\.js$/.test(each)))
		copyInto(tree, `dist/gateway/${name}`, join(home, "dist/gateway", name));
	for (const at of shippedPackages()) {
		const from = join(root, at);
		cpSync(from, join(tree, home, at), { recursive: true, filter: (file) => ships(at, relative(from, file)) });
	}
	copyInto(tree, "node_modules/node/bin/node", `${home}/node`, 0o755);
	// By this an upgrade that rolled back knows which version failed.
	write(tree, `${home}/version`, `${manifest.version}\n`);
	stripSymbols(tree);

	copyInto(tree, "systemd/gondola.service", "usr/lib/systemd/system/gondola.service");
	copyInto(tree, "systemd/gondola.sysusers", "usr/lib/sysusers.d/gondola.conf");
	copyInto(tree, "systemd/gondola.tmpfiles", "usr/lib/tmpfiles.d/gondola.conf");
	copyInto(tree, "systemd/gondola.modules", "usr/lib/modules-load.d/gondola.conf");
	copyInto(tree, "systemd/70-gondola.rules", "usr/lib/udev/rules.d/70-gondola.rules");
	copyInto(tree, "systemd/gondola.sh", "usr/bin/gondola", 0o755);
	copyInto(tree, "systemd/debian/first.yaml", "usr/share/gondola/first.yaml");
	copyInto(tree, "systemd/debian/copyright", "usr/share/doc/gondola/copyright");
	copyInto(tree, "config/gondola.example.yaml", "usr/share/doc/gondola/examples/gondola.example.yaml");
	write(tree, "usr/share/doc/gondola/changelog.gz", gzipSync(readFileSync(join(root, "CHANGELOG.md")), { level: 9 }));
	const verbs = await verbsInWords(verbsOfGondola);
	write(tree, "usr/share/man/man1/gondola.1.gz", gzipSync(manualPage(verbs, manifest.version), { level: 9 }));
	write(tree, "usr/share/bash-completion/completions/gondola", bashCompletion(verbs));
	// The runtime brings its own zlib, as its makers build it.
	write(tree, "usr/share/lintian/overrides/gondola", `gondola: embedded-library zlib [${home}/node]\n`);
	write(tree, "usr/share/zsh/vendor-completions/_gondola", zshCompletion(verbs));
	write(tree, "usr/share/fish/vendor_completions.d/gondola.fish", fishCompletion(verbs));
}

/** A quarter of the runtime are symbols for debuggers; the modules lose theirs as well. */
function stripSymbols(tree: string): void {
	const modules = everything(join(tree, home, "node_modules")).filter((path) => path.endsWith(".node"));
	if (spawnSync("strip", ["--strip-unneeded", join(tree, home, "node"), ...modules]).status !== 0)
		process.stderr.write("gondola: no strip here; the runtime stays whole\n");
}

/** dpkg runs them; @VERSION@ in them is the package's. */
const scripts = ["preinst", "postinst", "prerm", "postrm"] as const;

/** Programs that the package starts by name; everything else is read by them. */
const programs = new Set([`${home}/node`, "usr/bin/gondola", ...scripts.map((script) => `DEBIAN/${script}`)]);

/** All paths below a folder, depth first, so that a folder's time is set after its content. */
function everything(folder: string): string[] {
	return readdirSync(folder)
		.sort()
		.flatMap((name) => {
			const path = join(folder, name);
			return lstatSync(path).isDirectory() ? [...everything(path), path] : [path];
		});
}

/** Sets modes and times that do not depend on the machine that builds; answers the bytes that will be installed. */
function settle(tree: string, seconds: number): number {
	let bytes = 0;
	for (const path of [...everything(tree), tree]) {
		const found = statSync(path);
		if (found.isFile()) bytes += found.size;
		chmodSync(path, found.isDirectory() || programs.has(relative(tree, path)) ? 0o755 : 0o644);
		utimesSync(path, seconds, seconds);
	}
	return bytes;
}

function control(architecture: string, bytes: number): string {
	return [
		"Package: gondola",
		`Version: ${manifest.version}`,
		`Architecture: ${architecture}`,
		"Maintainer: Gondola maintainers <maintainers@gondola.invalid>",
		`Installed-Size: ${Math.ceil(bytes / 1024)}`,
		"Depends: libc6 (>= 2.36), libgcc-s1, libstdc++6, libudev1, libusb-1.0-0, systemd (>= 252), udev",
		"Section: net",
		"Priority: optional",
		"Description: gateway of a retail store",
		" Shelf labels, scanners, scales, receipt printers, prices and stock of one store,",
		" equal to head office and able to go on without it for days.",
		"",
	].join("\n");
}

/** Packs the files for a system without dpkg, to be unpacked at its root. tar knows the compression by the name. */
function tarball(tree: string, file: string, seconds: number): void {
	const same = ["--sort=name", `--mtime=@${seconds}`, "--owner=0", "--group=0", "--numeric-owner", "--exclude=./DEBIAN"];
	execFileSync("tar", [...same, "-caf", file, "-C", tree, "."], { stdio: ["ignore", "ignore", "inherit"] });
	process.stdout.write(`${file}\n`);
}

async function pack(): Promise<number> {
	const { values } = parseArgs({
		options: {
			out: { type: "string", default: join(root, "dist/package") },
			compression: { type: "string", default: "xz" },
			tarball: { type: "boolean" },
		},
	});
	const architecture = architectures[process.arch];
	if (architecture === undefined || process.platform !== "linux") {
		process.stderr.write("gondola: packages are made on Linux, for amd64 and arm64\n");
		return 1;
	}
	const fault = runtimeFault(root);
	if (fault !== undefined) {
		process.stderr.write(`gondola: ${fault}\n`);
		return 1;
	}
	const built = buildFolder();
	if (!existsSync(built)) execFileSync("npm", ["run", "-s", "build"], { cwd: root, stdio: "inherit" });
	mkdirSync(values.out, { recursive: true });
	const tree = join(values.out, "tree");
	rmSync(tree, { recursive: true, force: true });
	mkdirSync(tree, { recursive: true });
	try {
		await gather(tree, built);
		const seconds = sourceTime();
		const bytes = settle(tree, seconds);
		if (bytes > mostInstalledBytes) {
			process.stderr.write(`gondola: ${(bytes / 1e6).toFixed(0)} MB would be installed; ${mostInstalledBytes / 1e6} are the most\n`);
			return 1;
		}
		mkdirSync(join(tree, "DEBIAN"));
		write(tree, "DEBIAN/control", control(architecture, bytes));
		for (const script of scripts) {
			const text = readFileSync(join(root, "systemd/debian", script), "utf8").replaceAll("@VERSION@", manifest.version);
			write(tree, `DEBIAN/${script}`, text, 0o755);
		}
		settle(tree, seconds);
		const file = join(values.out, `gondola_${manifest.version}_${architecture}.deb`);
		execFileSync("dpkg-deb", ["--root-owner-group", `-Z${values.compression}`, "-z4", "--build", tree, file], {
			env: { ...process.env, SOURCE_DATE_EPOCH: String(seconds) },
			stdio: ["ignore", "ignore", "inherit"],
		});
		if (values.tarball)
			tarball(tree, file.replace(/\.deb$/, values.compression === "none" ? ".tar" : `.tar.${values.compression}`), seconds);
		writeFileSync(file.replace(/\.deb$/, ".cdx.json"), `${JSON.stringify(sbom(), null, "\t")}\n`);
		const size = statSync(file).size / 1e6;
		process.stdout.write(`${basename(file)}: ${size.toFixed(0)} MB, ${(bytes / 1e6).toFixed(0)} MB installed\n${file}\n`);
		return 0;
	} finally {
		rmSync(tree, { recursive: true, force: true });
	}
}

process.exitCode = await pack();
