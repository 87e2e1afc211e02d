/**
 * Where access points fetch the pictures they were offered: GET /getdata?mac=<16 hex>&md5=<16 hex>, plain HTTP. Their
 * firmware asks port 80 of the address the offer came from. `md5` is the picture's version as picture.ts writes it.
 * A picture that is no longer wanted is answered 404, which is the last chance to stop an old price.
 */
import type { AddressInfo } from "node:net";

// An import statement would name every export of node:http, and naming its WebSocket loads a whole HTTP client: 6 MB and 80 ms.
const { createServer } = process.getBuiltinModule("node:http");

export interface GetdataServer {
	port: number;
	stop(): Promise<void>;
}

/**
 * Resolves when the port is open, rejects with the system's error (EACCES, EADDRINUSE). `find` gives the very bytes that
 * were offered. `fetched` is called after each complete answer, with the address that asked.
 */
export async function serveGetdata(
	{ bind, port, mayFetch }: { bind: string; port: number; mayFetch?: (address: string) => boolean },
	find: (mac: string, version: string) => Uint8Array | undefined,
	fetched?: (mac: string, version: string, from: string) => void,
): Promise<GetdataServer> {
	const server = createServer((request, response) => {
		if (request.method !== "GET" && request.method !== "HEAD") {
			response.writeHead(405, { allow: "GET, HEAD" }).end();
			return;
		}
		const from = (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
		if (mayFetch && !mayFetch(from)) {
			response.writeHead(403, { "content-type": "text/plain" }).end("this address is no access point of this store\n");
			return;
		}
		const asked = readAsked(request.url ?? "");
		const bytes = asked && find(asked.mac, asked.version);
		if (!asked || !bytes) {
			response.writeHead(404, { "content-type": "text/plain" }).end("no such picture\n");
			return;
		}
		response.writeHead(200, { "content-type": "application/octet-stream", "content-length": bytes.length });
		if (request.method === "HEAD") {
			response.end();
			return;
		}
		response.end(bytes, () => fetched?.(asked.mac, asked.version, from));
	});
	// Access points ask one short question each; a connection that takes longer is closed.
	server.headersTimeout = 5_000;
	server.requestTimeout = 5_000;
	server.keepAliveTimeout = 2_000;
	server.maxConnections = 256;

	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen(port, bind, resolve);
	});
	return {
		port: (server.address() as AddressInfo).port,
		stop: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

function readAsked(url: string): { mac: string; version: string } | undefined {
	if (url.length > 200 || !URL.canParse(url, "http://gateway")) return undefined;
	const { pathname, searchParams } = new URL(url, "http://gateway");
	const mac = searchParams.getAll("mac");
	const version = searchParams.getAll("md5");
	if (pathname !== "/getdata" || mac.length !== 1 || version.length !== 1 || [...searchParams.keys()].length !== 2) return undefined;
	const wellFormed = /^[0-9A-Fa-f]{16}$/;
	if (!wellFormed.test(mac[0]!) || !wellFormed.test(version[0]!)) return undefined;
	return { mac: mac[0]!.toUpperCase(), version: version[0]!.toUpperCase() };
}
