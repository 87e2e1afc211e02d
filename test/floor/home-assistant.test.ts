/** What Home Assistant is told: by a real client with a viewer's account, at the real broker with the real ledger. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MqttClient } from "mqtt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deviceCost, hashPassword } from "../../src/access/passwords.ts";
import { type Broker, startBroker } from "../../src/broker/broker.ts";
import type { HomeAssistantOptions } from "../../src/broker/home-assistant/announce.ts";
import type { ProfiledDevice } from "../../src/broker/profiles/names.ts";
import { createClock } from "../../src/daemon/clock.ts";
import { openStoreLedger } from "../../src/daemon/ledger.ts";
import { createLog } from "../../src/daemon/log.ts";
import { type KeptReadings, keepReadings } from "../../src/floor/mqtt/kept-readings.ts";
import type { ColdSensor } from "../../src/words/cold-chain/sensor.ts";
import { as } from "../broker/access/with-accounts.ts";
import { connectClient } from "../broker/clients.ts";
import { article } from "../support/store.ts";
import { eventually, until } from "../support/until.ts";

const dairy: ColdSensor = {
	...{ id: "dairy", place: "Dairy cooler", device: "bridge", sensor: "cooler/temperature", humiditySensor: "cooler/humidity" },
	...{ minMillidegrees: 0, maxMillidegrees: 7_000, hysteresisMillidegrees: 500, alarmAfterMinutes: 0, expectedEverySeconds: 60 },
};
const profiles: ProfiledDevice[] = [
	{ id: "bridge", family: "sensor", profile: "zigbee2mqtt" },
	{ id: "stranger", family: "sensor", profile: "ha-discovery" },
];
const announcing: HomeAssistantOptions = { prefix: "homeassistant", labels: false, shelves: [{ id: "shelf-1", sku: "100" }] };

let folder: string;
let ledger: Awaited<ReturnType<typeof openStoreLedger>>;
let broker: Broker;
let kept: KeptReadings;
const clients: MqttClient[] = [];
/** Newest payload by topic, as the screen has it. */
let seen: Map<string, string>;

const connect = async (name: string): Promise<MqttClient> => {
	const client = await connectClient(broker.url, as(name));
	clients.push(client);
	return client;
};
async function open(homeAssistant?: HomeAssistantOptions): Promise<void> {
	ledger = await openStoreLedger(folder, createClock().now);
	kept = keepReadings(ledger, [dairy], profiles, createLog("silent"));
	broker = await startBroker({
		...{ ledger, host: "127.0.0.1", port: 0, plain: true, accounts: { file: join(folder, "accounts.json") }, profiles, storeName: "0204" },
		...(homeAssistant && { homeAssistant }),
		onWeight: () => {},
		onSensors: (device, readings, _gone, message) => message && kept.keep(device, readings, message),
	});
}
async function close(): Promise<void> {
	for (const client of clients.splice(0)) client.stream.destroy();
	await broker.stop();
	kept.stop();
	await ledger.close();
}
async function watch(): Promise<MqttClient> {
	const screen = await connect("screen");
	seen = new Map();
	screen.on("message", (topic, payload) => seen.set(topic, payload.toString()));
	const granted = await screen.subscribeAsync(["homeassistant/#", "gondola/1/home-assistant/#", "gondola/1/store/#"], { qos: 1 });
	expect(granted.map(({ qos }) => qos)).toEqual([1, 1, 1]);
	return screen;
}
const json = (topic: string): Record<string, unknown> => JSON.parse(seen.get(topic)!) as Record<string, unknown>;
const configs = (): string[] => [...seen].flatMap(([topic, payload]) => (topic.endsWith("/config") && payload !== "" ? [topic] : []));

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "gondola-ha-"));
	const kinds = { screen: "viewer", bridge: "device", stranger: "device", program: "service" };
	const accounts = Object.entries(kinds).map(async ([name, kind]) => ({
		...{ name, kind, hash: await hashPassword(`secret of ${name}`, deviceCost) },
		...(kind === "service" && { publish: ["homeassistant/#"], subscribe: ["homeassistant/#"] }),
	}));
	writeFileSync(join(folder, "accounts.json"), JSON.stringify({ accounts: await Promise.all(accounts) }), { mode: 0o600 });
});
afterEach(async () => {
	await close();
	rmSync(folder, { recursive: true });
});

