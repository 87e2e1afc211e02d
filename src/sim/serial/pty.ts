import { closeSync, constants, mkdirSync, openSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { ReadStream } from "node:tty";
import type { SerialEnd } from "./serial-end.ts";

/**
 * A serial cable without hardware: a pseudo-terminal, whose slave side behaves like /dev/ttyUSB0 for any program.
 * Node has no call for it, so libc is called through koffi (posix_openpt(3), ptsname(3), termios(3)).
 *
 * The slave is kept open by us as well: else the kernel hangs the line up whenever the gateway closes its side,
 * and a scanner does not disappear because a program stopped.
 */
export async function openSerialEnd(link?: string): Promise<SerialEnd> {
	try {
		return openPty(link);
	} catch {
		return openSerialSocket(); // no /dev/ptmx, no /dev/pts, or a C library without these calls
	}
}

interface Line {
	master: ReadStream;
	slave: number;
	path: string;
}

/** `link` is a stable name that survives unplugging, like the ones udev makes; the slave's own number changes each time. */
export function openPty(link?: string): SerialEnd & { readonly address: { path: string } } {
	let callback: (bytes: Uint8Array) => void = () => {};
	let line: Line | undefined;

	const plugIn = (): void => {
		if (line) return;
		line = openLine();
		line.master.on("data", (bytes: Buffer) => callback(bytes));
		line.master.on("error", () => {}); // EIO while the plug is being pulled
		if (link) {
			mkdirSync(dirname(link), { recursive: true });
			rmSync(link, { force: true });
			symlinkSync(line.path, link);
		}
	};

	const hangUp = (): void => {
		if (!line) return;
		line.master.destroy();
		closeSync(line.slave);
		if (link) rmSync(link, { force: true });
		line = undefined;
	};

	plugIn();
	const path = link ?? line!.path;
	return {
		address: { path },
		onBytes: (next) => {
			callback = next;
		},
		write: (bytes) => {
			writable(line)?.write(Buffer.from(bytes));
		},
		hangUp,
		plugIn: async () => plugIn(),
		close: async () => hangUp(),
	};
}

/** A device's own small buffer keeps no more than this. */
const unreadLimitBytes = 8 * 1024;

function writable(line: Line | undefined): NodeJS.WritableStream | undefined {
	if (!line) return undefined;
	// The stream of a pty master is a socket underneath: it reads and writes the same file descriptor.
	const stream = line.master as unknown as Socket;
	return stream.writableLength < unreadLimitBytes ? stream : undefined;
}

function openLine(): Line {
	const libc = loadLibc();
	const master = openSync("/dev/ptmx", constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
	const name = Buffer.alloc(64);
	if (libc.grantpt(master) !== 0 || libc.unlockpt(master) !== 0 || libc.ptsname_r(master, name, name.length) !== 0) {
		closeSync(master);
		throw new Error("this machine refuses pseudo-terminals: check that /dev/pts is mounted");
	}
	const path = name.toString("latin1", 0, name.indexOf(0));
	const slave = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
	const settings = Buffer.alloc(256); // struct termios has 60 bytes on Linux; the rest is room for other C libraries
	libc.tcgetattr(slave, settings);
	libc.cfmakeraw(settings);
	libc.tcsetattr(slave, 0, settings);
	return { master: new ReadStream(master), slave, path };
}

interface Libc {
	grantpt(fd: number): number;
	unlockpt(fd: number): number;
	ptsname_r(fd: number, name: Buffer, size: number): number;
	tcgetattr(fd: number, settings: Buffer): number;
	tcsetattr(fd: number, when: number, settings: Buffer): number;
	cfmakeraw(settings: Buffer): void;
}

let loadedLibc: Libc | undefined;

/** Loaded at the first pty, so that a machine without one never needs the native library. */
function loadLibc(): Libc {
	if (loadedLibc) return loadedLibc;
	const koffi = createRequire(import.meta.url)("koffi") as typeof import("koffi");
	const libc = koffi.load(null);
	loadedLibc = {
		grantpt: libc.func("int grantpt(int fd)"),
		unlockpt: libc.func("int unlockpt(int fd)"),
		ptsname_r: libc.func("int ptsname_r(int fd, _Out_ uint8_t *name, size_t size)"),
		tcgetattr: libc.func("int tcgetattr(int fd, _Inout_ uint8_t *settings)"),
		tcsetattr: libc.func("int tcsetattr(int fd, int when, _Inout_ uint8_t *settings)"),
		cfmakeraw: libc.func("void cfmakeraw(_Inout_ uint8_t *settings)"),
	};
	return loadedLibc;
}

/** Where there is no /dev/ptmx: the cable as a TCP callback, like a serial device server on the LAN. */
export async function openSerialSocket(): Promise<SerialEnd & { readonly address: { host: string; port: number } }> {
	const host = "127.0.0.1";
	let callback: (bytes: Uint8Array) => void = () => {};
	const sockets = new Set<Socket>();
	const server: Server = createServer((socket) => {
		sockets.add(socket);
		socket.on("data", (bytes) => callback(bytes));
		socket.on("error", () => {});
		socket.on("close", () => sockets.delete(socket));
	});
	const listen = (tcpPort: number): Promise<void> =>
		new Promise((done, fail) => {
			server.once("error", fail);
			server.listen(tcpPort, host, () => {
				server.off("error", fail);
				done();
			});
		});
	await listen(0);
	const { port } = server.address() as { port: number };
	const hangUp = (): void => {
		server.close();
		for (const socket of sockets) socket.destroy();
	};
	return {
		address: { host, port },
		onBytes: (next) => {
			callback = next;
		},
		write: (bytes) => {
			for (const socket of sockets) if (socket.writableLength < unreadLimitBytes) socket.write(bytes);
		},
		hangUp,
		plugIn: async () => {
			if (!server.listening) await listen(port);
		},
		close: async () => hangUp(),
	};
}
