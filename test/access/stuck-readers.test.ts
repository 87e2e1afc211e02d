import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, it } from "vitest";
import { cutStuckReaders } from "../../src/access/connections/stuck-readers.ts";
import { eventually } from "../support/until.ts";

const large = Buffer.alloc(16 * 2 ** 20, "x");

async function serve(stuckMs: number) {
	let cut = 0;
	const server = createServer((_request, response) => response.end(large));
	cutStuckReaders(server, { stuckMs, onCut: () => void (cut += 1) });
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	const ask = () => {
		const socket = connect((server.address() as AddressInfo).port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
		socket.on("error", () => {});
		return socket;
	};
	const count = () => new Promise<number>((done) => server.getConnections((_, n) => done(n)));
	return { server, ask, count, cut: () => cut };
}

it("cuts who asks and never reads, once, and counts it", async () => {
	const { server, ask, count, cut } = await serve(100);
	const silent = ask().pause();
	await eventually(async () => expect([await count(), cut()]).toEqual([0, 1]));
	silent.destroy();
	server.close();
});

it("leaves alone who reads slowly, and who waits for an answer", async () => {
	const { server, ask, cut } = await serve(400);
	const slow = ask();
	let bytes = 0;
	slow.on("data", (piece: Buffer) => {
		bytes += piece.length;
		slow.pause();
		setTimeout(() => slow.resume(), 1);
	});
	await eventually(() => expect(bytes).toBeGreaterThan(large.length));
	expect(cut()).toBe(0);
	slow.destroy();
	server.close();
	server.closeAllConnections();
	await once(server, "close");
});
