/**
 * TLS and plain connections on one port: the first byte of a connection decides (0x16 begins a TLS handshake, and no HTTP request or MQTT
 * CONNECT). The server behind decides what a plain connection may do: `socket.encrypted` is true on TLS only.
 */
import type { Server, Socket } from "node:net";
import { createServer, type SecureContextOptions, type TLSSocket } from "node:tls";

const handshakeByte = 0x16;
const firstByteWithinMs = 10_000;

export interface TlsToo {
	/** Uses another certificate for new connections. */
	renew(files: SecureContextOptions): void;
}

/**
 * Makes a server of node:net or node:http accept both kinds of connections; to be called before it listens. `mayBePlain`: plain connections
 * from addresses for which it is false are closed. Clients are asked for a certificate where `files.ca` is given; the caller checks
 * `authorized`.
 */
export function speakTlsToo(server: Server, files: SecureContextOptions, mayBePlain: (address: string) => boolean = () => true): TlsToo {
	const onConnection = server.listeners("connection") as ((socket: Socket) => void)[];
	server.removeAllListeners("connection");
	const serve = (socket: Socket): void => {
		for (const callback of onConnection) callback.call(server, socket);
	};
	const secure = createServer({ ...strict, ...files, requestCert: files.ca !== undefined, rejectUnauthorized: false });
	secure.on("secureConnection", (socket: TLSSocket) => serve(socket));
	secure.on("tlsClientError", (_, socket: TLSSocket) => socket.destroy());
	const silent = new Set<Socket>();
	closeWith(server, silent);
	server.on("connection", (socket: Socket) => {
		silent.add(socket);
		socket.once("close", () => silent.delete(socket));
		const fail = (): void => void socket.destroy();
		// Without a callback a connection reset would end the process.
		socket.on("error", fail);
		socket.setTimeout(firstByteWithinMs, fail);
		socket.once("data", (bytes: Buffer) => {
			silent.delete(socket);
			socket.setTimeout(0);
			socket.removeListener("timeout", fail);
			socket.pause();
			socket.unshift(bytes);
			if (bytes[0] === handshakeByte) {
				// node:http keeps its sockets half open: a client that leaves in the middle of a handshake would never be closed.
				socket.allowHalfOpen = false;
				secure.emit("connection", socket);
			} else if (mayBePlain(socket.remoteAddress ?? "")) serve(socket);
			else return fail();
			// The TLS server reads the bytes that were put back at its next tick.
			process.nextTick(() => socket.resume());
		});
	});
	return { renew: (files) => secure.setSecureContext({ ...strict, ...files }) };
}

/** An HTTP server closes only the connections that it has seen; those that have not sent a byte are closed here. */
function closeWith(
	server: Server & Partial<Record<"closeAllConnections" | "closeIdleConnections", () => void>>,
	silent: Set<Socket>,
): void {
	for (const name of ["closeAllConnections", "closeIdleConnections"] as const) {
		const close = server[name];
		if (!close) continue;
		server[name] = () => {
			for (const socket of silent) socket.destroy();
			close.call(server);
		};
	}
}

const strict = { minVersion: "TLSv1.2", handshakeTimeout: 10_000 } as const;

export function isLoopbackAddress(address: string): boolean {
	return address === "::1" || /^(::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address);
}
