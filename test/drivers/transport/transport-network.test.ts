import { mkdtemp, writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openHidPort } from "../../../drivers/transport/hid-port.ts";
import { openSerialPort } from "../../../drivers/transport/serial-port.ts";
import { openTcpPort } from "../../../drivers/transport/tcp-port.ts";
import { openUdpPort } from "../../../drivers/transport/udp-port.ts";
import { until } from "../../support/until.ts";

const afterwards: (() => unknown)[] = [];
afterEach(async () => {
	for (const act of afterwards.splice(0).reverse()) await act();
});

async function device(onSocket: (socket: Socket) => void): Promise<number> {
	const sockets = new Set<Socket>();
	const server: Server = createServer((socket) => {
		sockets.add(socket);
		socket.on("error", () => {});
		onSocket(socket);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	afterwards.push(() => {
		for (const socket of sockets) socket.destroy();
		return new Promise((resolve) => server.close(resolve));
	});
	const address = server.address();
	return typeof address === "object" && address ? address.port : 0;
}

describe("a device on the network", () => {
	it("is heard and spoken to", async () => {
		const port = await openTcpPort({ host: "127.0.0.1", port: await device((socket) => socket.pipe(socket)) })();
		afterwards.push(() => port.close());
		const heard = new Promise<string>((resolve) => port.onBytes((bytes) => resolve(Buffer.from(bytes).toString())));
		await port.write(Buffer.from("hello"));
		expect(await heard).toBe("hello");
	});

	it("that refuses is a trouble of its own", async () => {
		const closedPort = await device(() => {});
		await Promise.all(afterwards.splice(0).map((act) => act()));
		await expect(openTcpPort({ host: "127.0.0.1", port: closedPort })()).rejects.toMatchObject({ code: "host-refused" });
	});

	it("that cannot be found is unreachable", async () => {
		// RFC 6761: names under .invalid never resolve.
		const opening = openTcpPort({ host: "printer.invalid", port: 9100, connectTimeoutMs: 200 })();
		await expect(opening).rejects.toMatchObject({ code: "host-unreachable", facts: { host: "printer.invalid", port: 9100 } });
	});

	it("that hangs up closes the port once, and later writes are refused", async () => {
		const port = await openTcpPort({ host: "127.0.0.1", port: await device((socket) => socket.end("bye")) })();
		let closes = 0;
		await new Promise<void>((resolve) => {
			port.onClosed((why) => {
				closes += 1;
				expect(why).toBeInstanceOf(Error);
				resolve();
			});
		});
		await expect(port.write(Buffer.from("x"))).rejects.toThrow(/closed/);
		await port.close();
		expect(closes).toBe(1);
	});

	it("that is slow makes the writer wait, and a writer that does not wait is told", async () => {
		let reader: Socket | undefined;
		const portNumber = await device((socket) => {
			reader = socket.pause();
		});
		const port = await openTcpPort({ host: "127.0.0.1", port: portNumber, maxWaitingBytes: 1_000_000 })();
		afterwards.push(() => port.close());
		let taken = false;
		const page = Buffer.alloc(16_000_000);
		const writing = port.write(page).then(() => {
			taken = true;
		});
		await expect(port.write(page)).rejects.toThrow(/slow/);
		expect(taken).toBe(false);
		reader?.resume();
		await writing;
		expect(taken).toBe(true);
	});

	it("is let go when asked, without a reason, after what was written is out", async () => {
		let got = "";
		const portNumber = await device((socket) => socket.on("data", (bytes) => (got += bytes.toString())));
		const port = await openTcpPort({ host: "127.0.0.1", port: portNumber })();
		const why = new Promise((resolve) => port.onClosed(resolve));
		await port.write(Buffer.from("last words"));
		await port.close();
		await port.close();
		expect(await why).toBeUndefined();
		await until(() => got !== "", "the last words");
		expect(got).toBe("last words");
	});
});

describe("base stations that speak in datagrams", () => {
	it("are told apart by their address and answered there", async () => {
		const ours = await openUdpPort({ bind: "127.0.0.1", port: 0 })();
		const theirs = await openUdpPort({ bind: "127.0.0.1", port: 0 })();
		afterwards.push(
			() => ours.close(),
			() => theirs.close(),
		);
		const [ourPort, theirPort] = [ours, theirs].map((port) => Number(port.name.split(":").at(-1)));
		ours.onDatagram((bytes, from) => void ours.send(bytes, from.address, from.port));
		const answer = new Promise<string>((resolve) =>
			theirs.onDatagram((bytes, from) => resolve(`${Buffer.from(bytes).toString()} from ${from.port}`)),
		);
		await theirs.send(Buffer.from("check-in"), "127.0.0.1", ourPort ?? 0);
		expect(await answer).toBe(`check-in from ${ourPort}`);
		expect(theirPort).not.toBe(ourPort);
	});

	it("cannot be served twice on one port, and that is said", async () => {
		const first = await openUdpPort({ bind: "127.0.0.1", port: 0 })();
		afterwards.push(() => first.close());
		const taken = Number(first.name.split(":").at(-1));
		await expect(openUdpPort({ bind: "127.0.0.1", port: taken })()).rejects.toMatchObject({ code: "port-busy" });
	});

	it("are not sent to after the port was closed", async () => {
		const port = await openUdpPort({ bind: "127.0.0.1", port: 0, broadcast: true })();
		let closes = 0;
		port.onClosed(() => (closes += 1));
		await port.close();
		await port.close();
		await expect(port.send(Buffer.from("x"), "127.0.0.1", 9)).rejects.toThrow(/closed/);
		expect(closes).toBe(1);
	});
});

describe("a cable that cannot be used", () => {
	it("is missing when nothing is plugged in", async () => {
		await expect(openSerialPort({ path: "/dev/gondola-nothing", baudRate: 9600 })()).rejects.toMatchObject({ code: "port-missing" });
		await expect(openHidPort({ path: "/dev/gondola-nothing" })()).rejects.toMatchObject({ code: "port-missing" });
	});

	it("is a trouble, not a crash, when the name leads to something that is no device", async () => {
		const path = join(await mkdtemp(join(tmpdir(), "gondola-")), "not-a-tty");
		await writeFile(path, "");
		await expect(openSerialPort({ path, baudRate: 9600 })()).rejects.toMatchObject({ name: "DeviceTrouble" });
		await expect(openHidPort({ path })()).rejects.toMatchObject({ name: "DeviceTrouble" });
	});
});
