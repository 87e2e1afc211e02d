/** The devices on this machine's cables, from files of the kernel and udev. Opens nothing and sends nothing. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { foundDevices, namesIn, realOf } from "../setup/found-devices.ts";

export interface BoxDevice {
	/** Device file, or address and TCP port. */
	at: string;
	by: "serial" | "hid" | "usblp" | "mdns";
	name: string;
	/** The device's probable kind, in words. */
	probably: string;
	family: "scanner" | "scale" | "printer" | "label" | null;
	protocol: string | null;
	/** A USB adapter for a serial line does not tell which device is on the line. */
	isSure: boolean;
}

/** USB vendor ids from the USB-IF list, for devices whose own name says nothing. */
const makers: Readonly<Record<string, string>> = {
	"0c2e": "Honeywell",
	"05e0": "Zebra (Symbol)",
	"05f9": "Datalogic",
	"1eab": "Newland",
	"04b8": "Epson",
	"0519": "Star",
	"0922": "Dymo",
	"0eb8": "Mettler-Toledo",
	"1d90": "Citizen",
	"1504": "Bixolon",
	"0dd4": "Custom",
	"0a5f": "Zebra printer",
};

/** Cables, not devices: USB to serial converters. */
const adapters = /(^|[-_ ])(ftdi|prolific|silicon labs|cp210\d|ch34\d|1a86|pl2303|usb.?serial|usb2\.0-ser)/i;

export function boxDevices(root = "/"): BoxDevice[] {
	const found = foundDevices(root);
	const isLp = (port: string): boolean => port.startsWith("/dev/usb/lp");
	const serial = found
		.filter(({ port }) => port.includes("serial"))
		.map((each): BoxDevice => {
			const { port: at, name, guess: family, protocol } = each;
			const isAdapter = adapters.test(name);
			return {
				at,
				by: "serial",
				name,
				probably: isAdapter ? "a USB cable to a serial line; look at what it is plugged into" : `${a(family)} (${protocol})`,
				family: isAdapter ? null : family,
				protocol: isAdapter ? null : protocol,
				isSure: !isAdapter && family !== "scale",
			};
		});
	const printers = found.filter(({ port }) => isLp(port)).map(({ port }) => usbPrinter(root, port));
	return [...serial, ...bareSerial(root, serial), ...printers, ...hidDevices(root)];
}

const a = (family: string): string => `a ${family}`;

/** Serial devices that udev has no stable name for: their number changes with the order of plugging in. */
function bareSerial(root: string, named: readonly BoxDevice[]): BoxDevice[] {
	const known = new Set(named.map(({ at }) => realOf(join(root, at))));
	return namesIn(join(root, "dev"))
		.filter((name) => /^tty(USB|ACM)\d+$/.test(name) && !known.has(realOf(join(root, "dev", name))))
		.map((name) => ({
			at: `/dev/${name}`,
			by: "serial",
			name,
			probably: "a serial device without a stable name",
			family: null,
			protocol: null,
			isSure: false,
		}));
}

/** A USB printer describes itself (IEEE 1284 device id), such as MFG:EPSON;CMD:ESC/POS;MDL:TM-T88V. */
function usbPrinter(root: string, at: string): BoxDevice {
	const said = textIn(join(root, "sys/class/usbmisc", basename(at), "device/ieee1284_id"));
	const field = (...names: string[]): string =>
		names.map((name) => new RegExp(`(?:^|;)\\s*${name}:([^;]*)`, "i").exec(said)?.[1]?.trim()).find((value) => value) ?? "";
	const [maker, model, speaks] = [field("MFG", "MANUFACTURER"), field("MDL", "MODEL"), field("CMD", "COMMAND SET")];
	const isStar = /star/i.test(maker);
	const isLabel = /zpl|epl|tspl|label/i.test(`${speaks} ${model}`);
	const protocol = isLabel ? null : isStar ? "star-prnt" : "esc-pos";
	return {
		at,
		by: "usblp",
		name: `${maker} ${model}`.trim() || basename(at),
		probably: isLabel ? "a label printer, which has no driver here" : `a receipt printer (${protocol})`,
		family: isLabel ? null : "printer",
		protocol,
		isSure: said !== "",
	};
}

/** HID devices are recognised by their descriptor: 05 8C a scanner, 05 8D a scale, 05 01 09 06 a keyboard. */
function hidDevices(root: string): BoxDevice[] {
	return namesIn(join(root, "sys/class/hidraw")).flatMap((raw): BoxDevice[] => {
		const folder = join(root, "sys/class/hidraw", raw, "device");
		const uevent = textIn(join(folder, "uevent"));
		const maker = makers[/HID_ID=[^:]*:0000([0-9A-F]{4})/i.exec(uevent)?.[1]?.toLowerCase() ?? ""];
		const said = /HID_NAME=(.*)/.exec(uevent)?.[1]?.trim() ?? raw;
		const name = maker && !said.toLowerCase().includes(maker.toLowerCase().split(" ")[0]!) ? `${maker} ${said}` : said;
		const what = hidKind(bytesIn(join(folder, "report_descriptor")), maker !== undefined);
		return what ? [{ at: `/dev/${raw}`, by: "hid", name, ...what }] : [];
	});
}

function hidKind(descriptor: Buffer, isKnownMaker: boolean): Omit<BoxDevice, "at" | "by" | "name"> | undefined {
	const has = (hex: string): boolean => descriptor.includes(Buffer.from(hex, "hex"));
	if (has("058c") || has("068cff")) return { probably: "a scanner (hid-pos)", family: "scanner", protocol: "hid-pos", isSure: true };
	if (has("058d")) return { probably: "a scale (hid)", family: "scale", protocol: "hid", isSure: true };
	if (!isKnownMaker || !has("05010906")) return undefined;
	return {
		probably:
			"a scanner that types like a keyboard; scan its set-up code for USB HID POS or for a serial port, or set protocol: wedge and its " +
			"name under /dev/input/by-id",
		family: "scanner",
		protocol: null,
		isSure: false,
	};
}

function bytesIn(file: string): Buffer {
	try {
		return readFileSync(file);
	} catch {
		return Buffer.alloc(0);
	}
}

const textIn = (file: string): string => bytesIn(file).toString("latin1");
