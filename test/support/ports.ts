import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";

/**
 * Ports for programs that a test stops and starts again. They lie below the range from which the system takes the ports of outgoing
 * connections: within it, a connection made while the program is down may get the program's port, and the program cannot start again.
 */
const lowest = 12_000;
const given = new Set<number>();

function firstOutgoing(): number {
	try {
		return Number(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").trim().split(/\s+/)[0]);
	} catch {
		return 32_768;
	}
}

function isFree(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const server = createServer();
		server.once("error", () => resolve(false));
		server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
	});
}

export async function freePort(): Promise<number> {
	const end = Math.max(firstOutgoing(), lowest + 1_000);
	for (;;) {
		const port = randomInt(lowest, end);
		if (given.has(port)) continue;
		given.add(port);
		if (await isFree(port)) return port;
	}
}

export function freePorts(count: number): Promise<number[]> {
	return Promise.all(Array.from({ length: count }, freePort));
}
