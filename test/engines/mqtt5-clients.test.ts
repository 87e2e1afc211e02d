/** Other people's clients of MQTT 5 against our broker: mosquitto's, Paho's for Python, MQTT.js. */
import { execFile, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { connectAsync, type IClientOptions, type IPublishPacket, type MqttClient } from "mqtt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Broker, startBroker } from "../../src/broker/broker.ts";
import { createFakeLedger, type FakeLedger } from "../broker/fake-ledger.ts";
import { until } from "../support/until.ts";
import { whereIs } from "./support/program.ts";

let broker: Broker;
let ledger: FakeLedger;
beforeEach(async () => {
	ledger = createFakeLedger();
	broker = await startBroker({ ledger: ledger.door, host: "127.0.0.1", port: 0, anonymousLoopback: true, onWeight: () => {} });
});
afterEach(() => broker.stop());

const run = promisify(execFile);
const topic = "gondola/1/d/shelf/log";
const missing = ["mosquitto_pub", "mosquitto_sub"].find((program) => !whereIs(program));
const hasPaho = spawnSync("/usr/bin/python3", ["-c", "import paho.mqtt.properties"]).status === 0;

describe.skipIf(missing !== undefined)("mosquitto_pub and mosquitto_sub -V 5 (case B9)", () => {
	const five = (): string[] => ["-V", "5", "-h", "127.0.0.1", "-p", String(broker.port), "-q", "1"];

	it("a session waits for its client with properties, and a command line can publish a scan", async () => {
		const kept = ["-c", "-i", "screen", "-x", "600", "-t", "gondola/1/d/+/log"];
		await run(whereIs("mosquitto_sub")!, [...five(), ...kept, "-E"]);
		const props = ["-D", "publish", "user-property", "unit", "kg", "-D", "publish", "content-type", "text/plain"];
		await run(whereIs("mosquitto_pub")!, [...five(), "-t", topic, "-m", "waiting", ...props]);
		const { stdout } = await run(whereIs("mosquitto_sub")!, [...five(), ...kept, "-C", "1", "-F", "%t %p %P %C"]);
		expect(stdout.trim()).toBe(`${topic} waiting unit:kg text/plain`);
		const scan = ["-t", "gondola/1/d/hand-1/e/scan", "-m", '{"id":"1","code":"4006381333931"}'];
		await run(whereIs("mosquitto_pub")!, [...five(), ...scan]);
		expect(ledger.scans).toMatchObject([{ device: "hand-1", sourceId: "1" }]);
	});

	it("a will with a delay comes when its client is killed", async () => {
		const heard = run(whereIs("mosquitto_sub")!, [...five(), "-t", "gondola/1/d/scale-1/state", "-C", "1", "-F", "%p"]);
		await until(() => broker.stats().clients === 1, "the listener");
		const will = ["--will-topic", "gondola/1/d/scale-1/state", "--will-payload", "offline", "-D", "will", "will-delay-interval", "1"];
		const dies = spawn(whereIs("mosquitto_sub")!, [...five(), "-i", "scale-1", "-x", "60", "-t", topic, ...will]);
		await until(() => broker.stats().clients === 2, "the scale");
		dies.kill("SIGKILL");
		expect((await heard).stdout.trim()).toBe("offline");
	});

	it("says why a publish is refused", async () => {
		const refused = await run(whereIs("mosquitto_pub")!, [...five(), "-t", "gondola/1/store/price/1", "-m", "0", "-d"]);
		expect(`${refused.stdout}${refused.stderr}`).toMatch(/RC:135|Not authorized/i);
	});
});

describe.skipIf(!hasPaho)("Paho for Python (case B9)", () => {
	it("does what its interoperability suite asks of a server, written anew", async () => {
		const script = join(import.meta.dirname, "paho5.py");
		const { stdout } = await run("/usr/bin/python3", [script, String(broker.port)], { timeout: 200_000 });
		const lines = stdout.trim().split("\n");
		expect(lines.filter((line) => !line.endsWith(" ok"))).toEqual([]);
		expect(lines).toHaveLength(11);
	});
});

describe("MQTT.js of MQTT 5 (case B9)", () => {
	const open = (options: IClientOptions): Promise<MqttClient> =>
		connectAsync(broker.url, { protocolVersion: 5, reconnectPeriod: 0, ...options });
	const messagesOf = (client: MqttClient): IPublishPacket[] => {
		const got: IPublishPacket[] = [];
		client.on("message", (_topic, _payload, packet) => got.push(packet));
		return got;
	};

	it("keeps a session by its expiry, with subscription identifiers and properties", async () => {
		const kept = { clientId: "screen", clean: false, properties: { sessionExpiryInterval: 600 } };
		const screen = await open(kept);
		await screen.subscribeAsync("gondola/1/d/+/log", { qos: 1, properties: { subscriptionIdentifier: 77 } });
		await screen.endAsync();
		const writer = await open({ clientId: "writer" });
		const properties = { responseTopic: "gondola/1/d/writer/rsp", correlationData: Buffer.from("c"), userProperties: { a: ["1", "2"] } };
		await writer.publishAsync(topic, "hello", { qos: 1, properties });
		const back = await open({ ...kept, properties: { ...kept.properties, receiveMaximum: 2, topicAliasMaximum: 5 } });
		const got = messagesOf(back);
		await until(() => got.length === 1, "what waited");
		expect(got[0]!.properties).toMatchObject({ subscriptionIdentifier: 77, responseTopic: "gondola/1/d/writer/rsp" });
		expect(JSON.stringify(got[0]!.properties!.userProperties)).toBe('{"a":["1","2"]}');
		for (let n = 0; n < 50; n++) await writer.publishAsync(topic, String(n), { qos: n % 2 === 0 ? 1 : 2 });
		await until(() => got.length === 51, "fifty more, two at a time, by alias");
		expect(got.slice(1).map(({ payload }) => String(payload))).toEqual(Array.from({ length: 50 }, (_, n) => String(n)));
		await Promise.all([back.endAsync(), writer.endAsync()]);
	});

	it("hears by DISCONNECT that another took its client id, and that the gateway stops", async () => {
		const reasonOf = (client: MqttClient): Promise<number> =>
			new Promise((resolve) => client.once("disconnect", ({ reasonCode }) => resolve(reasonCode!)));
		const first = await open({ clientId: "twin" });
		const told = reasonOf(first);
		const second = await open({ clientId: "twin" });
		expect(await told).toBe(0x8e);
		const stops = reasonOf(second);
		await broker.stop();
		expect(await stops).toBe(0x8b);
		await second.endAsync(true);
		broker = await startBroker({ ledger: ledger.door, host: "127.0.0.1", port: 0, anonymousLoopback: true, onWeight: () => {} });
	});

	it("a publish that is refused rejects with its code", async () => {
		const client = await open({ clientId: "hand-1" });
		await expect(client.publishAsync("gondola/1/store/price/1", "0", { qos: 1 })).rejects.toMatchObject({ code: 0x87 });
		await expect(client.publishAsync("gondola/1/d/hand-1/e/scan", "{}", { qos: 2 })).rejects.toMatchObject({ code: 0x83 });
		await client.endAsync();
	});
});
