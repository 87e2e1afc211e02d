import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { describe, expect, it } from "vitest";
import { until } from "../support/until.ts";
import { connectBytes, expiry, openWire, publishBytes, subscribeBytes, user } from "./wire.ts";
import { brokersOfTest, payloads } from "./with-broker.ts";

const open = brokersOfTest();
const topic = "gondola/1/d/shelf/log";

describe("MQTT 5 on each listener (case B9)", () => {
	it("TCP, TLS and WebSocket carry one session from one to the next", async () => {
		const folder = mkdtempSync(join(tmpdir(), "gondola-mqtt5-"));
		const [keyFile, certFile] = [join(folder, "key.pem"), join(folder, "cert.pem")];
		const made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost";
		spawnSync("openssl", [...made.split(" "), "-keyout", keyFile, "-out", certFile]);
		const tls = { port: 0, cert: readFileSync(certFile), key: readFileSync(keyFile) };
		rmSync(folder, { recursive: true });
		const { broker } = await open(undefined, { tls, ws: { port: 0 } });
		const urls = [broker.url, `mqtts://127.0.0.1:${broker.tlsPort}`, `ws://127.0.0.1:${broker.wsPort}/mqtt`];
		for (const [turn, url] of urls.entries()) {
			const client = await connectAsync(url, {
				...{ protocolVersion: 5, clientId: "one", clean: false, reconnectPeriod: 0, rejectUnauthorized: false },
				properties: { sessionExpiryInterval: 600 },
			});
			const got: string[] = [];
			client.on("message", (_, payload) => got.push(payload.toString()));
			await client.subscribeAsync(topic, { qos: 1 });
			await client.publishAsync(topic, String(turn), { qos: 1, properties: { userProperties: { over: url.slice(0, 4) } } });
			await until(() => got.length === 1, "its own message");
			expect(broker.clients().connected).toMatchObject([{ client: "one", session: "kept", version: "5" }]);
			await client.endAsync();
		}
	});

	it("packets may be cut anywhere, and many may come at once", async () => {
		const { port } = await open();
		const bytes = [
			...connectBytes("cut", { clean: false, props: expiry(60), will: { topic, payload: "w", props: user("a", "b") } }),
			...subscribeBytes(1, [[topic, 1]], [0x0b, 3]),
			...publishBytes(topic, "payload", { qos: 2, id: 7, props: user("k", "v") }),
			...[0x62, 2, 0, 7, 0xc0, 0],
		];
		for (let cut = 1; cut < bytes.length; cut += 3) {
			const wire = await openWire(port);
			wire.send(bytes.slice(0, cut));
			await new Promise((resolve) => setImmediate(resolve));
			wire.send(bytes.slice(cut));
			await until(() => wire.of(13).length === 1 && payloads(wire).includes("payload"), `cut at ${cut}`);
			expect((await wire.next(7)).codes).toEqual([0]);
			wire.send([0xe0, 1, 0]);
			await until(wire.isClosed, "closed");
		}
	});
});
