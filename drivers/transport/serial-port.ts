import { access, constants } from "node:fs/promises";
import type { SerialPort } from "serialport";
import { DeviceTrouble } from "../trouble.ts";
import type { OpenPort, Port } from "./port.ts";
import { portCallbacks } from "./port-callbacks.ts";

export interface SerialSettings {
	/** Prefer the stable names of /dev/serial/by-id; ttyUSB0 is whoever was plugged in first. */
	path: string;
	/** Means nothing on USB "virtual COM" devices, everything on a real cable. */
	baudRate: number;
	dataBits?: 5 | 6 | 7 | 8;
	parity?: "none" | "even" | "odd";
	stopBits?: 1 | 2;
	rtscts?: boolean;
}

/** Opens a serial line. Rejects with port-missing, port-forbidden or port-busy. */
export function openSerialPort(settings: SerialSettings): OpenPort {
	return async () => {
		await mayUse(settings);
		const { SerialPort } = await import("serialport"); // a store without serial devices need not have its native part
		const serial = new SerialPort({
			path: settings.path,
			baudRate: settings.baudRate,
			dataBits: settings.dataBits ?? 8,
			parity: settings.parity ?? "none",
			stopBits: settings.stopBits ?? 1,
			rtscts: settings.rtscts ?? false,
			autoOpen: false,
		});
		await new Promise<void>((resolve, reject) => {
			serial.open((error) => (error ? reject(serialTrouble(error, settings)) : resolve()));
		});
		return portOver(serial, settings);
	};
}

function portOver(serial: SerialPort, settings: SerialSettings): Port {
	// Seven data bits arrive masked on a real line but not on a pseudo-terminal or a lazy USB adapter.
	const mask = settings.dataBits === 7 ? (bytes: Uint8Array) => bytes.map((byte) => byte & 0x7f) : (bytes: Uint8Array) => bytes;
	const unanswered = new Set<(why: Error) => void>();
	const callbacks = portCallbacks();
	let lastError: Error | undefined;
	let closing: Promise<void> | undefined;

	const end = (why: Error | undefined): void => {
		if (callbacks.hasEnded()) return; // a write stalled while the cable was pulled makes the binding say "close" twice
		const reason = why ?? new Error(`${settings.path} is closed`);
		for (const reject of unanswered) reject(reason);
		unanswered.clear();
		callbacks.ended(closing ? undefined : (why ?? lastError));
	};

	// Without a data callback the binding never notices that the cable was pulled, so even a write-only port has one.
	serial.on("data", (bytes: Uint8Array) => callbacks.arrived(mask(bytes)));
	serial.on("error", (error) => {
		lastError = error;
	});
	serial.on("close", (error: Error | null) => end(error ?? undefined));

	return {
		name: settings.path,
		staysOpenWhenOff: true,
		write(bytes) {
			// The binding queues a write on a closed port until it is opened again and never calls back.
			if (callbacks.hasEnded() || closing || !serial.isOpen) return Promise.reject(new Error(`${settings.path} is closed`));
			return new Promise((resolve, reject) => {
				unanswered.add(reject);
				serial.write(Buffer.from(bytes), (error) => {
					unanswered.delete(reject);
					if (error) reject(error);
					else resolve();
				});
			});
		},
		...callbacks.methods,
		close() {
			closing ??= new Promise((resolve) => {
				if (callbacks.hasEnded() || !serial.isOpen) return resolve();
				serial.close(() => {
					end(undefined);
					resolve();
				});
			});
			return closing;
		},
	};
}

async function mayUse(settings: SerialSettings): Promise<void> {
	try {
		await access(settings.path, constants.R_OK | constants.W_OK);
	} catch (error) {
		throw serialTrouble(error, settings);
	}
}

function serialTrouble(error: unknown, settings: SerialSettings): DeviceTrouble {
	const facts = { port: settings.path, baudRate: settings.baudRate };
	const code = error instanceof Error && "code" in error ? error.code : undefined;
	if (code === "EACCES" || code === "EPERM") return new DeviceTrouble("port-forbidden", facts, { cause: error });
	if (code === undefined) {
		// The binding reports errno as words only; these are glibc's for EACCES, EBUSY and a lost flock.
		const words = error instanceof Error ? error.message : String(error);
		if (/permission denied/i.test(words)) return new DeviceTrouble("port-forbidden", facts, { cause: error });
		if (/cannot lock|resource busy/i.test(words)) return new DeviceTrouble("port-busy", facts, { cause: error });
	}
	return new DeviceTrouble("port-missing", facts, { cause: error });
}
