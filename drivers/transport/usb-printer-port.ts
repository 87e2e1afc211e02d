import { constants, type Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { setTimeout as after } from "node:timers/promises";
import { DeviceTrouble } from "../trouble.ts";
import type { OpenPort, Port } from "./port.ts";
import { portCallbacks } from "./port-callbacks.ts";

/** Opens the device file with so much of it as this port uses; tests give their own. */
export type OpenFile = (path: string, flags: number) => Promise<Pick<FileHandle, "read" | "write" | "close">>;

/** The kernel's number for USB devices: usblp among them. Serial ports have others. */
const usbMajor = 180;
/** The driver takes so much at once. */
const pieceBytes = 8_192;
/** How long until a printer whose buffer is full is asked again. */
const fullMs = 10;
/** How often the printer's answers are looked for: often after something was written, rarely else. */
const answerMs = { busy: 10, idle: 100 };

/** True for a USB printer under Linux' usblp (/dev/usb/lp0), also by a stable name. It is no serial port: it knows no speed. */
export async function isUsbPrinter(path: string): Promise<boolean> {
	const found: Stats | undefined = await stat(path).catch(() => undefined);
	return found?.isCharacterDevice() === true && ((found.rdev >> 8) & 0xfff) === usbMajor;
}

/**
 * Opens a USB printer, without blocking: a printer that stops taking bytes would else hold a thread of Node's in the kernel, and the
 * process could not end. EAGAIN means full, when writing, and nothing to say, when reading.
 * Rejects with port-missing, port-forbidden or port-busy.
 */
export function openUsbPrinterPort(settings: { path: string }, openFile: OpenFile = open): OpenPort {
	return async () => {
		try {
			return portOver(await openFile(settings.path, constants.O_RDWR | constants.O_NONBLOCK), settings.path);
		} catch (error) {
			const code = codeOf(error);
			const forbidden = code === "EACCES" || code === "EPERM";
			// usblp lets one process open a printer.
			const trouble = forbidden ? "port-forbidden" : code === "EBUSY" ? "port-busy" : "port-missing";
			throw new DeviceTrouble(trouble, { port: settings.path }, { cause: error });
		}
	};
}

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined);

function portOver(file: Awaited<ReturnType<OpenFile>>, path: string): Port {
	const callbacks = portCallbacks();
	let closing: Promise<void> | undefined;
	let wroteAt = -Infinity;
	let writing = Promise.resolve();

	const close = (): Promise<void> => (closing ??= Promise.allSettled([writing, reading]).then(() => file.close().catch(() => {})));
	const end = (why: Error | undefined): void => {
		callbacks.ended(why);
		void close();
	};

	/** Reads until the port ends; a read of nothing is a printer that says nothing. */
	async function readOn(): Promise<void> {
		const buffer = Buffer.alloc(1_024);
		while (!callbacks.hasEnded()) {
			try {
				const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
				if (bytesRead > 0 && !callbacks.hasEnded()) {
					callbacks.arrived(Uint8Array.from(buffer.subarray(0, bytesRead)));
					continue;
				}
			} catch (error) {
				if (codeOf(error) !== "EAGAIN") return end(error as Error);
			}
			await after(performance.now() - wroteAt < 5_000 ? answerMs.busy : answerMs.idle);
		}
	}

	async function writeAll(bytes: Uint8Array): Promise<void> {
		for (let at = 0; at < bytes.length; ) {
			if (callbacks.hasEnded()) throw new Error(`${path} is closed`);
			try {
				const { bytesWritten } = await file.write(bytes, at, Math.min(pieceBytes, bytes.length - at), null);
				at += bytesWritten;
				wroteAt = performance.now();
			} catch (error) {
				if (codeOf(error) !== "EAGAIN") {
					end(error as Error);
					throw error;
				}
				await after(fullMs);
			}
		}
	}

	const reading = readOn();
	return {
		name: path,
		write(bytes) {
			if (callbacks.hasEnded()) return Promise.reject(new Error(`${path} is closed`));
			const done = writing.then(() => writeAll(bytes));
			writing = done.catch(() => {});
			return done;
		},
		...callbacks.methods,
		close() {
			end(undefined);
			return close();
		},
	};
}
