import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connectAsync, type MqttClient } from "mqtt";
import { expect, it, onTestFinished } from "vitest";
import { boundConnections } from "../../src/access/connections/bound-connections.ts";
import { startLineBroker } from "../../src/broker/line-broker.ts";
import { holdMany, openOf } from "../attack/world.ts";
import { until } from "../support/until.ts";

it("of a server's connections one address has so many and no more; others are answered, and it is, once it lets go", async () => {
	const server = createServer((_, response) => response.end("ok"));
	boundConnections(server, { ofOne: 64, all: 512 });
	await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const { port } = server.address() as AddressInfo;
	const half = "GET / HTTP/1.1\r\nho";
	const held = await holdMany(100, port, half);
	await until(() => openOf(held) <= 64, "those that are too many end");
	expect(openOf(held)).toBe(64);
	expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
	for (const socket of held) socket.destroy();
	await until(async () => {
		const again = await holdMany(1, port, `${half}st: a\r\nconnection: close\r\n\r\n`);
		const closed = new Promise<number>((done) => again[0]!.on("data", (bytes) => done(bytes.length)).once("close", () => done(0)));
		return (await closed) > 0;
	}, "the address is answered again");
});

it("on the line, one address without a password has so many connections and no more, and its stores count for none of them", async () => {
	const anything = { isClientId: () => true, mayPublish: () => true, maySubscribe: () => true };
	const broker = await startLineBroker({
		host: "127.0.0.1",
		port: 0,
		admit: async (name) => (name === "a" ? { name, ...anything } : undefined),
	});
	onTestFinished(() => broker.stop());
	const strangers = await holdMany(600, broker.port);
	await until(() => openOf(strangers) <= 150, "those that are too many end");
	const come = (clientId: string) => connectAsync(broker.url, { username: "a", password: "b", clientId, protocolVersion: 4 }, false);
	const stores: MqttClient[] = [];
	for (let n = 0; n < 160; n += 1) stores.push(await come(`store-${n}`));
	expect(stores.every(({ connected }) => connected)).toBe(true);
	for (const store of stores) await store.endAsync();
	for (const socket of strangers) socket.destroy();
});
