import { once } from "node:events";
import { createServer, get } from "node:http";
import { get as getSecure } from "node:https";
import { type AddressInfo, connect, createServer as createNetServer } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import fastify from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { isLoopbackAddress, speakTlsToo } from "../../src/access/tls-too.ts";
import { makeAuthority, makeServerCertificate } from "../../src/trust/certificates.ts";

const authority = await makeAuthority("test");
const pair = await makeServerCertificate(authority, ["127.0.0.1", "localhost"]);
const files = { cert: pair.certificate, key: pair.key };
const ends: (() => unknown)[] = [];
afterEach(async () => {
	for (const end of ends.splice(0)) await end();
});

const textOf = (ask: typeof get | typeof getSecure, url: string, options: object = {}): Promise<string> =>
	new Promise((resolve, reject) => {
		ask(url, { ...options, agent: false }, (response) => {
			let text = "";
			response.on("data", (chunk) => (text += chunk));
			response.on("end", () => resolve(text));
		}).on("error", reject);
	});

describe("one port for TLS and plain", () => {
	it("serves HTTP both ways and says which it was", async () => {
		const app = fastify({
			forceCloseConnections: true,
			serverFactory(handler) {
				const server = createServer(handler);
				speakTlsToo(server, files);
				return server;
			},
		});
		app.get("/", async (request) => ((request.socket as TLSSocket).encrypted ? "tls" : "plain"));
		app.post("/", async (request) => request.body);
		ends.push(() => app.close());
		const { port } = new URL(await app.listen({ host: "127.0.0.1", port: 0 }));
		expect(await textOf(get, `http://127.0.0.1:${port}/`)).toBe("plain");
		expect(await textOf(getSecure, `https://127.0.0.1:${port}/`, { ca: authority.certificate })).toBe("tls");
		const long = "x".repeat(300_000);
		const answer = await fetch(`http://127.0.0.1:${port}/`, {
			method: "POST",
			body: JSON.stringify(long),
			headers: { "content-type": "application/json" },
		});
		expect(await answer.text()).toBe(long);
		await expect(textOf(getSecure, `https://127.0.0.1:${port}/`)).rejects.toThrow();
	});

	it("takes another certificate without a restart", async () => {
		const other = await makeAuthority("other");
		const next = await makeServerCertificate(other, ["127.0.0.1"]);
		const server = createServer((_, response) => response.end("here"));
		const tls = speakTlsToo(server, files);
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		ends.push(() => server.close());
		const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
		expect(await textOf(getSecure, url, { ca: authority.certificate })).toBe("here");
		tls.renew({ cert: next.certificate, key: next.key });
		expect(await textOf(getSecure, url, { ca: other.certificate })).toBe("here");
	});

	it("closes plain connections from where they are not wanted, and survives those that say nonsense or nothing", async () => {
		const server = createNetServer((socket) => socket.end("hello"));
		speakTlsToo(server, files, () => false);
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		ends.push(() => server.close());
		const { port } = server.address() as AddressInfo;
		for (const bytes of ["GET / HTTP/1.1\r\n\r\n", "\x10\x0c\x00\x04MQTT", "\x16nonsense that is no handshake"]) {
			const socket = connect(port, "127.0.0.1");
			socket.write(bytes);
			socket.on("error", () => {});
			let said = "";
			socket.on("data", (chunk) => (said += chunk.toString("latin1")));
			await once(socket, "close");
			expect(said).not.toContain("hello");
		}
		connect(port, "127.0.0.1").destroy();
		const secure = connectTls({ port, host: "127.0.0.1", ca: authority.certificate });
		expect(String((await once(secure, "data"))[0])).toBe("hello");
	});
});

it("knows this machine's own addresses", () => {
	for (const own of ["127.0.0.1", "::1", "::ffff:127.0.0.1"]) expect(isLoopbackAddress(own)).toBe(true);
	for (const other of ["10.0.0.1", "128.0.0.1", "::2", "", "::ffff:10.0.0.1", "127.evil.example"])
		expect(isLoopbackAddress(other)).toBe(false);
});
