/** The configured devices as this machine sees them, without asking the gateway: files of cables, addresses on the network. */
import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Config } from "../../config/schema.ts";
import { reach, rightsFault } from "./box.ts";
import { type Check, right, unknown, wrong } from "./check.ts";

type Device = Config["devices"][number];

/** While the gateway runs only cables are checked: a second connection to a printer or a scale could disturb the first. */
export async function deviceChecks(devices: readonly Device[], isRunning: boolean): Promise<Check[]> {
	const checks = await Promise.all(
		devices.map(async (device): Promise<Check[]> => {
			if (device.protocol === "opendisplay") return isRunning ? [] : labelChecks(device.labels);
			const place = placeOf(device);
			if (place === undefined) return [];
			if (typeof place === "string") return [cable(device.id, place)];
			return isRunning ? [] : [await answers(device.id, place, "its network cable")];
		}),
	);
	return checks.flat();
}

async function answers(about: string, { host, port }: { host: string; port: number }, link: string): Promise<Check> {
	const fault = await reach(host, port);
	if (fault === undefined) return right("devices", about, `${host}:${port} answers`);
	const act = `Check its power and ${link}, and that ${about} has this address`;
	return wrong("devices", "RED", about, `${host}:${port} does not answer (${fault}).`, act);
}

/** A store may have hundreds: so many are asked at a time. */
const askedAtOnce = 32;

/** Each label is asked by a connection that ends at once; a label that sleeps does not answer between two wake times. */
async function labelChecks(labels: Extract<Device, { protocol: "opendisplay" }>["labels"]): Promise<Check[]> {
	const checks: Check[] = [];
	for (let from = 0; from < labels.length; from += askedAtOnce)
		checks.push(
			...(await Promise.all(labels.slice(from, from + askedAtOnce).map((at) => answers(at.label, at, "the Wi-Fi at its place")))),
		);
	return checks;
}

/** A device file or an address; undefined for devices that connect to the gateway themselves. */
function placeOf(device: Device): string | { host: string; port: number } | undefined {
	if ("port" in device && typeof device.port === "string") return device.port;
	if (!("host" in device) || device.host === undefined) return undefined;
	// A scanner's host has its port in it.
	const [, host, port] = /^([^\s:/]+):(\d{1,5})$/.exec(device.host) ?? [];
	if (host !== undefined) return { host, port: Number(port) };
	return "tcpPort" in device && device.tcpPort !== undefined ? { host: device.host, port: device.tcpPort } : undefined;
}

function cable(id: string, file: string): Check {
	if (!existsSync(file)) {
		const act = existsSync(dirname(file))
			? `ls -l ${dirname(file)} shows what is plugged in`
			: "ls -l /dev/serial/by-id shows what is plugged in";
		return wrong("devices", "RED", id, `there is no ${file}: the cable is unplugged, or the device is off.`, `Plug it in; ${act}`);
	}
	const real = realpathSync(file);
	const found = statSync(real);
	if (!found.isCharacterDevice() && !found.isFIFO()) return wrong("devices", "RED", id, `${file} is no device.`, "Correct devices[].port");
	const act = rightsFault(real, found);
	if (act !== undefined)
		return wrong("devices", "RED", id, `the service may not use ${real} (mode ${(found.mode & 0o777).toString(8)}).`, act);
	return file.startsWith("/dev/ttyUSB") || file.startsWith("/dev/ttyACM")
		? unknown(
				"devices",
				id,
				`${file} is there; its number changes with the order of plugging in`,
				"Prefer the names under /dev/gondola or /dev/serial/by-id",
			)
		: right("devices", id, `${file} is there, and the service may use it`);
}
