/** Where connections come from: plain TCP, TLS, WebSocket. Each becomes a socket and the address it came from. */
import type { IncomingMessage } from "node:http";
import { type AddressInfo, createServer, isIP, type Server, type Socket } from "node:net";
import { hostname } from "node:os";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer } from "node:tls";

export interface Listener {
	port: number;
	close(): Promise<void>;
}

export interface TlsFiles {
	cert: string | Buffer;
	key: string | Buffer;
	ca?: string | Buffer;
	requestCert?: boolean;
}

/** `certified`: the name in a client certificate that one of our authorities signed. */
export type OnSocket = (socket: Duplex, address: string, certified?: string) => void;

export async function listenTcp(host: string, port: number, onSocket: OnSocket): Promise<Listener> {
	const server = createServer({ noDelay: true, keepAlive: true }, (socket) => onSocket(socket, socket.remoteAddress ?? ""));
	return opened(server, host, port);
}

export async function listenTls(host: string, port: number, tls: TlsFiles, onSocket: OnSocket): Promise<Listener> {
	// A device without a certificate may still use a password; one with an unknown certificate is treated as one without.
	const settings = { ...tls, rejectUnauthorized: false, noDelay: true, minVersion: "TLSv1.2" as const, handshakeTimeout: 10_000 };
	const server = createTlsServer(settings, (socket) => {
		const { CN } = socket.authorized ? (socket.getPeerCertificate().subject ?? {}) : {};
		onSocket(socket, socket.remoteAddress ?? "", Array.isArray(CN) ? CN[0] : CN);
	});
	server.on("tlsClientError", () => {});
	return opened(server, host, port);
}

/** MQTT over WebSocket: binary frames, subprotocol "mqtt" [MQTT-6.0.0-1..4]. */
export async function listenWebSocket(
	options: {
		host: string;
		port: number;
		path: string;
		tls?: TlsFiles;
		origins: readonly string[];
		/** Further names of this box. */
		names: readonly string[];
		payloadBytes: number;
	},
	onSocket: OnSocket,
): Promise<Listener> {
	const [{ WebSocketServer, createWebSocketStream }, http, https] = await Promise.all([
		import("ws"),
		import("node:http"),
		import("node:https"),
	]);
	const own = new Set(["localhost", hostname(), `${hostname()}.local`, ...options.names].map((name) => name.toLowerCase()));
	const web = options.tls ? https.createServer({ ...options.tls, minVersion: "TLSv1.2" }) : http.createServer();
	web.on("request", (_, response) => response.writeHead(426, { "content-type": "text/plain" }).end("MQTT over WebSocket only\n"));
	const server = new WebSocketServer({
		server: web,
		path: options.path,
		maxPayload: options.payloadBytes * 2,
		handleProtocols: (protocols) => (protocols.has("mqtt") ? "mqtt" : false),
		// Any web page a clerk opens could otherwise speak to the broker of this machine.
		verifyClient: ({ origin, req }: { origin: string; req: IncomingMessage }) =>
			!origin || options.origins.includes(origin) || (hostOf(origin) === req.headers.host && isOwnHost(origin, own)),
	});
	server.on("connection", (socket, request) => {
		if (socket.protocol !== "mqtt") return socket.close(1002);
		socket.on("error", () => {});
		onSocket(createWebSocketStream(socket), request.socket.remoteAddress ?? "");
	});
	const listener = await opened(web, options.host, options.port);
	return {
		port: listener.port,
		async close() {
			for (const client of server.clients) client.terminate();
			server.close();
			await listener.close();
		},
	};
}

/** By address, or by a name of its own: a page's own name may be made to mean this machine (DNS rebinding). */
function isOwnHost(origin: string, own: ReadonlySet<string>): boolean {
	const { hostname: name } = new URL(origin);
	return isIP(name.replace(/^\[|\]$/g, "")) !== 0 || own.has(name.toLowerCase());
}

function hostOf(origin: string): string {
	return URL.canParse(origin) ? new URL(origin).host : "";
}

export function opened(server: Server, host: string, port: number): Promise<Listener> {
	const sockets = new Set<Socket>();
	server.on("connection", (socket) => {
		sockets.add(socket);
		socket.on("close", () => sockets.delete(socket));
		// A handshake that fails before anyone listens must not end the process.
		socket.on("error", () => {});
	});
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen(port, host, () => {
			server.off("error", reject);
			server.on("error", () => {});
			resolve({
				port: (server.address() as AddressInfo).port,
				close: () =>
					new Promise((done) => {
						server.close(() => done());
						for (const socket of sockets) socket.destroy();
					}),
			});
		});
	});
}
