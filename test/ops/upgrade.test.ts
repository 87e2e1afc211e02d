/**
 * The package's scripts as dpkg runs them, in a folder of their own (DPKG_ROOT): with a systemctl and a gondola that only pretend, so that a
 * bad build can be played. A real dpkg compares the versions.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const scripts = join(import.meta.dirname, "../../systemd/debian");
let root: string;

/** A program is healthy unless its folder says otherwise, or it is older than the shape of the ledger. */
const fakes = {
	systemctl: `echo "systemctl $*" >> "$ROOT/calls"
case "$1 $2" in
"is-enabled --quiet") test -e "$ROOT/enabled" ;;
"is-active --quiet") test ! -e "$ROOT/usr/lib/gondola/broken" && test "$(cat "$ROOT/usr/lib/gondola/shape")" -ge "$(cat "$ROOT/var/lib/gondola/ledger.db")" ;;
"start --no-block") test -e "$ROOT/usr/lib/gondola/migrates" && cat "$ROOT/usr/lib/gondola/shape" > "$ROOT/var/lib/gondola/ledger.db"; true ;;
esac`,
	gondola: `echo "gondola $*" >> "$ROOT/calls"
case "$1" in
backup) cp "$ROOT/var/lib/gondola/ledger.db" "$2" ;;
restore) cp "$2" "$ROOT/var/lib/gondola/ledger.db" ;;
esac`,
	udevadm: "true",
	"systemd-sysusers": "true",
	"systemd-tmpfiles": "true",
};

const put = (path: string, text = "", mode = 0o644): void => {
	mkdirSync(join(root, path, ".."), { recursive: true });
	writeFileSync(join(root, path), text, { mode });
};
const textOf = (path: string): string => readFileSync(join(root, path), "utf8").trim();

beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), "gondola-upgrade-"));
	for (const [name, text] of Object.entries(fakes)) put(`fakes/${name}`, `#!/bin/sh\n${text}\n`, 0o755);
	for (const path of ["run/systemd/system/x", "usr/share/gondola/first.yaml", "etc/gondola/gondola.yaml", "enabled", "calls"]) put(path);
	put("usr/lib/systemd/system/gondola.service", "unit of 1.0.0");
	put("usr/bin/gondola", "command of 1.0.0");
	put("var/lib/gondola/ledger.db", "13");
	program("1.0.0", 13);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Unpacks a version, as dpkg does: a new file takes the place of the old one. */
function program(version: string, shape: number, ...marks: string[]): void {
	for (const path of readdirSync(join(root, "usr/lib"), { withFileTypes: true }))
		if (path.name === "gondola") for (const name of readdirSync(join(root, "usr/lib/gondola"))) rmSync(join(root, "usr/lib/gondola", name));
	put("usr/lib/gondola/version", version);
	put("usr/lib/gondola/shape", String(shape));
	for (const mark of marks) put(`usr/lib/gondola/${mark}`);
}

function run(script: string, version: string, ...args: string[]): { code: number; err: string } {
	put(`fakes/${script}.sh`, readFileSync(join(scripts, script), "utf8").replaceAll("@VERSION@", version), 0o755);
	const env = { PATH: `${join(root, "fakes")}:${process.env["PATH"]!}`, DPKG_ROOT: root, ROOT: root, GONDOLA_HEALTHY_WITHIN: "1" };
	const { status, stderr } = spawnSync("sh", [join(root, "fakes", `${script}.sh`), ...args], { env, encoding: "utf8" });
	return { code: status ?? -1, err: stderr };
}
function upgrade(to: string, shape: number, ...marks: string[]): { code: number; err: string } {
	const from = textOf("usr/lib/gondola/version");
	expect(run("preinst", to, "upgrade", from)).toEqual({ code: 0, err: "" });
	program(to, shape, ...marks);
	put("usr/bin/gondola", `command of ${to}`);
	return run("postinst", to, "configure", from);
}

describe("an upgrade", () => {
	it("goes on with the new program when that is healthy, and keeps nothing of the old one", () => {
		expect(upgrade("1.1.0", 14, "migrates")).toEqual({ code: 0, err: "" });
		expect([textOf("usr/lib/gondola/version"), textOf("var/lib/gondola/ledger.db")]).toEqual(["1.1.0", "14"]);
		expect(readdirSync(join(root, "usr/lib")).sort()).toEqual(["gondola", "systemd"]);
		expect(existsSync(join(root, "var/lib/gondola/before-upgrade.db"))).toBe(false);
	});

	it("goes back by itself when the new program is not healthy: program, command, unit; the ledger stays", () => {
		const { code, err } = upgrade("1.1.0", 13, "broken");
		expect([code, err]).toEqual([1, expect.stringContaining("1.1.0 was not healthy within 1 s; 1.0.0 runs again")]);
		expect([textOf("usr/lib/gondola/version"), textOf("usr/bin/gondola")]).toEqual(["1.0.0", "command of 1.0.0"]);
		expect(existsSync(join(root, "usr/lib/gondola/broken"))).toBe(false);
		expect(textOf("calls")).not.toContain("gondola restore");
	});

	it("brings the ledger back, too, where the old program does not open the new one's", () => {
		const { code } = upgrade("1.1.0", 14, "broken", "migrates");
		expect([code, textOf("usr/lib/gondola/version"), textOf("var/lib/gondola/ledger.db")]).toEqual([1, "1.0.0", "13"]);
		expect(textOf("calls")).toContain("gondola restore");
		expect(existsSync(join(root, "var/lib/gondola/before-upgrade.db"))).toBe(false);
	});

	it("is not taken for done when dpkg asks again; the old package, or a newer one, may follow", () => {
		upgrade("1.1.0", 13, "broken");
		expect(run("postinst", "1.1.0", "configure", "1.0.0")).toMatchObject({
			code: 1,
			err: expect.stringContaining("the program before it is in place"),
		});
		expect(run("preinst", "1.0.0", "upgrade", "1.1.0").code).toBe(0);
		program("1.0.0", 13);
		expect(run("postinst", "1.0.0", "configure", "1.1.0").code).toBe(0);
		expect(readdirSync(join(root, "usr/lib")).sort()).toEqual(["gondola", "systemd"]);
		expect(upgrade("1.2.0", 14, "migrates").code).toBe(0);
	});

	it("leaves a gateway stopped that somebody disabled", () => {
		rmSync(join(root, "enabled"));
		expect(upgrade("1.1.0", 14, "broken").code).toBe(0);
		expect(textOf("calls")).not.toMatch(/systemctl (re)?start .*gondola/);
	});
});

describe("a downgrade", () => {
	it.each([
		["1.1.0", "1.0.0"],
		["1.10.0", "1.9.0"],
		["2.0.0", "2.0.0~rc1"],
	])("from %s to %s is refused with a sentence, and nothing is changed", (from, to) => {
		program(from, 14);
		const { code, err } = run("preinst", to, "upgrade", from);
		expect([code, err]).toEqual([1, expect.stringContaining(`${from} is installed, which is newer than ${to}`)]);
		expect(readdirSync(join(root, "usr/lib")).sort()).toEqual(["gondola", "systemd"]);
	});

	it("is none when the same version is installed again", () => {
		expect(run("preinst", "1.0.0", "upgrade", "1.0.0")).toEqual({ code: 0, err: "" });
	});
});
