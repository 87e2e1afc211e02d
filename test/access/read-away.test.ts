import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, it } from "vitest";
import { readAway } from "../../src/access/connections/read-away.ts";

it("a client that is still sending a body too large gets its answer, not a lost connection", async () => {
	const server = createServer((request, response) => {
		void readAway(request).then(() => response.writeHead(413, { connection: "close" }).end("too large"));
	});
	await once(server.listen(0, "127.0.0.1"), "listening");
	try {
		const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
		let said = "";
		client.on("data", (piece) => {
			said += String(piece);
		});
		const length = 48 * 2 ** 20;
		client.write(`POST / HTTP/1.1\r\nhost: here\r\ncontent-length: ${length}\r\n\r\n`);
		const piece = Buffer.alloc(2 ** 20, 0x61);
		for (let sent = 0; sent < length; sent += piece.length) if (!client.write(piece)) await once(client, "drain");
		if (!client.readableEnded) await once(client, "end");
		expect(said).toContain("HTTP/1.1 413");
		expect(said).toContain("too large");
		client.destroy();
	} finally {
		server.close();
	}
});

it("a body without an end is not read for ever", async () => {
	const server = createServer((request, response) => {
		void readAway(request, 200).then(() => response.writeHead(413, { connection: "close" }).end("too large"));
	});
	await once(server.listen(0, "127.0.0.1"), "listening");
	try {
		const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
		client.on("error", () => undefined);
		client.write("POST / HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n");
		const [answer] = (await once(client, "data")) as [Buffer];
		expect(String(answer)).toContain("HTTP/1.1 413");
		client.destroy();
	} finally {
		server.close();
	}
});
