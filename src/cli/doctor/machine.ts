/** The machine: clock, disk, memory, power. Read from the kernel's files, so that it works without the daemon. */
import { existsSync, readdirSync, readFileSync, statfsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Check, right, unknown, wrong } from "./check.ts";

/** The kernel's files; a test names a folder of its own. */
const text = (root: string, path: string): string | undefined => {
	try {
		return readFileSync(join(root, path), "latin1").trim();
	} catch {
		return undefined;
	}
};

const entries = (root: string, path: string): string[] => {
	try {
		return readdirSync(join(root, path));
	} catch {
		return [];
	}
};

/** A clock before this day is wrong, because this program is younger. */
const earliestMs = Date.UTC(2026, 0, 1);
const rtcToleranceMs = 5 * 60_000;

export function clockChecks(root = "/", nowMs = Date.now()): Check[] {
	const checks: Check[] = [];
	const now = new Date(nowMs).toISOString();
	checks.push(
		nowMs < earliestMs
			? wrong("clock", "RED", "date", `this box believes it is ${now}.`, "Set it: timedatectl set-time 'YYYY-MM-DD HH:MM:SS'")
			: right("clock", "date", now),
	);
	const hasServer = ["chrony/chronyd.pid", "chronyd.pid", "ntpd.pid"].some((name) => existsSync(join(root, "run", name)));
	if (existsSync(join(root, "run/systemd/timesync/synchronized"))) checks.push(right("clock", "NTP", "a time server has set the clock"));
	else if (hasServer) checks.push(right("clock", "NTP", "a time service of its own runs (chronyc tracking says how well)"));
	else
		checks.push(
			wrong(
				"clock",
				"YELLOW",
				"NTP",
				"no time server has set the clock since the start.",
				"timedatectl set-ntp true, and let UDP port 123 out",
			),
		);
	const rtc = text(root, "sys/class/rtc/rtc0/since_epoch");
	if (rtc === undefined) checks.push(unknown("clock", "RTC", "this box has no clock that runs without power, or hides it"));
	else if (Math.abs(Number(rtc) * 1_000 - nowMs) > rtcToleranceMs)
		checks.push(
			wrong(
				"clock",
				"YELLOW",
				"RTC",
				`the clock that runs without power says ${new Date(Number(rtc) * 1_000).toISOString()}.`,
				"hwclock --systohc; where it is wrong again after a power cut, change its battery",
			),
		);
	else checks.push(right("clock", "RTC", "agrees with the clock"));
	return checks;
}

const percent = (part: number, whole: number): number => Math.round((100 * part) / Math.max(1, whole));
const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** The disk of a directory, or of the nearest one above it that exists. */
export function diskChecks(data: string, root = "/"): Check[] {
	const checks: Check[] = [];
	let at = resolve(data);
	while (!existsSync(at)) at = dirname(at);
	const { bavail, blocks, bsize, files, ffree } = statfsSync(at);
	const [free, left] = [bavail * bsize, percent(bavail, blocks)];
	const said = `${gigabytes(free)} of ${gigabytes(blocks * bsize)} free (${left} %) under ${at}`;
	const act = `du -xh ${at} | sort -h | tail -20 shows what takes the room; journalctl --vacuum-size=200M makes some`;
	if (free < 200e6) checks.push(wrong("disk", "RED", "space", `${said}.`, act));
	else if (left < 10) checks.push(wrong("disk", "YELLOW", "space", `${said}.`, act));
	else checks.push(right("disk", "space", said));
	if (files > 0 && percent(ffree, files) < 5)
		checks.push(wrong("disk", "RED", "inodes", `only ${ffree} more files can be made.`, `find ${at} -xdev -type f | head shows them`));
	for (const line of (text(root, "proc/mounts") ?? "").split("\n")) {
		const [device = "", where = "", , options = ""] = line.split(" ");
		if (where !== mountOf(at, root) || !options.split(",").includes("ro")) continue;
		checks.push(
			wrong(
				"disk",
				"RED",
				where,
				`the file system cannot be written to (${device}).`,
				"dmesg | tail says why; the disk may be worn out: change it",
			),
		);
	}
	for (const name of entries(root, "sys/block").filter((each) => each.startsWith("mmcblk"))) {
		const worn = Math.max(
			...(text(root, `sys/block/${name}/device/life_time`) ?? "0").split(/\s+/).map((each) => Number.parseInt(each, 16)),
		);
		if (worn >= 9)
			checks.push(
				wrong(
					"disk",
					"YELLOW",
					name,
					`the card has ${Math.min(100, worn * 10)} % of its life behind it.`,
					"Order another one, and back up: gondola backup FILE",
				),
			);
		else if (worn > 0) checks.push(right("disk", name, `at most ${worn * 10} % worn`));
	}
	return checks;
}

/** The mount point that a path is under. */
function mountOf(path: string, root: string): string {
	const points = (text(root, "proc/mounts") ?? "").split("\n").map((line) => line.split(" ")[1] ?? "");
	const over = points.filter((point) => point !== "" && (path === point || path.startsWith(point === "/" ? "/" : `${point}/`)));
	return over.sort((a, b) => b.length - a.length)[0] ?? "/";
}

export function memoryChecks(root = "/"): Check[] {
	const lines = text(root, "proc/meminfo");
	if (lines === undefined) return [unknown("memory", "memory", "the system does not say")];
	const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(lines)?.[1] ?? 0);
	const [total, available] = [kilobytes("MemTotal"), kilobytes("MemAvailable")];
	const said = `${Math.round(available / 1_000)} of ${Math.round(total / 1_000)} MB can be used`;
	if (available < 100_000)
		return [wrong("memory", "YELLOW", "memory", `${said}.`, "ps aux --sort=-rss | head shows who takes it; stop what is not needed")];
	return [right("memory", "memory", said)];
}

/** A Raspberry Pi reports undervoltage: bit 0 now, bit 16 since the start. */
export function powerChecks(root = "/"): Check[] {
	const act = "Use the maker's own power supply and a short cable; take hungry USB devices to a hub with a supply of its own";
	const throttled = text(root, "sys/devices/platform/soc/soc:firmware/get_throttled");
	if (throttled !== undefined) {
		const bits = Number.parseInt(throttled, 16);
		if ((bits & 1) !== 0) return [wrong("power", "RED", "voltage", "the supply is too weak at this moment.", act)];
		if ((bits & 0x10000) !== 0) return [wrong("power", "YELLOW", "voltage", "the supply was too weak since the start.", act)];
		return [right("power", "voltage", "was never too low since the start")];
	}
	for (const name of entries(root, "sys/class/hwmon")) {
		if (text(root, `sys/class/hwmon/${name}/name`) !== "rpi_volt") continue;
		if (text(root, `sys/class/hwmon/${name}/in0_lcrit_alarm`) === "1")
			return [wrong("power", "RED", "voltage", "the supply is too weak.", act)];
		return [right("power", "voltage", "is not too low")];
	}
	return [unknown("power", "voltage", "this machine does not tell")];
}
