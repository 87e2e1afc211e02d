import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** The Debian package, made twice and installed into a copy of this machine that is thrown away: an overlay in a mount namespace. */
const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "gondola-package-"));
const pack = (to: string): string => {
	const out = join(folder, to);
	execFileSync(process.execPath, ["src/cli/build/package.ts", "--out", out, "--compression", "none"], { cwd: root, stdio: "pipe" });
	return join(out, readdirSync(out).find((name) => name.endsWith(".deb"))!);
};
const sha = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");
let deb: string;

beforeAll(() => {
	execFileSync("npm", ["run", "-s", "build"], { cwd: root, stdio: "pipe" });
	deb = pack("first");
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

/** Runs a shell script in the copy; what it changes is gone afterwards. Undefined where this machine lets nobody mount. */
function inACopy(script: string): string | undefined {
	const at = join(folder, "copy");
	writeFileSync(join(folder, "script.sh"), script);
	const mounts = [
		"set -e",
		`mkdir -p ${at} && mount -t tmpfs none ${at} && mkdir ${at}/upper ${at}/work ${at}/root`,
		`mount -t overlay overlay -o lowerdir=/,upperdir=${at}/upper,workdir=${at}/work ${at}/root`,
		`mount -t proc proc ${at}/root/proc && mount --bind /dev ${at}/root/dev`,
		`cp ${deb} ${at}/root/gondola.deb && cp ${join(folder, "script.sh")} ${at}/root/script.sh`,
		`exec chroot ${at}/root /bin/sh /script.sh`,
	].join("\n");
	const probe = spawnSync("unshare", ["-m", "sh", "-c", `mount -t tmpfs none ${folder}`]);
	if (probe.status !== 0) return undefined;
	const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", DEBIAN_FRONTEND: "noninteractive" };
	const ran = spawnSync("unshare", ["-m", "sh", "-c", mounts], { env, encoding: "utf8", timeout: 240_000 });
	if (ran.status !== 0) throw new Error(`${ran.stdout}\n${ran.stderr}`);
	return ran.stdout;
}

describe("the Debian package", () => {
	it("is the same bytes when it is made again", () => {
		const again = pack("again");
		expect(sha(again)).toBe(sha(deb));
		rmSync(again);
	});

	it("is an archive for systems without dpkg, too: the same bytes again, and its program runs where it is unpacked", () => {
		const archives = ["archive", "archive again"].map((to) => {
			const out = join(folder, to);
			execFileSync(process.execPath, ["src/cli/build/package.ts", "--out", out, "--compression", "none", "--tarball"], {
				cwd: root,
				stdio: "pipe",
			});
			rmSync(join(out, readdirSync(out).find((name) => name.endsWith(".deb"))!));
			return join(out, readdirSync(out).find((name) => name.endsWith(".tar"))!);
		});
		expect(sha(archives[1]!)).toBe(sha(archives[0]!));
		const at = mkdtempSync(join(folder, "unpacked-"));
		execFileSync("tar", ["-xf", archives[0]!, "-C", at]);
		for (const file of archives) rmSync(file);
		const [node, program] = ["node", "dist/gateway/gondola.js"].map((name) => join(at, "usr/lib/gondola", name));
		const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
		expect(execFileSync(node!, [program!, "--version"], { encoding: "utf8", env: { PATH: "/usr/bin:/bin" } }).trim()).toBe(version);
		rmSync(at, { recursive: true, force: true });
	});

	it("says beside it what it is made of", () => {
		const bill = JSON.parse(readFileSync(deb.replace(/\.deb$/, ".cdx.json"), "utf8")) as {
			bomFormat: string;
			components: { name: string }[];
		};
		expect(bill.bomFormat).toBe("CycloneDX");
		expect(bill.components.map(({ name }) => name)).toEqual(expect.arrayContaining(["node", "better-sqlite3", "@peculiar/x509"]));
	});

	it("installs less than 200 MB and depends on no tools of developers", () => {
		const field = (name: string): string => execFileSync("dpkg-deb", ["-f", deb, name], { encoding: "utf8" }).trim();
		expect(Number(field("Installed-Size")) * 1024).toBeLessThan(200_000_000);
		expect(field("Depends")).not.toMatch(/\b(npm|nodejs|gcc|make)\b|-dev\b/);
		const names = execFileSync("dpkg-deb", ["-c", deb], { encoding: "utf8", maxBuffer: 1e8 });
		expect(names).not.toMatch(/node_modules\/(vite|vitest|typescript|@biomejs|oxlint)\//);
		expect(names).not.toMatch(/\.(cc|gyp|map)$/m);
		for (const line of names.trim().split("\n")) expect(line).toMatch(/ root\/root /);
	});

	it("has nothing that lintian calls an error", ({ skip }) => {
		// Packed without compression for this test alone.
		const packing = "uses-no-compression-for-control-tarball,uses-no-compression-for-data-tarball";
		const asked = spawnSync("lintian", ["--fail-on", "error", "--suppress-tags", packing, deb], { encoding: "utf8" });
		if (asked.error) {
			console.log("left out: lintian is not here");
			skip();
		}
		expect(asked.stdout.split("\n").filter((line) => line.startsWith("E:"))).toEqual([]);
	});

	it("installs, runs as its own user with the runtime it brings, and is purged without a trace", ({ skip }) => {
		const said = inACopy(`set -e
			dpkg -i --force-depends /gondola.deb >/dev/null 2>&1
			stat -c '%U %a %n' /var/lib/gondola /etc/gondola/secrets /etc/gondola/gondola.yaml
			echo "shell $(getent passwd gondola | cut -d: -f7)"
			echo "version $(gondola --version)"
			gondola config check
			for module in serialport node-hid koffi @resvg/resvg-js better-sqlite3 @electric-sql/pglite; do
				(cd /usr/lib/gondola && ./node -e "require('$module')") && echo "loads $module"
			done
			gondola enroll --help | head -n 1
			bash -n /usr/share/bash-completion/completions/gondola
			zcat /usr/share/man/man1/gondola.1.gz | grep -c '^.TP'
			printf 'store: store-1\\ndesk: { port: 0 }\\nbroker: { port: 0 }\\n' > /etc/gondola/gondola.yaml
			setpriv --reuid gondola --regid gondola --init-groups --inh-caps=-all gondola run > /out.txt 2>&1 &
			daemon=$!
			for n in $(seq 1 600); do grep -q 'gondola is up' /out.txt && break; sleep 0.1; done
			url=$(sed -n 's/^cockpit \\(http[^ ]*\\).*/\\1/p' /out.txt)
			/usr/lib/gondola/node -e "fetch('$url/healthz').then(async (answer) => console.log('healthz', answer.status))"
			kill $daemon; wait $daemon || true
			ls -ld /var/lib/gondola/ledger.db | cut -d' ' -f1,3
			dpkg --purge gondola >/dev/null 2>&1
			ls -d /usr/lib/gondola /var/lib/gondola /etc/gondola 2>/dev/null || echo gone
		`);
		if (said === undefined) {
			console.log("left out: nobody may mount here, so nothing can be installed for a try");
			skip();
		}
		expect(said).toContain("gondola 700 /var/lib/gondola");
		expect(said).toContain("root 750 /etc/gondola/secrets");
		expect(said).toContain("root 644 /etc/gondola/gondola.yaml");
		expect(said).toMatch(/^shell .*nologin$/m);
		expect(said).toMatch(/^version \d+\.\d+\.\d+$/m);
		expect(said!.match(/^loads /gm)).toHaveLength(6);
		expect(said).toContain("gondola enroll CODE");
		expect(said).toContain("healthz 200");
		expect(said).toMatch(/^-rw------- gondola$/m);
		expect(said!.trim().split("\n").at(-1)).toBe("gone");
	});
});
