import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { OdLabel } from "./od-label.ts";

/** The label's port on the LAN: plain, or, with a key, TLS only, on whatever port it is given. */
export interface OdDoor {
	readonly port: number;
	close(): Promise<void>;
}

export async function openOdDoor(label: OdLabel, { port = 0, psk }: { port?: number; psk?: Uint8Array } = {}): Promise<OdDoor> {
	const sockets = new Set<Socket>();
	const welcome = (socket: Socket): void => {
		sockets.add(socket);
		socket.setNoDelay(true);
		socket.on("close", () => sockets.delete(socket));
		socket.on("error", () => {});
		const guest = label.answer({
			send: (frame) => {
				if (!socket.destroyed) socket.write(frame);
			},
			hangUp: () => socket.destroy(),
		});
		if (!guest) return;
		socket.on("data", (bytes) => guest.receive(bytes));
		socket.on("close", () => guest.left());
	};
	const server: Server = psk
		? createTlsServer(
				{
					ciphers: "ECDHE-PSK-AES128-CBC-SHA256",
					minVersion: "TLSv1.2",
					maxVersion: "TLSv1.2",
					pskCallback: (_, identity) => (identity === "opendisplay" ? psk : null),
				},
				welcome,
			).on("tlsClientError", () => {})
		: createServer(welcome);
	await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
	return {
		port: (server.address() as { port: number }).port,
		close: () =>
			new Promise((done) => {
				for (const socket of sockets) socket.destroy();
				server.close(() => done());
			}),
	};
}
