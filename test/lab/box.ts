import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { arch, homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Machine } from "./machine.ts";

/** The image of a virtual machine and the packages that are installed in it. */
const root = resolve(import.meta.dirname, "../..");

/** Node of the installed package. */
export const node = "/usr/lib/gondola/node";

/** The desk's token, which `configure` writes where the package wants it. */
export const token = "a-token-of-the-lab-0123456789abcdef";

/** The first lines of a gondola.yaml whose desk and broker are open to the machine itself, with that token. */
export const commonSettings = `store: "0117"
desk: { host: 127.0.0.1, port: 8080, tokenFile: /etc/gondola/secrets/desk-token }
broker: { host: 127.0.0.1, port: 1883 }
`;

/** The image, made once and kept outside the repository; a sentence where this machine cannot have one. */
export function image(): { folder: string } | { cannot: string } {
	if (arch() !== "x64") return { cannot: `the virtual machine is made for x64, this one is ${arch()}` };
	for (const program of ["qemu-system-x86_64", "qemu-img", "mmdebstrap", "mke2fs", "cpio", "nbdkit"]) {
		const found = spawnSync("sh", ["-c", `PATH=$PATH:/usr/sbin:/sbin command -v ${program}`]);
		if (found.status !== 0) return { cannot: `${program} is not installed` };
	}
	const kept = process.env["GONDOLA_LAB_CACHE"] ?? join(homedir(), ".cache/gondola-lab");
	const sources = ["image.sh", "guest/agent.py", "guest/agent.service"].map((file) => readFileSync(join(import.meta.dirname, file)));
	const folder = join(kept, createHash("sha256").update(Buffer.concat(sources)).digest("hex").slice(0, 16));
	if (existsSync(join(folder, "made"))) return { folder };
	const half = `${folder}.half`;
	mkdirSync(half, { recursive: true });
	const env = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` };
	const made = spawnSync("bash", [join(import.meta.dirname, "image.sh"), half], { encoding: "utf8", env, timeout: 780_000 });
	if (made.status === 3) return { cannot: `no Debian packages to make it from: ${made.stderr.trim().split("\n").at(-1)}` };
	if (made.status !== 0) throw new Error(`image.sh ended with ${made.status ?? made.signal}:\n${made.stdout}\n${made.stderr}`);
	renameSync(half, folder);
	return { folder };
}

/** The folder that the virtual machine sees at /lab: the package, a newer one that does not start, and the ends of its devices. */
export function share(folder: string): void {
	execFileSync("npm", ["run", "-s", "build"], { cwd: root, stdio: "pipe" });
	const pack = ["src/cli/build/package.ts", "--out", join(folder, "out"), "--compression", "none"];
	execFileSync(process.execPath, pack, { cwd: root, stdio: "pipe" });
	const deb = readdirSync(join(folder, "out")).find((name) => name.endsWith(".deb"))!;
	renameSync(join(folder, "out", deb), join(folder, "gondola.deb"));
	broken(folder);
	cpSync(join(import.meta.dirname, "guest"), join(folder, "test/lab/guest"), { recursive: true });
	for (const part of ["src/sim", "package.json"]) cpSync(join(root, part), join(folder, part), { recursive: true });
}

/** Installs the package offline. */
export async function install(box: Machine): Promise<void> {
	await box.sh("DEBIAN_FRONTEND=noninteractive apt-get install -y /lab/gondola.deb", 380);
}

/** Puts the token and the shared folder's gondola.yaml where the package wants them. */
export async function configure(box: Machine): Promise<void> {
	await box.sh(
		`umask 077; echo ${token} > /tmp/token; install -m 640 -g gondola /tmp/token /etc/gondola/secrets/desk-token; ` +
			"install -m 644 /lab/gondola.yaml /etc/gondola/gondola.yaml",
	);
}

/** The same package under a later version, whose program ends at once. */
function broken(folder: string): void {
	const at = join(folder, "broken");
	execFileSync("dpkg-deb", ["-R", join(folder, "gondola.deb"), at]);
	const control = join(at, "DEBIAN/control");
	const version = /^Version: (.+)$/m.exec(readFileSync(control, "utf8"))![1]!;
	for (const file of readdirSync(join(at, "DEBIAN"))) {
		const text = readFileSync(join(at, "DEBIAN", file), "utf8");
		writeFileSync(join(at, "DEBIAN", file), text.replaceAll(version, "99.0.0"));
	}
	const program = join(at, "usr/lib/gondola/dist/gateway/gondola.js");
	writeFileSync(program, 'console.error("a build that does not start");\nprocess.exit(1);\n');
	execFileSync("dpkg-deb", ["--root-owner-group", "-Znone", "-b", at, join(folder, "broken.deb")], { stdio: "pipe" });
	execFileSync("rm", ["-rf", at]);
}
