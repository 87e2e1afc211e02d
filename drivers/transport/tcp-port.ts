import { connect, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { DeviceTrouble } from "../trouble.ts";
import type { OpenPort, Port } from "./port.ts";
import { portCallbacks } from "./port-callbacks.ts";

export interface TcpSettings {
	host: string;
	port: number;
	connectTimeoutMs?: number;
	/** Silence after which the kernel asks whether the other end still lives; ten unanswered questions, a second apart, end the link. */
	keepAliveAfterMs?: number;
	/** Bytes that may wait for a slow device; the writer that awaits each write never meets it. */
	maxWaitingBytes?: number;
	/** TLS with a key that both ends hold, and no certificates. `ciphers` as the device has them, in OpenSSL's names. */
	psk?: { identity: string; key: Uint8Array; ciphers: string };
}

/** Connects to a device on the store's network. Rejects with host-unreachable, host-refused or host-key-refused. */
export function openTcpPort(settings: TcpSettings): OpenPort {
	return () =>
		new Promise((resolve, reject) => {
			const { host, port, connectTimeoutMs = 5_000, keepAliveAfterMs = 10_000 } = settings;
			const plain = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveAfterMs });
			const socket = settings.psk ? connectTls(pskOptions(plain, settings.psk)) : plain;
			// A fault before TLS began is told by the plain socket only.
			if (socket !== plain) plain.on("error", (error) => socket.destroy(error));

			// A printer that is switched off does not refuse: the kernel would try for two minutes.
			const patience = setTimeout(() => {
				socket.destroy(Object.assign(new Error(`no answer within ${connectTimeoutMs} ms`), { code: "ETIMEDOUT" }));
			}, connectTimeoutMs);

			socket.once(settings.psk ? "secureConnect" : "connect", () => {
				clearTimeout(patience);
				socket.removeListener("error", failed);
				resolve(portOver(socket, settings));
			});
			let isConnected = false;
			plain.once("connect", () => {
				isConnected = true;
			});
			const failed = (error: Error): void => {
				clearTimeout(patience);
				reject(tcpTrouble(error, settings, isConnected));
			};
			socket.once("error", failed);
		});
}

function pskOptions(socket: Socket, { identity, key, ciphers }: NonNullable<TcpSettings["psk"]>): ConnectionOptions {
	return {
		socket,
		ciphers,
		minVersion: "TLSv1.2",
		maxVersion: "TLSv1.2",
		pskCallback: () => ({ identity, psk: key }),
		// The key proves who answers; there is no certificate with a name.
		checkServerIdentity: () => undefined,
	};
}

function portOver(socket: Socket, settings: TcpSettings): Port {
	const name = `${settings.host}:${settings.port}`;
	const maxWaitingBytes = settings.maxWaitingBytes ?? 4 * 1024 * 1024;
	const callbacks = portCallbacks();
	let lastError: Error | undefined;
	let closing: Promise<void> | undefined;

	socket.on("data", callbacks.arrived);
	socket.on("error", (error) => {
		lastError = error;
	});
	// Devices that say goodbye with FIN never listen afterwards; a half-closed link would swallow the next receipt.
	socket.on("end", () => socket.destroy());
	socket.on("close", () => callbacks.ended(closing ? undefined : (lastError ?? new Error(`${name} hung up`))));

	return {
		name,
		write(bytes) {
			if (socket.destroyed || closing) return Promise.reject(new Error(`${name} is closed`));
			if (socket.writableLength > 0 && socket.writableLength + bytes.length > maxWaitingBytes) {
				return Promise.reject(new RangeError(`${name} is slow: ${socket.writableLength} bytes wait already`));
			}
			return new Promise((resolve, reject) => {
				socket.write(bytes, (error) => (error ? reject(error) : resolve()));
			});
		},
		...callbacks.methods,
		close() {
			closing ??= new Promise((resolve) => {
				if (socket.closed) return resolve();
				socket.once("close", () => resolve());
				// Bytes that were written still go out, unless the device does not take them.
				const patience = setTimeout(() => socket.destroy(), 1_000);
				socket.once("close", () => clearTimeout(patience));
				socket.end(() => socket.destroy());
			});
			return closing;
		},
	};
}

/** `isConnected`: the socket was open, so that only the key can have been refused. */
function tcpTrouble(error: Error, settings: TcpSettings, isConnected: boolean): DeviceTrouble {
	const facts = { host: settings.host, port: settings.port };
	if (isConnected && settings.psk && !("code" in error && error.code === "ETIMEDOUT"))
		return new DeviceTrouble("host-key-refused", facts, { cause: error });
	const refused = "code" in error && error.code === "ECONNREFUSED";
	return new DeviceTrouble(refused ? "host-refused" : "host-unreachable", facts, { cause: error });
}
