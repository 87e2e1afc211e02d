/**
 * How many connections a server keeps, in all and of one address. Without a bound, whoever reaches the port opens so many that the process
 * has no file left to open, for its ledger neither.
 */
import type { Server, Socket } from "node:net";

export interface ConnectionBounds {
	ofOne: number;
	all: number;
	/** Proxies: behind one of them stand many clients. */
	exempt?: readonly string[];
}

/** One too many is closed at once, without an answer. Call it before the server listens, and after `speakTlsToo`. */
export function boundConnections(server: Server, { ofOne, all, exempt = [] }: ConnectionBounds): void {
	const counts = new Map<string, number>();
	let open = 0;
	const onConnection = server.listeners("connection") as ((socket: Socket) => void)[];
	server.removeAllListeners("connection");
	server.on("connection", (socket: Socket) => {
		const address = (socket.remoteAddress ?? "").replace(/^::ffff:/i, "");
		const own = counts.get(address) ?? 0;
		if (open >= all || (own >= ofOne && !exempt.includes(address))) return void socket.destroy();
		open += 1;
		counts.set(address, own + 1);
		socket.once("close", () => {
			open -= 1;
			const left = (counts.get(address) ?? 1) - 1;
			if (left === 0) counts.delete(address);
			else counts.set(address, left);
		});
		for (const callback of onConnection) callback.call(server, socket);
	});
}
