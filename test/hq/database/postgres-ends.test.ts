import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { openPostgres } from "../../../src/hq/database/database.ts";

/** A message of PostgreSQL's protocol, version 3: type, length with itself, body. Written from the manual, not recorded. */
function message(type: string, body: Buffer): Buffer {
	const head = Buffer.alloc(5);
	head.write(type, "latin1");
	head.writeInt32BE(body.length + 4, 1);
	return Buffer.concat([head, body]);
}
const welcome = Buffer.concat([message("R", Buffer.alloc(4)), message("Z", Buffer.from("I"))]);
const done = Buffer.concat([message("C", Buffer.from("SELECT 0\0")), message("Z", Buffer.from("I"))]);
const goodbye = message("E", Buffer.from("SFATAL\0VFATAL\0C57P01\0Mterminating connection due to unexpected postmaster exit\0\0"));

let server: Server;
const sockets = new Set<Socket>();
afterEach(async () => {
	for (const socket of sockets) socket.destroy();
	await once(server.close(), "close");
});

describe("a PostgreSQL that dies", () => {
	it("and says so in the piece that holds its last answer costs what was asked of it, not the process", async () => {
		let connections = 0;
		server = createServer((socket) => {
			sockets.add(socket);
			socket.on("error", () => {});
			const isFirst = (connections += 1) === 1;
			let isUp = false;
			socket.on("data", () => {
				if (!isUp) {
					isUp = true;
					return void socket.write(welcome);
				}
				if (!isFirst) return void socket.write(done);
				socket.end(Buffer.concat([done, goodbye]));
			});
		}).listen(0, "127.0.0.1");
		await once(server, "listening");
		const db = await openPostgres(`postgres://a@127.0.0.1:${(server.address() as AddressInfo).port}/a`, { connections: 1 });
		const asked = db.query("SELECT");
		// Waits for the one connection, and gets it at the very moment of the goodbye.
		const waiting = db
			.transaction(async (tx) => tx.query("SELECT"))
			.then(
				() => "done",
				() => "lost",
			);
		expect(await asked).toEqual([]);
		expect(await waiting).toBe("lost");
		expect(await db.transaction(async (tx) => tx.query("SELECT"))).toEqual([]);
		await db.close();
	});
});
