/** The systemd unit: what it may not be without, and what systemd itself says of its exposure where it is installed. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const unit = join(import.meta.dirname, "../../systemd/gondola.service");

it.each([
	"User=gondola",
	"NoNewPrivileges=yes",
	"ProtectSystem=strict",
	"ProtectHome=yes",
	"PrivateTmp=yes",
	"ProtectKernelTunables=yes",
	"ProtectKernelModules=yes",
	"ProtectControlGroups=yes",
	"RestrictNamespaces=yes",
	"RestrictSUIDSGID=yes",
	"LockPersonality=yes",
	"SystemCallArchitectures=native",
	"CapabilityBoundingSet=CAP_NET_BIND_SERVICE",
	"DevicePolicy=closed",
	"UMask=0077",
	"StateDirectoryMode=0700",
])("has %s", (line) => {
	expect(readFileSync(unit, "utf8").split("\n")).toContain(line);
});

it("bounds its memory, and lets it grow to what a busy store takes", () => {
	const limit = Number(/^MemoryMax=(\d+)M$/m.exec(readFileSync(unit, "utf8"))?.[1]);
	expect(limit).toBeGreaterThanOrEqual(400);
	expect(limit).toBeLessThanOrEqual(1_024);
});

const analyze = spawnSync("systemd-analyze", ["security", "--offline=yes", "--threshold=25", unit], { encoding: "utf8" });
it.skipIf(analyze.error !== undefined)(
	"is exposed by 2.5 of 10 at most, as systemd counts (skipped where systemd-analyze is not there)",
	() => {
		expect(analyze.status, analyze.stdout.slice(-400) + analyze.stderr).toBe(0);
	},
);
