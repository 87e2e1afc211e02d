import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { createRequire } from "node:module";
import { DeviceTrouble } from "../trouble.ts";
import type { OpenPort, Port } from "./port.ts";
import { portCallbacks } from "./port-callbacks.ts";

export interface EvdevSettings {
	/** A stable name: "/dev/input/by-id/usb-…-event-kbd". */
	path: string;
	/** Takes the device for this process alone; answers the error of the operating system, 0 where it went well. */
	grab?: (fd: number) => number;
}

const eBusy = 16;
/** _IOW('E', 0x90, int) of linux/input.h: with 1 the kernel gives the device's events to this open file only, until it is closed. */
const eviocgrab = 0x4004_4590;

/**
 * Opens a keyboard of the kernel for reading, and takes it for itself: else every code would also be typed into the console or a login.
 * The events are read by a child process, `cat`, that inherits the open file: a read of such a file waits without end, which would
 * hold one of the few threads that Node has for files. The child ends with the port, and the port with the child.
 * Rejects with hid-library-missing, port-missing, scanner-keyboard-forbidden or port-busy.
 */
export function openEvdevPort({ path, grab = grabKeyboard }: EvdevSettings): OpenPort {
	return async () => {
		const fd = openForReading(path);
		let child: ChildProcess;
		try {
			const failed = grab(fd);
			if (failed !== 0) throw new DeviceTrouble(failed === eBusy ? "port-busy" : "port-missing", { port: path });
			child = spawn("cat", [], { stdio: [fd, "pipe", "ignore"] });
		} catch (error) {
			throw error instanceof DeviceTrouble ? error : new DeviceTrouble("hid-library-missing", { port: path }, { cause: error });
		} finally {
			// The child has its own copy, and the grab belongs to the open file that both share.
			closeSync(fd);
		}
		return portOver(child, path);
	};
}

function openForReading(path: string): number {
	try {
		return openSync(path, constants.O_RDONLY);
	} catch (error) {
		const code = error instanceof Error && "code" in error ? error.code : undefined;
		const isForbidden = code === "EACCES" || code === "EPERM";
		throw new DeviceTrouble(isForbidden ? "scanner-keyboard-forbidden" : "port-missing", { port: path }, { cause: error });
	}
}

let ioctl: ((fd: number, request: number, value: number) => number) | undefined;

/** Node has no call for ioctl(2), so libc is called through koffi, which is loaded only where such a scanner is configured. */
function grabKeyboard(fd: number): number {
	const koffi = createRequire(import.meta.url)("koffi") as typeof import("koffi");
	ioctl ??= koffi.load(null).func("int ioctl(int fd, unsigned long request, int value)") as unknown as NonNullable<typeof ioctl>;
	return ioctl(fd, eviocgrab, 1) === 0 ? 0 : koffi.errno();
}

function portOver(child: ChildProcess, path: string): Port {
	const callbacks = portCallbacks();
	let asked = false;
	let gone: () => void = () => {};
	const whenGone = new Promise<void>((resolve) => {
		gone = resolve;
	});
	const end = (why: Error | undefined): void => {
		gone();
		callbacks.ended(asked ? undefined : (why ?? new Error(`${path} was unplugged`)));
	};
	child.stdout!.on("data", callbacks.arrived);
	child.on("error", end);
	child.on("close", () => end(undefined));
	return {
		name: path,
		write: () => Promise.reject(new Error(`${path} is only read`)),
		...callbacks.methods,
		close() {
			asked = true;
			child.kill();
			return whenGone;
		},
	};
}
