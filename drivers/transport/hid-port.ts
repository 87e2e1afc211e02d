import { access, constants, readFile, realpath } from "node:fs/promises";
import { basename } from "node:path";
import type { HIDAsync } from "node-hid";
import { DeviceTrouble } from "../trouble.ts";
import type { OpenPort, Port } from "./port.ts";
import { portCallbacks } from "./port-callbacks.ts";

export interface HidSettings {
	/** "/dev/hidraw3", or a stable name that a udev rule gives. */
	path: string;
}

/**
 * Opens a HID device. One call of the byte callback is one whole input report, its report id first where the device uses
 * ids; one write is one output report, report id first (0 where the device uses none).
 * Rejects with hid-library-missing, port-missing, port-forbidden or port-busy.
 */
export function openHidPort(settings: HidSettings): OpenPort {
	return async () => {
		try {
			await access(settings.path, constants.R_OK | constants.W_OK);
		} catch (error) {
			throw hidTrouble(error, settings);
		}
		const { HIDAsync } = await hidLibrary(settings);
		try {
			return portOver(await HIDAsync.open(settings.path), settings);
		} catch (error) {
			throw hidTrouble(error, settings);
		}
	};
}

/** The report descriptor the kernel keeps for a hidraw device; node-hid has no call for it. Rejects with port-missing. */
export async function readReportDescriptor(settings: HidSettings): Promise<Uint8Array> {
	try {
		// A stable name of udev's is a link; the kernel knows only hidraw3.
		return await readFile(`/sys/class/hidraw/${basename(await realpath(settings.path))}/device/report_descriptor`);
	} catch (error) {
		throw new DeviceTrouble("port-missing", { port: settings.path }, { cause: error });
	}
}

// node-hid is linked against libusb and libudev; on a box without them the import itself fails.
async function hidLibrary(settings: HidSettings): Promise<typeof import("node-hid")> {
	try {
		return await import("node-hid");
	} catch (error) {
		throw new DeviceTrouble("hid-library-missing", { port: settings.path }, { cause: error });
	}
}

function portOver(hid: HIDAsync, settings: HidSettings): Port {
	const callbacks = portCallbacks();
	let closing: Promise<void> | undefined;

	hid.on("data", callbacks.arrived);
	// An unplugged device is told as a bare string, not an Error, and its handle still has to be closed, once.
	hid.on("error", (error: unknown) => {
		if (!closing) closing = hid.close().catch(() => {});
		callbacks.ended(asError(error));
	});

	return {
		name: settings.path,
		async write(bytes) {
			if (callbacks.hasEnded() || closing) throw new Error(`${settings.path} is closed`);
			try {
				await hid.write(Buffer.from(bytes));
			} catch (error) {
				throw asError(error);
			}
		},
		...callbacks.methods,
		close() {
			closing ??= hid.close().catch(() => {});
			return closing.then(() => callbacks.ended(undefined));
		},
	};
}

function asError(error: unknown): Error {
	return error instanceof Error ? error : new Error(String(error));
}

function hidTrouble(error: unknown, settings: HidSettings): DeviceTrouble {
	const facts = { port: settings.path };
	const code = error instanceof Error && "code" in error ? error.code : undefined;
	if (code === "EACCES" || code === "EPERM") return new DeviceTrouble("port-forbidden", facts, { cause: error });
	if (code === undefined) {
		const words = asError(error).message; // hidapi knows no error codes
		if (/permission denied/i.test(words)) return new DeviceTrouble("port-forbidden", facts, { cause: error });
		if (/resource busy/i.test(words)) return new DeviceTrouble("port-busy", facts, { cause: error });
	}
	return new DeviceTrouble("port-missing", facts, { cause: error });
}