describe("the store at Home Assistant", () => {
	it("shelves, temperatures, doors and alarms are announced, with their states and whether they can be known", async () => {
		await open(announcing);
		const records = [{ record: article("100", { name: "Milk" }) }] as never;
		await ledger.do("acceptDown", { stream: "catalog", epoch: "00000000000000e1", from: 1, records, hash: "f".repeat(32) });
		await ledger.do("recordMovement", { id: "m1", sku: "100", reason: "receive", quantity: 12, occurredAt: ledger.now().wall });
		const bridge = await connect("bridge");
		await bridge.publishAsync("zigbee2mqtt/cooler", '{"temperature":9.1,"humidity":61.3}', { qos: 1 });
		await bridge.publishAsync("zigbee2mqtt/back/door", '{"contact":false}', { qos: 1 });
		await watch();
		await until(
			() => configs().length === 7 && seen.get("homeassistant/sensor/gondola-0204/shelf-shelf-1/config")!.includes("Milk"),
			"seven",
		);

		const config = json("homeassistant/sensor/gondola-0204/temperature-dairy/config");
		expect(config).toMatchObject({
			device_class: "temperature",
			unit_of_measurement: "°C",
			name: "Dairy cooler",
			unique_id: expect.any(String),
		});
		expect(config["value_template"]).toBe("{{ value_json.millidegrees / 1000 }}");
		const availability = config["availability"] as { topic: string }[];
		expect(availability.map(({ topic }) => seen.get(topic))).toEqual(['{"state":"online"}', seen.get("gondola/1/store/cold-chain/dairy")]);
		expect(json(config["state_topic"] as string)).toMatchObject({ millidegrees: 9_100, humidityPermille: 613, state: "too-warm" });
		expect(json("homeassistant/sensor/gondola-0204/shelf-shelf-1/config")).toMatchObject({ unit_of_measurement: "pcs" });
		expect(json(json("homeassistant/sensor/gondola-0204/shelf-shelf-1/config")["state_topic"] as string)).toMatchObject({ onHand: 12 });
		const door = configs().find((topic) => topic.includes("door-"))!;
		expect(json(json(door)["state_topic"] as string)).toMatchObject({ isOpen: true });
		expect(json("gondola/1/home-assistant/alarms")).toMatchObject({ red: 1, standing: 1 });

		await bridge.publishAsync("zigbee2mqtt/back/door", '{"contact":true}', { qos: 1 });
		await bridge.publishAsync("zigbee2mqtt/cooler", '{"temperature":4.5}', { qos: 1 });
		await until(() => json(json(door)["state_topic"] as string)["isOpen"] === false, "the door");
		await until(() => json("gondola/1/store/cold-chain/dairy")["state"] === "within", "the temperature");
		await until(() => json("gondola/1/home-assistant/alarms")["red"] === 0, "the alarms");
	});

	it("nobody else may write there; a screen reads, and says that Home Assistant is up", async () => {
		await open(announcing);
		const screen = await watch();
		await until(() => configs().length === 6, "the announcements");
		const topic = "homeassistant/sensor/gondola-0204/temperature-dairy/config";
		const before = seen.get(topic);
		for (const name of ["bridge", "stranger", "program"]) {
			const client = await connect(name);
			for (const [node, payload] of [
				["gondola-0204", ""],
				["gondola-0204", '{"name":"mine"}'],
				["gondola-9", "{}"],
			] as const)
				await client.publishAsync(`homeassistant/sensor/${node}/temperature-dairy/config`, payload, { qos: 1, retain: true });
		}
		expect(broker.stats().refused["publish-not-allowed"]).toBe(9);
		await screen.publishAsync(topic, "", { qos: 1, retain: true });
		await screen.publishAsync("homeassistant/status", "online", { qos: 1 });
		expect(broker.stats().refused["publish-not-allowed"]).toBe(10);
		expect(seen.get(topic)).toBe(before);
		// What a device announces of itself goes on as before.
		const bridge = await connect("bridge");
		await bridge.publishAsync("homeassistant/sensor/0x00158d/temperature/config", "{}", { qos: 1, retain: true });
		await until(() => seen.has("homeassistant/sensor/0x00158d/temperature/config"), "the bridge's own");
	});

	it("survives a restart, and is withdrawn when it leaves the configuration; without it a screen may not read", async () => {
		await open(announcing);
		await watch();
		await until(() => configs().length === 6, "the announcements");
		const before = configs().toSorted();
		await close();
		await open(announcing);
		await watch();
		await until(() => configs().length === before.length, "the same announcements");
		expect(configs().toSorted()).toEqual(before);
		await close();
		await open();
		const program = await connect("program");
		const got = new Map<string, string>();
		await eventually(async () => {
			got.clear();
			program.removeAllListeners("message");
			program.on("message", (topic, payload) => got.set(topic, payload.toString()));
			await program.unsubscribeAsync("homeassistant/#");
			await program.subscribeAsync("homeassistant/#");
			await program.publishAsync("homeassistant/last", "x", { qos: 1 });
			await until(() => got.has("homeassistant/last"), "the end of what is retained");
			expect([...got.keys()].filter((topic) => topic.endsWith("/config"))).toEqual([]);
		});
		const screen = await connect("screen");
		const [granted] = await screen.subscribeAsync("homeassistant/#").catch(() => [{ qos: 128 }]);
		expect(granted!.qos).toBe(128);
	});
});
