/**
 * Tells systemd the state of the daemon (sd_notify(3)): ready, alive, stopping. Alive is reported only after a commit has reached the disk,
 * so systemd restarts a daemon that runs but does no work. Without NOTIFY_SOCKET nothing is loaded and nothing is sent.
 */
import { createRequire } from "node:module";

export interface ServiceManager {
	ready(): void;
	stopping(): void;
}

interface Libc {
	socket(family: number, type: number, protocol: number): number;
	sendto(fd: number, text: Buffer, length: number, flags: number, address: Buffer, addressLength: number): number;
	close(fd: number): number;
}

const afUnix = 1;
const datagramCloseOnExec = 2 | 0o2000000;

/**
 * Node has no datagrams on Unix sockets, so libc is called. A message that cannot be sent is dropped: systemd then acts on its own
 * time-out.
 */
function sender(path: string): (text: string) => void {
	const koffi = createRequire(import.meta.url)("koffi") as typeof import("koffi");
	const loaded = koffi.load(null);
	const libc: Libc = {
		socket: loaded.func("int socket(int family, int type, int protocol)"),
		sendto: loaded.func("long sendto(int fd, const uint8_t *text, size_t length, int flags, const uint8_t *address, uint32_t size)"),
		close: loaded.func("int close(int fd)"),
	};
	// "@name" is an abstract socket: its name begins with a zero byte.
	const address = Buffer.concat([Buffer.from([afUnix, 0]), Buffer.from(path.replace(/^@/, "\0")), Buffer.from(path[0] === "@" ? [] : [0])]);
	return (text) => {
		const fd = libc.socket(afUnix, datagramCloseOnExec, 0);
		if (fd < 0) return;
		const bytes = Buffer.from(text);
		libc.sendto(fd, bytes, bytes.length, 0, address, address.length);
		libc.close(fd);
	};
}

/** `isHealthy` settles when the daemon can still work. While it does not settle, systemd's watchdog gets no message. */
export function openServiceManager(env: NodeJS.ProcessEnv, isHealthy: () => Promise<unknown>): ServiceManager {
	const path = env["NOTIFY_SOCKET"];
	if (path === undefined || !/^[/@]./.test(path)) return { ready() {}, stopping() {} };
	const send = sender(path);
	const everyMs = Number(env["WATCHDOG_USEC"] ?? 0) / 3_000;
	let asking = false;
	let timer: NodeJS.Timeout | undefined;
	const feed = async (): Promise<void> => {
		if (asking) return;
		asking = true;
		try {
			await isHealthy();
		} catch {
			// A full disk raises an alarm; a restart would not empty it.
		} finally {
			asking = false;
		}
		send("WATCHDOG=1");
	};
	return {
		ready() {
			send("READY=1\nSTATUS=open");
			if (everyMs > 0) timer = setInterval(() => void feed(), everyMs);
		},
		stopping() {
			clearInterval(timer);
			send("STOPPING=1");
		},
	};
}
