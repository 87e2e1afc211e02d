/** Devices plugged into this machine, and what they probably are, by the kernel's and udev's names. */
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";

export type FoundFamily = "scanner" | "scale" | "printer";

export interface FoundDevice {
	/** The device file by its most stable name. */
	port: string;
	/** Maker and model, or the name, as udev reports it. */
	name: string;
	guess: FoundFamily;
	protocol: string;
}

const scannerMakers = /honeywell|metrologic|zebra|symbol|datalogic|newland|opticon|code_corp|scanner/i;
const printerMakers = /epson|star|bixolon|citizen|printer|pos-?80/i;

/**
 * Folders of device names, the most stable names first; a device with two names is listed once, under the first. `root` is / except
 * in tests.
 */
export function foundDevices(root = "/", taken: readonly string[] = []): FoundDevice[] {
	const seen = new Set(taken.map((port) => realOf(join(root, port))));
	const places: [string, RegExp, (name: string) => Pick<FoundDevice, "guess" | "protocol">][] = [
		["dev/gondola", /^scanner-/, () => ({ guess: "scanner", protocol: "hid-pos" })],
		["dev/gondola", /^scale-/, () => ({ guess: "scale", protocol: "hid" })],
		["dev/gondola", /^printer-/, () => ({ guess: "printer", protocol: "esc-pos" })],
		["dev/serial/by-id", /./, serial],
		["dev/gondola", /^serial-/, serial],
		["dev/usb", /^lp\d+$/, () => ({ guess: "printer", protocol: "esc-pos" })],
	];
	return places.flatMap(([folder, pattern, guess]) =>
		namesIn(join(root, folder))
			.filter((name) => pattern.test(name))
			.flatMap((name) => {
				const real = realOf(join(root, folder, name));
				if (seen.has(real)) return [];
				seen.add(real);
				return [
					{
						port: `/${folder}/${name}`,
						name: name
							.replace(/^usb-/, "")
							.replace(/-if\d+.*$/, "")
							.replaceAll("_", " "),
						...guess(name),
					},
				];
			}),
	);
}

/** A serial adapter without a scanner's or printer's maker usually has a scale behind it. */
function serial(name: string): Pick<FoundDevice, "guess" | "protocol"> {
	if (scannerMakers.test(name)) return { guess: "scanner", protocol: "serial" };
	return printerMakers.test(name) ? { guess: "printer", protocol: "esc-pos" } : { guess: "scale", protocol: "mt-sics" };
}

export const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).sort() : []);

/** The file behind a name of udev's; the name itself where there is none. */
export function realOf(path: string): string {
	try {
		return realpathSync(path);
	} catch {
		return path;
	}
}
