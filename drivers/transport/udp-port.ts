import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { DeviceTrouble } from "../trouble.ts";
import type { DatagramPort, DatagramSource, OpenDatagramPort } from "./datagram.ts";

export interface UdpSettings {
	/** Address of the network card the devices are on, or 0.0.0.0 for all. */
	bind: string;
	/** 0 takes any free one; `name` then tells which. */
	port: number;
	multicastGroup?: string;
	/** Lets `send` reach a broadcast address. */
	broadcast?: boolean;
}

/** Binds a UDP socket. Rejects with port-busy, port-forbidden or port-missing (no such network card). */
export function openUdpPort(settings: UdpSettings): OpenDatagramPort {
	return () =>
		new Promise((resolve, reject) => {
			const socket = createSocket({ type: isIPv6(settings.bind) ? "udp6" : "udp4", reuseAddr: settings.multicastGroup !== undefined });
			const failed = (error: Error): void => {
				socket.close();
				reject(udpTrouble(error, settings));
			};
			socket.once("error", failed);
			socket.bind(settings.port, settings.bind, () => {
				try {
					if (settings.broadcast) socket.setBroadcast(true);
					if (settings.multicastGroup) socket.addMembership(settings.multicastGroup, cardOf(settings.bind));
				} catch (error) {
					return failed(error instanceof Error ? error : new Error(String(error)));
				}
				socket.removeListener("error", failed);
				resolve(portOver(socket));
			});
		});
}

/** Joining on "all cards" is said by leaving the card out. */
function cardOf(bind: string): string | undefined {
	return bind === "0.0.0.0" || bind === "::" ? undefined : bind;
}

function portOver(socket: Socket): DatagramPort {
	const { address, port } = socket.address();
	const name = `udp ${address}:${port}`;
	let onDatagram: (bytes: Uint8Array, from: DatagramSource) => void = () => {};
	let onClosed: (why: Error | undefined) => void = () => {};
	let lastError: Error | undefined;
	let ended = false;
	let closing: Promise<void> | undefined;

	socket.on("message", (bytes, from) => onDatagram(bytes, { address: from.address, port: from.port }));
	socket.on("error", (error) => {
		lastError = error;
		if (!ended) socket.close();
	});
	socket.on("close", () => {
		ended = true;
		onClosed(closing ? undefined : lastError);
	});

	return {
		name,
		send(bytes, toAddress, toPort) {
			if (ended || closing) return Promise.reject(new Error(`${name} is closed`));
			return new Promise((resolve, reject) => {
				socket.send(bytes, toPort, toAddress, (error) => (error ? reject(error) : resolve()));
			});
		},
		onDatagram(callback) {
			onDatagram = callback;
		},
		onClosed(callback) {
			onClosed = callback;
		},
		close() {
			closing ??= new Promise((resolve) => {
				if (ended) return resolve();
				socket.close(() => resolve());
			});
			return closing;
		},
	};
}

function udpTrouble(error: Error, settings: UdpSettings): DeviceTrouble {
	const facts = { port: `udp ${settings.bind}:${settings.port}` };
	const code = "code" in error ? error.code : undefined;
	if (code === "EADDRINUSE") return new DeviceTrouble("port-busy", facts, { cause: error });
	if (code === "EACCES" || code === "EPERM") return new DeviceTrouble("port-forbidden", facts, { cause: error });
	return new DeviceTrouble("port-missing", facts, { cause: error });
}
