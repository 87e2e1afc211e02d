/** What the doctor reads in the kernel's files, of machines that are planted in a folder. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { driverChecks, rightsFault } from "../../src/cli/doctor/box.ts";
import { clockChecks, diskChecks, memoryChecks, powerChecks } from "../../src/cli/doctor/machine.ts";

let root: string;
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), "gondola-machine-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const plant = (path: string, text = ""): void => {
	mkdirSync(dirname(join(root, path)), { recursive: true });
	writeFileSync(join(root, path), text);
};
const stateOf = (checks: { about: string; state: string; level?: string }[], about: string) => {
	const found = checks.find((check) => check.about === about);
	return found?.level ?? found?.state;
};
const nowMs = Date.UTC(2026, 5, 1);

it("says that no time server has set the clock, and that the battery's clock is another", () => {
	expect(stateOf(clockChecks(root, nowMs), "NTP")).toBe("YELLOW");
	plant("run/systemd/timesync/synchronized");
	plant("sys/class/rtc/rtc0/since_epoch", String(nowMs / 1_000 - 3_600));
	expect(stateOf(clockChecks(root, nowMs), "NTP")).toBe("right");
	expect(stateOf(clockChecks(root, nowMs), "RTC")).toBe("YELLOW");
	plant("sys/class/rtc/rtc0/since_epoch", String(nowMs / 1_000 - 3));
	expect(stateOf(clockChecks(root, nowMs), "RTC")).toBe("right");
	expect(stateOf(clockChecks(root, Date.UTC(1970, 0, 1)), "date")).toBe("RED");
});

it("says that a disk is mounted read-only, and that a card is worn", () => {
	plant("proc/mounts", "/dev/mmcblk0p2 / ext4 ro,relatime 0 0\n");
	plant("sys/block/mmcblk0/device/life_time", "0x02 0x0a");
	const checks = diskChecks(root, root);
	expect(stateOf(checks, "/")).toBe("RED");
	expect(checks.find(({ about }) => about === "mmcblk0")).toMatchObject({
		level: "YELLOW",
		what: "the card has 100 % of its life behind it.",
	});
});

it("says that memory is short, and that the supply of a small computer is too weak", () => {
	plant("proc/meminfo", "MemTotal: 1000000 kB\nMemAvailable: 50000 kB\n");
	expect(stateOf(memoryChecks(root), "memory")).toBe("YELLOW");
	expect(stateOf(powerChecks(root), "voltage")).toBe("unknown");
	plant("sys/devices/platform/soc/soc:firmware/get_throttled", "50005");
	expect(stateOf(powerChecks(root), "voltage")).toBe("RED");
	plant("sys/devices/platform/soc/soc:firmware/get_throttled", "50000");
	expect(stateOf(powerChecks(root), "voltage")).toBe("YELLOW");
});

it("names the driver that a cable lacks, and the program that takes it away", () => {
	plant("sys/bus/usb/devices/1-2/idVendor", "1a86\n");
	plant("sys/bus/usb/devices/1-2:1.0/bInterfaceClass", "ff");
	plant("usr/bin/brltty");
	const checks = driverChecks(root);
	expect(checks.map(({ about, level, do: act }) => [about, level, act])).toEqual([
		["1-2", "RED", "modprobe ch341 && systemctl restart gondola"],
		["brltty", "YELLOW", "apt-get remove brltty"],
	]);
	plant("sys/bus/usb/devices/1-2:1.0/driver/module");
	expect(stateOf(driverChecks(root), "1-2")).toBe("right");
});

it("names the command that gives the service a port it may not use (case P6)", () => {
	expect(rightsFault("/dev/ttyS0", { uid: 0, gid: 0, mode: 0o20600 })).toContain("chmod 660 /dev/ttyS0");
	expect(rightsFault("/dev/hidraw0", { uid: 0, gid: 0, mode: 0o20600 })).toContain("udevadm trigger");
	expect(rightsFault("/dev/ttyS0", { uid: 0, gid: 0, mode: 0o20666 })).toBeUndefined();
});
